"""What trust teams are told of us: the examples in docs/partners.md are what the code makes."""

import re

import pytest
from click.testing import CliRunner

from helpdesk.cli import main
from helpdesk.core import emails
from helpdesk.escalations import jobs, sample_request
from helpdesk.escalations.packets import missing_fields, parse_packet
from helpdesk.escalations.priorities import OUR_MOVE_WITHIN
from helpdesk.escalations.staff_and_partner_labels import PRIORITIES
from helpdesk.partners.ask_labels import TAKES
from helpdesk.partners.packet_fields import FIELDS
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "partners.md").read_text()
EXAMPLES = dict(
    re.findall(r"```sh\nhelpdesk partners sample (\S+)\n```\n\n```\w+\n(.*?)```\n", PAGE, re.DOTALL)
)
HOUR, DAY = 3600, 24 * 3600


def sample(*words):
    return CliRunner().invoke(main, ["partners", "sample", *words])


def in_words(time):
    seconds = int(time.total_seconds())
    for size, word in ((DAY, "day"), (HOUR, "hour"), (60, "minute")):
        # "24 hours" is how one speaks of a day that has begun.
        if seconds % size == 0 and (seconds > size or word != "day"):
            return f"{seconds // size} {word}{'s' if seconds > size else ''}"
    raise AssertionError(seconds)


def test_the_page_has_an_example_of_each_channel_and_of_no_other():
    assert set(EXAMPLES) == set(sample_request.SAMPLES)


@pytest.mark.parametrize("kind", sample_request.SAMPLES)
def test_the_examples_are_what_the_command_prints(kind):
    printed = sample(kind)

    assert printed.exit_code == 0
    assert printed.output == EXAMPLES[kind]


@pytest.mark.parametrize("kind", ["fax", "", "PACKET", "webhook"])
def test_a_kind_that_there_is_not_is_refused_in_a_sentence(kind):
    refused = sample(kind)

    assert refused.exit_code == 2
    others = "encrypted-mail, form, link, mail, misp, packet, stix or xarf"
    assert f"There is no sample called “{kind}”. Choose {others}." in refused.output


def test_the_sample_is_a_request_that_could_be_sent_and_holds_no_more_than_is_allowed():
    packet = sample_request.sample_packet()

    assert parse_packet(packet.as_text()) == packet
    assert missing_fields(packet, sample_request.ALLOWED) == ()
    assert sample_request.FIELDS["region"]
    assert "region" not in packet.fields
    assert packet.header.is_drill
    assert set(sample_request.FIELDS) == {field.name for field in FIELDS}


def test_the_email_of_the_sample_is_the_one_that_a_partner_gets(house, monkeypatch):
    """The same function writes both: planted in it, a word is in both."""
    written = emails.compose_email_from
    monkeypatch.setattr(
        "helpdesk.escalations.request_emails.compose_email_from",
        lambda settings, template, **facts: written(
            settings, template, **facts | {"due": "marker"}
        ),
    )

    house.carried()

    [real] = [one for one in house.context.mailer.sent if "is waiting for you" in one.body]
    assert "marker" in real.body
    assert "marker" in sample("mail").output
    assert jobs.compose_request_email is sample_request.compose_request_email


@pytest.mark.parametrize("priority", PRIORITIES)
def test_the_page_promises_the_times_that_the_code_counts(priority):
    times = ANSWER_WITHIN[priority], DECIDE_WITHIN[priority], OUR_MOVE_WITHIN[priority]

    row = " | ".join([PRIORITIES[priority], *map(in_words, times)])
    assert f"| {row} |" in PAGE


def test_the_page_lists_every_field_and_everything_we_can_ask_for():
    for field in FIELDS:
        codes = ", ".join(f"`{code}`" for code, _words in field.choices) or "text"
        assert f"| `{field.name}` | {field.label} | {codes} |" in PAGE
    for ask, words in TAKES.items():
        assert f"| `{ask}` | {words} |" in PAGE
