"""Wherever links lead, as each kind of person: axe finds nothing, and nothing is too wide."""

import re
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import browser as browsers
from tests.journeys import desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What tells one case, person or request from another.
NAMES = re.compile(r"[0-9A-Z]{3}-[0-9A-Z]{4}|R-[0-9A-Z-]+|[0-9a-f]{32}|(?<=/playbooks/)[a-z-]+")
# One page of a kind is enough, but these look different from state to state.
OF_A_KIND = {"/cases/*": 3, "/cases/*/requests/*": 2, "/cases/*/runs/*": 2, "/requests/*": 3}


def kind_of(address):
    parts = urlsplit(address)
    return NAMES.sub("*", parts.path) + ("?" if parts.query else "")


def pages_from(browser, start):
    """Follow links breadth first, within this surface, until there is nothing new."""
    ahead, known, kinds = [start], {start}, {}
    while ahead:
        address = ahead.pop(0)
        kind = kind_of(address)
        if kinds.setdefault(kind, 0) >= OF_A_KIND.get(kind, 1):
            continue
        kinds[kind] += 1
        browser.get(address)
        yield kind
        for link in browser.find_elements(By.CSS_SELECTOR, "a[href]"):
            target = link.get_property("href").partition("#")[0]
            if urlsplit(target).netloc == urlsplit(start).netloc and target not in known:
                known.add(target)
                ahead.append(target)


@pytest.mark.parametrize(
    ("handle", "surface", "least"),
    [
        ("coordinator", "staff", 20),
        ("responder", "staff", 12),
        ("operator", "staff", 4),
        ("platform-lead", "partner", 4),
    ],
)
def test_axe_finds_nothing_wherever_links_lead(judge, served, handle, surface, least):
    start = getattr(served, surface)
    desk.sign_in(judge, start, served.player(handle))

    kinds = set()
    for kind in pages_from(judge, judge.current_url):
        kinds.add(kind)
        assert judge.find_elements(By.TAG_NAME, "h1"), f"{kind} has no heading"
        assert "went wrong" not in browsers.text(judge), kind
        browsers.examine(judge)

    assert len(kinds) >= least, sorted(kinds)
