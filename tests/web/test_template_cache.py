"""What is made once and shown on every page: only what is the same for everybody."""

import pytest
from flask import get_template_attribute, render_template_string

from helpdesk.app import create_app
from helpdesk.cases.forms import MessageToReporterForm
from helpdesk.settings import Surface
from helpdesk.web.template_cache import BLANK, once


@pytest.fixture
def request_context(context):
    app = create_app(context, Surface.STAFF)
    with app.test_request_context("/"):
        yield app


def test_a_blank_field_is_written_once_and_one_that_was_typed_in_each_time(request_context):
    text_area = get_template_attribute("components/form.html", "text_area")
    blank, typed = (
        MessageToReporterForm(None, meta=BLANK),
        MessageToReporterForm(None, data={"message_text": "Hello."}),
    )

    first = once(text_area, blank.message_text, rows=3)

    assert first == text_area(blank.message_text, rows=3)
    assert once(text_area, blank.message_text, rows=3) is first
    assert once(text_area, blank.message_text, rows=9) != first
    assert "Hello." in once(text_area, typed.message_text, rows=3)


def test_what_is_kept_is_escaped_as_ever(request_context):
    page = render_template_string(
        '{% from "components/status.html" import status %}{{ kept(status, "<b>", "done") }}'
    )
    assert "&lt;b&gt;" in page


def test_one_page_has_one_token(request_context):
    first, second = render_template_string("{{ csrf_token() }} {{ csrf_token() }}").split()
    assert first == second


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("duty.show_case", {"ref": "ABC-2345"}),
        ("duty.show_case", {"ref": "a/b c~ref~"}),
        ("playbooks.show", {"ref": "ABC-2345", "run_id": "ref", "_anchor": "now"}),
        ("duty.show_queue", {"slug": "a-queue", "show": "open", "after": "1~never~é"}),
        ("duty.show_queue", {"slug": "a-queue", "show": "open"}),
        ("static", {"filename": "css/base.css"}),
    ],
)
def test_an_address_is_the_one_that_flask_would_write(request_context, endpoint, values):
    ours = request_context.jinja_env.globals["url_for"]

    for _again in range(2):
        assert ours(endpoint, **values) == request_context.url_for(endpoint, **values)


@pytest.mark.parametrize("turning", ["\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LEFT-TO-RIGHT OVERRIDE}"])
def test_letters_that_turn_the_others_around_are_seen_and_do_nothing(request_context, turning):
    with request_context.test_request_context(
        "/", method="POST", data={"message_text": f" invoice{turning}gpj.exe مرحبا\u200d\0 "}
    ):
        said = MessageToReporterForm(meta={"csrf": False}).message_text.data

    assert said == f"invoice[U+{ord(turning):04X}]gpj.exe مرحبا\u200d"
