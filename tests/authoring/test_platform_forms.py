"""The register of public forms: one entry for each platform, each fact with its source and day."""

import shutil

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.source import PlaybookError
from helpdesk.playbooks.library import OTHER_PLATFORM
from helpdesk.playbooks.platform_forms import PlatformForms, forms_of_platform
from helpdesk.playbooks.repository import CONTENT, load_current_library

FILE = "vocab/platform_forms.yml"
GOOGLE = "- platform: google\n  looked_on: never\n"
TELEGRAM = "- platform: telegram\n  looked_on: never\n"
FIELD = "{label: Profile, field: target_url, source: OWN, verified_on: 2026-11-20, longest: 200}"


@pytest.fixture
def folder(tmp_path):
    kept = shutil.ignore_patterns("i18n")
    return shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=kept)


def change(folder, old, new):
    file = folder / FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return read_library(folder)


def with_fields(folder, *fields):
    ours = "      link: https://accounts.google.com/signin/recovery\n"
    listed = "".join(f"        - {one}\n" for one in fields)
    return change(folder, ours, f"{ours}      fields:\n{listed}")


def test_every_platform_that_a_report_can_name_has_an_entry():
    library = load_current_library()

    named = {one.platform for one in library.platform_forms}

    assert named == {one.slug for one in library.platforms} - {OTHER_PLATFORM}


def test_every_fact_about_a_form_says_where_it_comes_from():
    library = load_current_library()
    forms = [one for known in library.platform_forms for one in known.forms]

    assert forms
    for one in forms:
        assert one.source in library.collection.sources
        assert one.link.startswith("https://")


def test_nobody_says_to_have_looked_where_nobody_has():
    """Until a person of ours opens a form, its days stay empty: pages say so."""
    library = load_current_library()

    assert {one.looked_on for one in library.platform_forms} == {None}
    assert {one.verified_on for known in library.platform_forms for one in known.forms} == {None}


def test_what_a_form_asks_for_is_read_with_its_day(folder):
    library = with_fields(folder, FIELD)

    [form] = forms_of_platform(library.platform_forms, "google").forms
    [field] = form.fields
    assert (field.label, field.field, field.longest) == ("Profile", "target_url", 200)
    assert field.verified_on is not None


def test_of_a_platform_that_is_not_in_it_nothing_is_known():
    assert forms_of_platform((), "google") == PlatformForms("google")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (GOOGLE, "- platform: gogle\n  looked_on: never\n", "no platform is called 'gogle'"),
        (TELEGRAM, "", "telegram: say which public forms"),
        (GOOGLE, GOOGLE + "  froms: []\n", "unknown key 'froms'"),
        (GOOGLE, "- platform: google\n  looked_on: lately\n", "a day"),
        ("source: WEB", "source: HEARSAY", "no source 'HEARSAY'"),
        ("link: https://accounts.google.com/", "link: http://accounts.google.com/", "https://"),
        ("link: https://accounts.google.com/", "link: https://user@evil.test/", "https://"),
        ("WEB\n      verified_on: never", "WEB\n      verified_on: soon", "a day"),
    ],
)
def test_what_is_written_wrongly_is_refused(folder, old, new, complaint):
    with pytest.raises(PlaybookError, match=complaint):
        change(folder, old, new)


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (FIELD.replace("target_url", "their_name"), "a request has no field 'their_name'"),
        (FIELD.replace("200", "0"), "a whole number"),
        (FIELD.replace("OWN", "HEARSAY"), "no source"),
    ],
)
def test_a_field_that_no_request_has_is_refused(folder, field, complaint):
    with pytest.raises(PlaybookError, match=complaint):
        with_fields(folder, field)


def test_one_field_of_a_request_answers_one_question_of_a_form(folder):
    with pytest.raises(PlaybookError):
        with_fields(folder, FIELD, FIELD.replace("Profile", "Link"))
