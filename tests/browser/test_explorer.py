"""GraphiQL in a real Chromium, from signing in to reading the docs, on this machine alone."""

import json
import secrets
from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.fixtures.graph import Graph

PASSWORD = "correct horse battery"
SESSION = "JSON.parse(sessionStorage.getItem('session'))"


async def test_a_person_signs_in_writes_queries_pages_claims_is_refused_and_reads_the_docs(
    graph: Graph, visit: Visit
) -> None:
    stack, page = graph.stack, visit.page
    email = f"{secrets.token_hex(6)}@example.com"
    session = await graph.registered(email=email, password=PASSWORD, displayName="Mina")
    offer = await graph.offer((await graph.active_event(name="Seen in the explorer"))["id"])
    await graph.did_quest(session["user"]["id"])

    await page.goto(stack.explorer_url)
    await expect(page.locator("#who")).to_have_text("not signed in")
    await page.select_option("#role", index=1)
    await expect(page.locator("#email")).to_have_value(stack.demo_logins[0].email)
    await _sign_in(visit, email, "wrong password")
    await expect(page.locator("#who")).to_have_attribute("data-bad", "")
    await visit.shoot("wrong-password")
    await _sign_in(visit, email, PASSWORD)
    await expect(page.locator("#who")).to_have_text("signed in as Mina · USER")

    # The saved examples: one tab each.
    for name in ("ActiveEvents", "EventPage", "MyWallet", "ClaimReward", "CreateEvent"):
        await expect(page.get_by_role("tab", name=name)).to_be_visible(timeout=20_000)
    await visit.run()
    await expect(visit.response).to_contain_text("edges")
    await visit.shoot("saved-example")

    cursor = await _write_a_query_with_completion(visit)
    await _page_on(visit, cursor)
    await _claim(visit, offer)
    await _be_denied(visit)
    await _read_the_docs(visit)
    await _wear_dark(visit)
    await _go_on_with_a_token_about_to_end(visit)

    assert visit.hosts - {None, ""} == {"127.0.0.1"}
    assert visit.complaints == []
    # What lets it through where the safelist is on.
    assert (stack.data / "secrets" / "developer-key").read_text() in visit.keys
    await page.click("#sign-out")
    await expect(page.locator("#who")).to_have_text("not signed in")
    assert await page.evaluate(SESSION) is None


async def _sign_in(visit: Visit, email: str, password: str) -> None:
    await visit.page.fill("#email", email)
    await visit.page.fill("#password", password)
    await visit.page.click("#sign-in")


async def _write_a_query_with_completion(visit: Visit) -> str:
    page = visit.page
    await page.get_by_role("button", name="New tab").click()
    await visit.write(page.locator(".graphiql-query-editor"), "")
    await page.keyboard.type("query Typed($after: String) { even")
    offered = page.locator(".suggest-widget.visible .monaco-list-row")
    await expect(offered.filter(has_text="events").first).to_be_visible(timeout=20_000)
    await visit.shoot("completion")
    await offered.get_by_text("events", exact=True).first.click()
    await page.keyboard.type("(first: 2, after: $after) { pageInfo { hasNextPage endCursor } edges { node { nam")
    await expect(offered.filter(has_text="name").first).to_be_visible(timeout=20_000)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Prettify query").click()
    await expect(page.locator(".graphiql-query-editor .view-line")).to_have_count(14)
    found = await (await visit.run()).json()
    events = found["data"]["events"]
    assert [set(edge["node"]) for edge in events["edges"]] == [{"name"}, {"name"}]
    await expect(visit.response).to_contain_text("endCursor")
    await visit.shoot("typed-query")
    assert events["pageInfo"]["hasNextPage"]
    return str(events["pageInfo"]["endCursor"])


async def _page_on(visit: Visit, cursor: str) -> None:
    first_page = await visit.response.inner_text()
    variables = visit.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)")
    await visit.write(variables, json.dumps({"after": cursor}))
    answered = await visit.run()
    sent: dict[str, Any] = json.loads(answered.request.post_data or "")
    assert sent["variables"] == {"after": cursor}
    names = [edge["node"]["name"] for edge in (await answered.json())["data"]["events"]["edges"]]
    assert len(names) == 2
    assert not any(name in first_page for name in names)
    await expect(visit.response).to_contain_text(names[0])
    await visit.shoot("next-page")


async def _claim(visit: Visit, offer: str) -> None:
    await visit.open_tab("ClaimReward")
    variables = visit.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)")
    for key, told, name in (
        ("first-tap", "ClaimRewardSuccess", "claimed"),
        ("second-tap", "LimitReached", "refused"),
    ):
        await expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("claimReward")
        await visit.write(variables, json.dumps({"offerId": offer, "key": key}))
        claimed = (await (await visit.run()).json())["data"]["claimReward"]
        assert claimed["__typename"] == told
        await expect(visit.response).to_contain_text(told)
        await visit.shoot(name)


async def _be_denied(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="New tab").click()
    await visit.write(visit.page.locator(".graphiql-query-editor"), "{ users(first: 1) { edges { node { email } } } }")
    denied = await (await visit.run()).json()
    assert [error["extensions"]["code"] for error in denied["errors"]] == ["FORBIDDEN"]
    await expect(visit.response).to_contain_text("FORBIDDEN")
    await visit.shoot("denied")


async def _read_the_docs(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Schema docs").click()
    docs = page.frame_locator("#docs")
    await expect(docs.get_by_text("operations", exact=True)).to_be_visible()
    await visit.shoot("docs")
    # No name says it, a description does.
    await docs.get_by_role("searchbox").fill("seen before")
    hit = docs.get_by_role("listitem").filter(has_text="ClaimRewardSuccess")
    await expect(hit).to_contain_text("the key was seen before")
    await visit.shoot("docs-search")
    await hit.click()
    await expect(docs.locator("section.shown h2")).to_have_text("type ClaimRewardSuccess")
    await expect(docs.locator("section.shown")).to_contain_text("request: RewardRequest!")
    await docs.locator("section.shown").get_by_role("link", name="RewardRequest", exact=True).click()
    await expect(docs.locator("section.shown h2")).to_have_text("type RewardRequest")
    await visit.shoot("docs-type")


async def _wear_dark(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Open settings dialog").click()
    await page.get_by_role("button", name="Dark", exact=True).click()
    await page.get_by_role("button", name="Close dialog").click()
    bar = page.locator("#bar")
    await expect(bar).to_have_css("background-color", "rgb(27, 31, 43)")
    await expect(page.frame_locator("#docs").locator("body")).to_have_css("background-color", "rgb(33, 42, 59)")
    await visit.shoot("dark")
    await page.get_by_role("button", name="Schema docs").click()
    await expect(page.locator("#docs")).to_be_hidden()


async def _go_on_with_a_token_about_to_end(visit: Visit) -> None:
    page = visit.page
    before = await page.evaluate(SESSION)
    ended = {**before, "accessToken": "ended", "accessTokenExpiresAt": "2026-01-01T00:00:00Z"}
    await page.evaluate("session => sessionStorage.setItem('session', JSON.stringify(session))", ended)
    tabs = await page.get_by_role("tab").count()
    await page.reload()
    await visit.open_tab("MyWallet")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("nextExpiry", timeout=20_000)
    await page.get_by_role("button", name="Execute query").click()
    await expect(visit.response).to_contain_text("balance", timeout=20_000)
    assert await page.get_by_role("tab").count() == tabs
    await expect(page.locator("#who")).to_have_text("signed in as Mina · USER")
    after = await page.evaluate(SESSION)
    assert after["refreshToken"] != before["refreshToken"]
    assert after["accessToken"] not in ("ended", before["accessToken"])
    await visit.shoot("renewed")
