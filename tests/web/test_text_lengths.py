"""A text is counted as a person counts it; one that is too long is said, and still there."""

import inspect
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtforms import HiddenField, PasswordField, StringField
from wtforms.fields.core import UnboundField

import helpdesk.app
from helpdesk.app import create_app
from helpdesk.cases.forms import NoteForm
from helpdesk.escalations.forms import PartnerQuestionForm
from helpdesk.runs.forms import SkipStepForm
from helpdesk.settings import Surface
from helpdesk.triage.forms.level_forms import RaiseLevelForm
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, count_graphemes

TEMPLATES = Path(helpdesk.app.__file__).parent / "templates"
# Codes, names and addresses: compared with what we know or checked by a pattern, kept by nobody
# as they were typed.
NOT_TEXT = {"handle", "code", "first_code", "recovery_key", "second_factor", "email", "slug"}
NOT_TEXT |= {"platform", "mailbox"}
# A message on its way back into the mailbox: what it may hold is asked when it is sent.
ON_ITS_WAY = {("ReturnCodeForm", "body")}


@pytest.fixture
def staff_pages(context):
    return create_app(context, Surface.STAFF)


def filled(pages, form, name, text):
    with pages.test_request_context("/", method="POST", data={name: text}):
        made = form(meta={"csrf": False})
        made.validate()
        return made[name]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("plain", 5),
        ("one\ntwo", 7),
        ("e\u0301te\u0301", 3),
        ("مرحبا", 5),
        ("مَرْحَبًا", 5),
        ("हिन्दी", 3),
        ("👍🏽👍🏽", 2),
        ("❤️❤️", 2),
        ("🇪🇹🇺🇬", 2),
        ("🇪🇹 🇺🇬", 3),
    ],
)
def test_a_character_is_what_a_person_counts(text, count):
    assert count_graphemes(text) == count


def test_accents_heaped_on_one_letter_do_not_make_a_text_short():
    assert count_graphemes("a" + "\u0301" * 9_999) == 5_000


@given(st.text())
def test_no_text_counts_more_than_its_signs_or_less_than_half(text):
    assert len(text) / 2 <= count_graphemes(text) <= len(text)


@pytest.mark.parametrize(
    ("form", "name"),
    [(NoteForm, "note_text"), (PartnerQuestionForm, "question"), (SkipStepForm, "reason")],
)
def test_line_breaks_count_once_and_too_long_is_said_with_the_number(staff_pages, form, name):
    limit = 10_000 if form is PartnerQuestionForm else TEXT_LIMIT
    fits = "a\r\n" * (limit // 2)
    too_long = fits + "b" * 204

    assert filled(staff_pages, form, name, fits).errors == []
    refused = filled(staff_pages, form, name, too_long)
    assert f"You wrote {limit + 204:,} characters" in str(refused.errors[0])
    assert f"The limit is {limit:,}" in str(refused.errors[0])
    assert refused.data == too_long.replace("\r\n", "\n")


def forms():
    found = [Form]
    for one in found:
        found += one.__subclasses__()
    # Those that are made for one page have fields from the same makers, and are asked there.
    return [one for one in found if getattr(sys.modules[one.__module__], one.__name__, 0) is one]


def texts():
    for form in forms():
        for name, field in inspect.getmembers(form, lambda one: isinstance(one, UnboundField)):
            kind = field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, HiddenField | PasswordField):
                yield form, name, field


def test_every_text_that_is_kept_says_how_long_it_may_be():
    assert {RaiseLevelForm, NoteForm} <= {form for form, _, _ in texts()}
    for form, name, field in texts():
        if name in NOT_TEXT or (form.__name__, name) in ON_ITS_WAY:
            continue
        validators = [*field.kwargs.get("validators", ()), *(field.args[1:2] or [()])[0]]
        assert any(hasattr(one, "limit") for one in validators), (form.__name__, name)


def test_no_field_cuts_what_is_pasted_into_it():
    for path in TEMPLATES.rglob("*.html"):
        assert not re.search("maxlength", path.read_text()), path.name
