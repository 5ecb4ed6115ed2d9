"""GraphiQL in a real Chromium: it loads from this machine alone, signs in, and runs a query."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.stack import LocalStack

ARTEFACTS = Path(__file__).parents[2] / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Visit:
    """A page, and what it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        self.keys: set[str] = set()
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("request", lambda request: self.keys.add(request.headers.get("x-developer-key", "")))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)


@pytest.fixture
async def visit(stack: LocalStack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    found = os.environ.get("CHROMIUM_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "Chromium was not found: set CHROMIUM_BIN, or install Debian's package chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=found,
            headless=True,
            args=FLAGS,
            viewport={"width": 1440, "height": 900},
            color_scheme=getattr(request, "param", "light"),
        )
        yield Visit(await browser.new_page())
        await browser.close()


@pytest.mark.parametrize("visit", ["light", "dark"], indirect=True)
async def test_it_loads_offline_signs_in_and_runs_a_saved_example(
    stack: LocalStack, visit: Visit, request: pytest.FixtureRequest
) -> None:
    page = visit.page
    await page.goto(stack.explorer_url)
    await expect(page.locator("#who")).to_have_text("not signed in")
    await page.select_option("#role", index=0)
    await page.click("#sign-in")
    await expect(page.locator("#who")).to_have_text("signed in as USER")
    # One tab for each saved example.
    await expect(page.get_by_role("tab", name="ActiveEvents")).to_be_visible(timeout=20_000)
    await expect(page.get_by_role("tab", name="MyWallet")).to_be_visible()
    await page.get_by_role("button", name="Execute query").click()
    response = page.locator(".graphiql-response")
    await expect(response).to_contain_text("edges", timeout=20_000)
    await page.locator(".graphiql-tab-button", has_text="MyWallet").click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("nextExpiry")
    await page.get_by_role("button", name="Execute query").click()
    await expect(response).to_contain_text("balance", timeout=20_000)
    await expect(response).to_contain_text("Ann")
    ARTEFACTS.mkdir(exist_ok=True)
    await page.wait_for_timeout(500)
    await page.screenshot(path=ARTEFACTS / f"explorer-{request.node.callspec.params['visit']}.png")
    assert visit.hosts - {None} == {"127.0.0.1"}
    assert visit.complaints == []
    # What lets it through where the safelist is on.
    assert (stack.data / "secrets" / "developer-key").read_text() in visit.keys


async def test_a_token_that_is_about_to_end_is_renewed_before_it_is_sent(stack: LocalStack, visit: Visit) -> None:
    page = visit.page
    await page.goto(stack.explorer_url)
    await page.click("#sign-in")
    await expect(page.locator("#who")).to_have_text("signed in as USER")
    before = await page.evaluate("JSON.parse(sessionStorage.getItem('session'))")
    ended = {**before, "accessToken": "ended", "accessTokenExpiresAt": "2026-01-01T00:00:00Z"}
    await page.evaluate("session => sessionStorage.setItem('session', JSON.stringify(session))", ended)
    await page.reload()
    await page.locator(".graphiql-tab-button", has_text="MyWallet").click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("nextExpiry", timeout=20_000)
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text("balance", timeout=20_000)
    after = await page.evaluate("JSON.parse(sessionStorage.getItem('session'))")
    assert after["role"] == "USER"
    assert after["refreshToken"] != before["refreshToken"]
    assert after["accessToken"] != "ended"
    assert visit.complaints == []
