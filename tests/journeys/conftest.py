"""A real browser for the journeys: Debian's Chromium, on Django's live server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

OURSELVES = frozenset({"localhost", "127.0.0.1"})
# Told by every page itself, for a console does not name the directive.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    (event) => console.error("CSP " + event.violatedDirective + " " + event.blockedURI));
"""


def chromium_path() -> str:
    """CHROMIUM (tests/engines.py gives it) or the one on the path."""
    return os.environ.get("CHROMIUM", "") or shutil.which("chromium") or ""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if not path:
        if os.environ.get("ENGINES_REQUIRED"):
            pytest.fail("ENGINES_REQUIRED is set and there is no Chromium")
        pytest.skip("no Chromium: neither CHROMIUM nor the path names one, no page was looked at")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's sync API keeps an event loop in this thread; Django's ORM would refuse to work.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@dataclass
class Watch:
    """What the browsers of one test said, asked for and were given."""

    server: str
    faults: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", lambda said: self.faults.append(said.text) if is_fault(said) else None)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("request", self.asked)
        page.on("response", self.answered)
        page.on("framenavigated", lambda frame: self.addresses.append(frame.url))

    def asked(self, request: Request) -> None:
        self.addresses.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in OURSELVES:
            self.strangers.append(request.url)

    def answered(self, response: Response) -> None:
        path = urlsplit(response.url).path
        page = "text/html" in response.headers.get("content-type", "")
        if page and path.startswith(("/desk/", "/admin/")):
            keeping = response.headers.get("cache-control", "")
            if "no-store" not in keeping:
                self.kept.append(f"{path}: {keeping}")


def is_fault(said) -> bool:
    return said.type in {"error", "warning"}


@pytest.fixture
def watch(live_server) -> Watch:
    return Watch(live_server.url)


@pytest.fixture
def open_browser(chromium, watch):
    """A browser of one officer's own, by calling it."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        context.add_init_script(TELL_VIOLATIONS)
        context.set_default_timeout(15000)
        context.on("page", watch.follow)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
