"""What a page weighs: its own bytes and those of everything it makes a browser load."""

import re

from bench.browser import Browser
from bench.figures import Figures
from bench.house import House

LOADED = re.compile(r'<(?:link|img|script)\b[^>]*?\b(?:href|src)="(/[^"]+)"')
PUBLIC = {
    "home": "/",
    "report, page 1": "/report?page=1",
    "mailbox": "/mailbox",
    "help now": "/help-now",
}


def weigh(house: House, figures: Figures, staff: Browser, pages: dict[str, str]) -> None:
    """Bytes without compression, CSS included."""
    with Browser(house.port("public")) as visitor:
        for name, path in PUBLIC.items():
            figures.bytes[f"{name}, with CSS"] = _weight(visitor, path)
    for name, path in pages.items():
        figures.bytes[f"{name}, with CSS"] = _weight(staff, path)


def _weight(browser: Browser, path: str) -> int:
    page = browser.get(path)
    loaded = {one.replace("&amp;", "&") for one in LOADED.findall(page.text)}
    return sum(len(one.text.encode()) for one in (page, *map(browser.get, sorted(loaded))))
