"""Every component on a page: no fault by day or night, in either direction, on a narrow phone."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server
from wtforms import (
    BooleanField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from helpdesk.core.markup import (
    bidi_isolate,
    defanged_markup,
    is_changed_by_defanging,
    mark_language,
    markup_with_live_links,
    name_markup,
    reveal_hidden_characters,
    visible_defanged_text,
)
from helpdesk.web import languages, response_headers
from helpdesk.web.blank_forms import render_once
from helpdesk.web.time_format import (
    format_day,
    format_moment,
    format_when_happened,
    format_within_hour,
    time_left_with_tone,
)
from tests.journeys import browser

pytestmark = pytest.mark.browser

GALLERY = Path(__file__).parent / "gallery"
YES_NO = [
    SelectChoice("yes", "Yes"),
    SelectChoice("no", "No"),
    SelectChoice("unknown", "I don't know"),
]


class Sample(Form):
    """One field of every kind."""

    danger = RadioField(
        "Could someone be hurt?",
        description="A feeling is enough.",
        choices=YES_NO,
        validators=[InputRequired("Choose an answer")],
    )
    danger_again = RadioField("Is it still going on?", choices=YES_NO, default="yes")
    story = TextAreaField("What happened?", validators=[InputRequired("Say what happened")])
    contact = StringField("How can we reach you?")
    code = StringField("Your return code")
    times = SelectMultipleField("When?", choices=YES_NO, default=["yes"])
    words = StringField("Say it in a few words", description="Nobody keeps these words.")
    what = SelectMultipleField("What happened?", choices=YES_NO, default=["unknown"])
    agree = BooleanField("Help me with this")
    outcome = SelectField("Outcome", choices=YES_NO)
    passphrase = PasswordField("Passphrase")


class Somebody:
    name = "Sample Person"
    role = "responder"


@pytest.fixture(scope="module")
def gallery():
    """A small application of nothing but layouts and components; gives its address."""
    app = Flask("helpdesk")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(GALLERY), app.jinja_loader])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.jinja_env.globals.update(languages=languages, has_been_read=lambda _language: True)
    app.jinja_env.globals.update(once=render_once, may_see_requests=True)
    app.jinja_env.filters.update(
        name=name_markup, isolated=bidi_isolate, harmless=visible_defanged_text
    )
    app.jinja_env.filters.update(
        as_written=defanged_markup, exact=markup_with_live_links, visible=reveal_hidden_characters
    )
    app.jinja_env.filters.update(is_changed_by_defanging=is_changed_by_defanging)
    app.jinja_env.filters.update(
        moment=format_moment,
        happened=format_when_happened,
        when=format_when_happened,
        in_hour=format_within_hour,
    )
    app.jinja_env.filters.update(
        day=format_day, time_left_with_tone=time_left_with_tone, said=mark_language
    )
    app.secret_key = "only for a message"
    app.url_build_error_handlers.append(lambda _error, endpoint, _values: f"/{endpoint}")
    response_headers.init_app(app)
    languages.init_app(app, offered=("en",))
    Babel(app)
    wrong = Sample(MultiDict({"danger": "", "story": ""}))
    wrong.validate()

    @app.get("/<page>/<direction>")
    def show(page, direction):
        return render_template(
            f"{page}.html",
            form=Sample(),
            wrong=wrong,
            now=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            hours=lambda number: timedelta(hours=number),
            helpdesk_name="Helpdesk",
            drill=True,
            locale="en",
            direction=direction,
            current_person=Somebody if page == "staff" else None,
        )

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def open_page(judge, address):
    judge.get(address)
    assert judge.title == "Gallery"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("page", ["public", "staff"])
@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [browser.NARROW, browser.DESKTOP], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_component(judge, gallery, page, direction, dark, size):
    browser.look_as(judge, size, dark=dark)
    open_page(judge, f"{gallery}/{page}/{direction}")

    assert browser.violations(judge) == []
    assert browser.too_wide(judge) == []


def test_what_a_thumb_must_hit_is_large_enough(judge, gallery):
    browser.look_as(judge, browser.NARROW)
    open_page(judge, f"{gallery}/public/ltr")

    small = judge.execute_script(
        """
        const targets = document.querySelectorAll(
            ".button, .choice, .input, .leave, summary, .error-summary a, .footer a, .change a");
        return [...targets].filter(target => target.getBoundingClientRect().height < 44)
                           .map(target => target.outerHTML.slice(0, 120));
        """
    )

    assert small == []


def test_a_copied_code_holds_its_words_and_nothing_else(judge, gallery):
    open_page(judge, f"{gallery}/public/ltr")

    copied = judge.execute_script(
        """
        getSelection().selectAllChildren(document.querySelector(".code-words"));
        return getSelection().toString();
        """
    )

    assert (
        " ".join(copied.split())
        == "acid bone cake dust elbow fable gravity hobby idle junior kite lamp"
    )


def test_pages_carry_no_script(judge, gallery):
    for page in ("public", "staff"):
        open_page(judge, f"{gallery}/{page}/ltr")
        assert "<script" not in judge.page_source
