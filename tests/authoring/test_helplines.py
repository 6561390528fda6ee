"""Lines that help at once: what is read, what is refused, and what a tap opens."""

import pytest

from helpdesk.authoring.reading.helplines import read_helplines_at
from helpdesk.authoring.source import PlaybookError
from helpdesk.playbooks.helplines import (
    Helpline,
    HelplineChannel,
    HelplineContact,
    HelplinePurpose,
    helplines_for,
)
from helpdesk.playbooks.repository import load_current_helplines

LINE = (
    "- {slug: a-line, name: A line, for: crisis, ways: [{call: '116 123'}], source: x,"
    " verified_on: no"
)


def read(tmp_path, text):
    path = tmp_path / "lines.yml"
    path.write_text(text)
    return read_helplines_at(path)


def test_every_purpose_has_a_line_that_answers_people_from_anywhere_or_from_many_countries():
    for purpose in HelplinePurpose:
        everywhere, by_country = helplines_for(load_current_helplines(), purpose)
        assert everywhere or len({code for line in by_country for code in line.countries}) > 40


def test_every_line_says_where_it_can_be_looked_up():
    assert all(line.source.startswith("https://") for line in load_current_helplines())


def test_a_line_is_read_whole(tmp_path):
    (line,) = read(tmp_path, LINE + ", countries: [GB, 'NO'], languages: [en], hours: 9 to 5}\n")

    assert line == Helpline(
        slug="a-line",
        name="A line",
        purpose=HelplinePurpose.CRISIS,
        ways=(HelplineContact(HelplineChannel.CALL, "116 123"),),
        source="x",
        countries=("GB", "NO"),
        languages=("en",),
        hours="9 to 5",
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (LINE.replace("116 123", "call us") + "}", "a number to call"),
        (LINE.replace("{call: '116 123'}", "") + "}", "helps nobody"),
        (LINE.replace("{call: '116 123'}", "{call: '1', text: '2'}") + "}", "a way is one of"),
        (LINE.replace("]", ", {text: '116 123'}]") + "}", "two ways look the same"),
        (LINE.replace("{call: '116 123'}", "{email: nobody}") + "}", "not an email address"),
        (LINE.replace("{call: '116 123'}", "{site: 'https://x.org'}") + "}", "without https"),
        (LINE.replace("{call: '116 123'}", "{site: 'x.org/\" onclick=y'}") + "}", "without https"),
        (LINE.replace("crisis", "chess") + "}", "is not one of"),
        (LINE + ", countries: [XX1]}", "two capital letters"),
        (LINE + ", countries: [no]}", "two capital letters"),
        (LINE + ", languages: [klingonese]}", "a language is its code"),
        (LINE + "}\n" + LINE + "}", "twice"),
        (LINE.replace("verified_on: no", "verified_on: soon") + "}", "this must be a day"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_with_its_place(tmp_path, wrong, says):
    with pytest.raises(PlaybookError, match=says) as refused:
        read(tmp_path, wrong + "\n")

    assert "lines.yml" in str(refused.value)


@pytest.mark.parametrize(
    ("way", "href"),
    [
        (HelplineContact(HelplineChannel.CALL, "+353 1 210 0489"), "tel:+35312100489"),
        (HelplineContact(HelplineChannel.TEXT, "988"), "sms:988"),
        (HelplineContact(HelplineChannel.EMAIL, "help@example.org"), "mailto:help@example.org"),
        (HelplineContact(HelplineChannel.SITE, "example.org/help"), "https://example.org/help"),
    ],
)
def test_a_tap_opens_what_stands_there(way, href):
    assert way.href == href
