"""A real Chromium, and what its page asked for and complained of."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, Page, Response, async_playwright

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
    """A page of the explorer, as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.response = page.locator(".graphiql-response")
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        self.keys: set[str] = set()
        self._shots = 0
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("request", lambda request: self.keys.add(request.headers.get("x-developer-key", "")))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    async def open_tab(self, name: str) -> None:
        """The tab of a saved example."""
        await self.page.locator(".graphiql-tab-button", has_text=name).click()

    async def write(self, editor: Locator, text: str) -> None:
        """Puts a text in place of what stands in an editor, as by pasting it."""
        await editor.locator(".view-lines").first.click()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.insert_text(text)
        # What the editor closes by itself.
        await self.page.keyboard.press("Control+Shift+End")
        await self.page.keyboard.press("Delete")

    async def run(self) -> Response:
        """What the router answers to the operation in the editor."""
        async with self.page.expect_response(lambda response: response.request.method == "POST") as answered:
            await self.page.get_by_role("button", name="Execute query").click()
        return await answered.value

    async def shoot(self, name: str, of: str = "explorer") -> None:
        """Keeps a picture of the page, once its letters and movements have come to rest."""
        ARTEFACTS.mkdir(exist_ok=True)
        self._shots += 1
        await self.page.evaluate("document.fonts.ready")
        await self.page.evaluate("Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
        await self.page.screenshot(path=ARTEFACTS / f"{of}-{self._shots:02}-{name}.png")


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    """An empty page of a browser that has never been anywhere."""
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
            color_scheme="light",
        )
        yield Visit(await browser.new_page())
        await browser.close()
