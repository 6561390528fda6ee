"""What every page is put together from: macros, tokens and fields."""

import pytest
from flask import get_template_attribute, render_template_string

from helpdesk.app import create_app
from helpdesk.cases.forms import MessageToReporterForm
from helpdesk.settings import Surface
from helpdesk.web.blank_forms import cached_blank_form, render_once


@pytest.fixture
def request_context(context):
    app = create_app(context, Surface.STAFF)
    with app.test_request_context("/"):
        yield app


def test_a_blank_field_is_written_once_and_one_that_was_typed_in_each_time(request_context):
    text_area = get_template_attribute("components/form.html", "text_area")
    field = cached_blank_form(MessageToReporterForm).message_text
    typed = MessageToReporterForm(None, data={"message_text": "Hello."})

    first = render_once(text_area, field, rows=3)

    assert cached_blank_form(MessageToReporterForm).message_text is field
    assert first == text_area(field, rows=3)
    assert render_once(text_area, field, rows=3) is first
    assert render_once(text_area, field, rows=9) != first
    assert "Hello." in render_once(text_area, typed.message_text, rows=3)


def test_what_a_macro_is_given_is_escaped(request_context):
    page = render_template_string(
        '{% from "components/status.html" import status %}{{ status("<b>", "done") }}'
    )
    assert "&lt;b&gt;" in page


def test_one_page_has_one_token(request_context):
    first, second = render_template_string("{{ csrf_token() }} {{ csrf_token() }}").split()
    assert first == second


@pytest.mark.parametrize("turning", ["\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LEFT-TO-RIGHT OVERRIDE}"])
def test_letters_that_turn_the_others_around_are_seen_and_do_nothing(request_context, turning):
    with request_context.test_request_context(
        "/", method="POST", data={"message_text": f" invoice{turning}gpj.exe مرحبا\u200d\0 "}
    ):
        said = MessageToReporterForm(meta={"csrf": False}).message_text.data

    assert said == f"invoice[U+{ord(turning):04X}]gpj.exe مرحبا\u200d"
