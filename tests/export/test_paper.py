"""A page on paper and as a picture: everything a person needs, and no words that break it."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from helpdesk.export.flow_diagram import playbook_to_svg
from helpdesk.export.printable_playbook import playbook_to_html, playbook_to_markdown
from helpdesk.playbooks.model import Text
from helpdesk.playbooks.repository import load_current_library

PAGES = [page.id for page in load_current_library().playbooks]


def drawn_for(page):
    return ElementTree.fromstring(playbook_to_svg(load_current_library(), page, "en"))  # noqa: S314 - drawn by us


def page_called(title):
    page = load_current_library().playbook("account-takeover")
    return replace(page, title=Text(page.title.id, title))


@pytest.mark.parametrize("page_id", PAGES)
@pytest.mark.parametrize("write", [playbook_to_markdown, playbook_to_html])
def test_a_sheet_holds_every_step_advice_and_end(write, page_id):
    library = load_current_library()
    page = library.playbook(page_id)
    sheet = _as_read(write(library, page, "en"))
    for text in (
        page.scope_limit,
        *(one.text for one in page.safe_now),
        *(one.ask for one in page.questions),
        *(one.do for one in page.steps),
        *(one.say for one in page.ends),
    ):
        assert _as_read(str(text)) in sheet


def test_a_sheet_of_html_loads_nothing():
    library = load_current_library()
    sheet = playbook_to_html(library, library.playbook("account-takeover"), "en")
    assert not re.search(r"<script|<link|<img|@import|url\(|src=", sheet)


def test_words_of_a_page_never_become_markup():
    page = page_called("<b>*Who* `is` it?</b>")
    assert "<b>" not in playbook_to_html(load_current_library(), page, "en")
    assert r"\<b\>\*Who\* \`is\` it?" in playbook_to_markdown(load_current_library(), page, "en")
    assert "<b>" not in playbook_to_svg(load_current_library(), page, "en")


def test_a_sheet_reads_from_the_right_where_its_language_does():
    library = load_current_library("ar")
    sheet = playbook_to_html(library, library.playbook("account-takeover"), "ar")
    assert '<html lang="ar" dir="rtl">' in sheet
    assert "<h2>Steps</h2>" not in sheet


def test_a_picture_is_mirrored_where_its_language_reads_from_the_right_and_its_words_are_not():
    library = load_current_library("ar")
    page = library.playbook("account-takeover")
    root = ElementTree.fromstring(playbook_to_svg(library, page, "ar"))  # noqa: S314 - we drew it ourselves
    assert root.get("direction") == "rtl"
    [drawn] = root.findall("{*}g")
    assert "scale(-1 1)" in drawn.get("transform")
    assert all(text.get("transform") == "scale(-1 1)" for text in drawn.findall("{*}text"))


@pytest.mark.parametrize("page_id", PAGES)
def test_a_picture_shows_every_step_and_says_what_it_is(page_id):
    page = load_current_library().playbook(page_id)
    root = drawn_for(page)
    drawn = " ".join("".join(element.itertext()) for element in root.findall(".//{*}text"))
    for number, step in enumerate(page.steps, start=1):
        assert _as_read(f"{number}. {step.title}") in _as_read(drawn)
    assert root.find("{*}title").text == str(page.title)
    assert f"{len(page.steps)} steps" in root.find("{*}desc").text


def test_nothing_in_a_picture_stands_over_another_thing():
    for page in load_current_library().playbooks:
        root = drawn_for(page)
        boxes = [
            tuple(float(one.get(name)) for name in ("x", "y", "width", "height"))
            for one in root.findall(".//{*}g/{*}rect")
        ]
        assert len(boxes) >= len(page.steps)
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                assert not _overlap(one, other)


def _overlap(one, other):
    left, top, wide, tall = one
    x, y, w, h = other
    return left < x + w and x < left + wide and top < y + h and y < top + tall


def _as_read(text):
    unescaped = text.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
    return " ".join(re.sub(r"\\(.)", r"\1", unescaped).split())
