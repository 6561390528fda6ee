"""The judges themselves: they find what is wrong, and the browsers are what they claim to be."""

import shutil

import pytest

from tests.journeys import browser

pytestmark = pytest.mark.browser

GOOD = (
    "<!doctype html><html lang=en><title>Good</title>"
    "<main><h1>Good</h1><label for=a>Name</label> <input id=a></main>"
)
FAULTS = {
    "label": GOOD.replace("<label for=a>Name</label>", ""),
    "html-has-lang": GOOD.replace(" lang=en", ""),
    "document-title": GOOD.replace("<title>Good</title>", ""),
    "color-contrast": GOOD.replace("<h1>", '<h1 style="color:#aaa;background:#fff">'),
    "region": GOOD + "<p>Outside of everything.</p>",
}
SCRIPT = GOOD + "<script>document.title = 'A script ran'</script>"


def test_axe_finds_nothing_on_a_good_page(judge, page):
    judge.get(page(GOOD))

    assert browser.violations(judge) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_axe_finds_a_planted_fault(judge, page, fault):
    judge.get(page(FAULTS[fault]))

    assert [found.split(":")[0] for found in browser.violations(judge)] == [fault]


def test_scripts_run_where_axe_has_to(judge, page):
    judge.get(page(SCRIPT))

    assert judge.title == "A script ran"


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_scripts_are_off_in_the_browsers_of_the_journeys(request, page, name):
    driver = request.getfixturevalue(name)
    driver.get(page(SCRIPT))

    assert driver.title == "Good"


def test_a_page_wider_than_a_phone_is_noticed(judge, page):
    browser.look_as(judge, browser.PHONE)
    judge.get(page(GOOD + "<main style='width: 700px'>Wide.</main>"))

    assert browser.too_wide(judge) != []


def test_a_missing_browser_is_a_failure(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(browser.BrowserMissing, match="apt-get install"):
        browser.chromium(scripts=False)
