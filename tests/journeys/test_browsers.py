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


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_on_a_page_like_one_that_was_examined(judge, page, fault):
    judge.get(page(GOOD))
    browser.examine(judge)
    judge.get(page(FAULTS[fault]))

    with pytest.raises(AssertionError, match=fault):
        browser.examine(judge)


def test_axe_passes_over_a_page_of_the_same_parts_unless_it_is_to_look_at_every_page(judge, page):
    judge.get(page(GOOD))
    assert browser.has_new_parts(judge)

    judge.get(page(GOOD.replace("Good", "Another")))
    assert not browser.has_new_parts(judge)
    browser.begin_to_examine(everything=True)
    assert browser.has_new_parts(judge)


def test_a_page_that_axe_passes_over_is_measured_all_the_same(judge, page):
    judge.get(page(GOOD))
    browser.examine(judge)
    judge.get(page(GOOD.replace("Good", "G" * 400)))

    with pytest.raises(AssertionError, match="> 320"):
        browser.examine(judge)


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
