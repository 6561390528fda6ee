"""Reading the public forms of platforms from vocab/platform_forms.yml."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.partners.channel_terms import is_form_address
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.playbooks.library import OTHER_PLATFORM
from helpdesk.playbooks.platform_forms import PlatformForm, PlatformFormField, PlatformForms

PLATFORM_FORMS: Final = "vocab/platform_forms.yml"
NEVER: Final = "never"


def read_platform_forms(
    file: Node, platforms: Collection[str], sources: Mapping[str, str]
) -> tuple[PlatformForms, ...]:
    """Read the forms of every platform that a report can name. One that is left out is refused:
    that nobody has looked is written down, too."""
    register = tuple(_read(item, sources) for item in file.items())
    named = [one.platform for one in register]
    refuse_repeats(file, named)
    offered = [one for one in platforms if one != OTHER_PLATFORM]
    for item, slug in zip(file.items(), named, strict=True):
        if slug not in offered:
            item.refuse(f"no platform is called '{slug}'", rule=LintRule.REFERENCES)
    if missing := [one for one in offered if one not in named]:
        file.refuse(
            f"{', '.join(missing)}: say which public forms they have, or `looked_on: never`",
            rule=LintRule.REFERENCES,
        )
    return register


def _read(node: Node, sources: Mapping[str, str]) -> PlatformForms:
    fields = node.fields("platform looked_on", "forms")
    forms = fields.list_of("forms", lambda item: _read_form(item, sources))
    refuse_repeats(node, [one.id for one in forms])
    refuse_repeats(node, [one.link for one in forms])
    return PlatformForms(
        platform=fields["platform"].id(), forms=forms, looked_on=_day(fields["looked_on"])
    )


def _read_form(node: Node, sources: Mapping[str, str]) -> PlatformForm:
    fields = node.fields("id says link source verified_on", "fields")
    link = fields["link"].text()
    if not is_form_address(link):
        fields["link"].refuse("a form is at a whole address, https:// and all", rule=LintRule.LINKS)
    asked = fields.list_of("fields", lambda item: _read_field(item, sources))
    refuse_repeats(node, [one.field for one in asked])
    return PlatformForm(
        id=fields["id"].id(),
        says=fields["says"].text(),
        link=link,
        source=_source(fields["source"], sources),
        fields=asked,
        verified_on=_day(fields["verified_on"]),
    )


def _read_field(node: Node, sources: Mapping[str, str]) -> PlatformFormField:
    fields = node.fields("label field source verified_on", "longest")
    name = fields["field"].text()
    if name not in BY_NAME:
        fields["field"].refuse(f"a request has no field '{name}'", rule=LintRule.REFERENCES)
    longest = fields["longest"].value if "longest" in fields else None
    if longest is not None and (not isinstance(longest, int) or longest < 1):
        fields["longest"].refuse("a length is a whole number of characters")
    return PlatformFormField(
        label=fields["label"].text(),
        field=name,
        source=_source(fields["source"], sources),
        longest=longest,
        verified_on=_day(fields["verified_on"]),
    )


def _source(node: Node, sources: Mapping[str, str]) -> str:
    if node.text() not in sources:
        node.refuse(f"collection.yml has no source '{node.text()}'", rule=LintRule.REFERENCES)
    return node.text()


def _day(node: Node) -> date | None:
    return None if node.value == NEVER else node.day()
