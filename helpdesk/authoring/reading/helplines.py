"""Reading helplines from vocab/helplines.yml, or the file that an operator keeps instead of it."""

import re
from pathlib import Path
from typing import Final

from babel import Locale

from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node, read_yaml_file
from helpdesk.playbooks.helplines import Helpline, HelplineChannel, HelplineContact, HelplinePurpose

HELPLINES: Final = "vocab/helplines.yml"
NUMBER: Final = re.compile(r"[+*]?[0-9][0-9 ]*")
EMAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[a-z]{2,}")
SITE: Final = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}(?:/[^\s<>\"]*)?")
SHAPES: Final = {
    HelplineChannel.CALL: (
        NUMBER,
        "a number to call holds digits and blanks, and perhaps + or * first",
    ),
    HelplineChannel.TEXT: (NUMBER, "a number to text holds digits and blanks, and perhaps + first"),
    HelplineChannel.EMAIL: (EMAIL, "this is not an email address"),
    HelplineChannel.SITE: (SITE, "write the address of a site without https://"),
}
REACHES: Final = " ".join(HelplineChannel)


def read_helplines_at(path: Path) -> tuple[Helpline, ...]:
    """Read the helplines in a file, or the first thing that is wrong with it."""
    return read_helplines(read_yaml_file(path, path.name))


def read_helplines(file: Node) -> tuple[Helpline, ...]:
    """Read every helpline, in the order of the file."""
    lines = tuple(_read(item) for item in file.items())
    refuse_repeats(file, [line.slug for line in lines])
    return lines


def _read(node: Node) -> Helpline:
    fields = node.fields("slug name for ways source verified_on", "countries languages hours")
    return Helpline(
        slug=fields["slug"].id(),
        name=fields["name"].text(),
        purpose=fields["for"].one_of(HelplinePurpose),
        ways=_ways(fields["ways"]),
        source=fields["source"].text(),
        countries=fields.list_of("countries", _country),
        languages=fields.list_of("languages", _language),
        hours=fields.read("hours", Node.text, otherwise=""),
        verified_on=None if fields["verified_on"].value is False else fields["verified_on"].day(),
    )


def _ways(node: Node) -> tuple[HelplineContact, ...]:
    ways = node.each(_way)
    if not ways:
        node.refuse("a line that cannot be reached helps nobody")
    if len({(way.of, way.to) for way in ways}) < len(ways):
        node.refuse("two ways look the same on the page; say with `of` what each one is")
    return ways


def _way(node: Node) -> HelplineContact:
    fields = node.fields("", f"{REACHES} of")
    reaches = [reach for reach in HelplineChannel if reach in fields]
    if len(reaches) != 1:
        node.refuse(f"a way is one of: {', '.join(HelplineChannel)}")
    reach = reaches[0]
    to = str(fields[reach].value)
    shape, complaint = SHAPES[reach]
    if not shape.fullmatch(to):
        fields[reach].refuse(complaint)
    return HelplineContact(reach, to, fields.read("of", Node.text, otherwise=""))


def _country(node: Node) -> str:
    if node.value not in Locale("en").territories or len(str(node.value)) != 2:
        node.refuse("a country is written as in ISO 3166: two capital letters")
    return str(node.value)


def _language(node: Node) -> str:
    if node.value not in Locale("en").languages:
        node.refuse("a language is its code, as in ISO 639")
    return str(node.value)
