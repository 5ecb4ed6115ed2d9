"""The schema's documentation as a file, in a real Chromium, with no server anywhere."""

from graphql import GraphQLEnumType, GraphQLNamedType
from playwright.async_api import expect

from deploy.generate import schema_page
from tests.browser.conftest import Visit
from tests.fixtures.members import schema

# What composition adds for the router.
JOINED = ("join__", "link__", "__", "_")


def coordinates(kind: GraphQLNamedType) -> set[str]:
    """A type and all its parts."""
    parts = kind.values if isinstance(kind, GraphQLEnumType) else getattr(kind, "fields", {})
    return {kind.name, *(f"{kind.name}.{part}" for part in parts)}


async def test_the_page_holds_every_type_and_field_finds_by_description_and_asks_nobody(visit: Visit) -> None:
    page = visit.page
    assert schema_page.main() == 0
    await page.goto(schema_page.PAGE.as_uri())
    wanted = {
        coordinate
        for kind in schema().type_map.values()
        if not kind.name.startswith(JOINED)
        for coordinate in coordinates(kind)
    }
    assert len(wanted) > 500
    anchors = await page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert wanted - set(anchors) == set()
    assert len(anchors) == len(set(anchors))
    dead = "[...document.querySelectorAll('a[href^=\"#\"]')].filter((a) => a.hash && !document.getElementById("
    assert await page.evaluate(dead + "decodeURIComponent(a.hash.slice(1)))).map((a) => a.hash)") == []
    await visit.shoot("page", "schema")

    await page.get_by_role("searchbox").fill("seen before")
    hit = page.get_by_role("listitem").filter(has_text="ClaimRewardSuccess")
    await expect(hit).to_contain_text("the key was seen before")
    await hit.click()
    shown = page.locator("section.shown")
    await expect(shown.locator("h2")).to_have_text("type ClaimRewardSuccess")

    await page.evaluate("location.hash = '#Query.events'")
    entry = page.locator("[id='Query.events']")
    await expect(entry).to_contain_text("cached 120 s, shared by all staff; all others")
    await expect(entry).to_contain_text("first: Int")
    await expect(page.locator("[id='Query.users']")).to_contain_text("for ADMIN")
    await visit.shoot("query", "schema")
    await page.locator("[id='Query.event']").get_by_role("link", name="web/EventPage").click()
    await expect(shown.locator("pre")).to_contain_text("query EventPage($id: ID!)")
    await visit.shoot("operation", "schema")
    await page.emulate_media(color_scheme="dark")
    await page.evaluate("location.hash = '#RewardRequest'")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(33, 42, 59)")
    await visit.shoot("type-dark", "schema")
    assert visit.hosts <= {None, ""}
    assert visit.complaints == []
