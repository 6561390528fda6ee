"""Reading the vocabulary that the pages share: the collection, platforms, kinds of evidence,
services, causes."""

import re

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Node
from helpdesk.playbooks.library import (
    EvidenceKind,
    FactSetByHelpdesk,
    IncidentGroup,
    OrganisationCause,
    Platform,
    PlatformFact,
    PlaybookCollection,
    PublishingDetails,
    ReferralServiceType,
)
from helpdesk.playbooks.model import DataSensitivity, Text

IDENTITY = re.compile(
    r"identity--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


def read_collection(file: Node) -> PlaybookCollection:
    """Read the collection: what holds for all pages together."""
    page = file.fields(
        "schema name version licence language publishing taxonomies facts sources",
        "groups common",
    )
    if page["schema"].text() != "collection/1":
        page["schema"].refuse("this reader knows collection/1")
    return PlaybookCollection(
        name=page["name"].text(),
        version=page["version"].version(),
        licence=page["licence"].text(),
        language=page["language"].id(),
        publishing=_read_publishing(page["publishing"]),
        taxonomies={name: said.number() for name, said in page["taxonomies"].pairs().items()},
        facts=page.list_of("facts", _read_fact),
        sources={key: said.text() for key, said in page["sources"].pairs().items()},
        groups=page.list_of("groups", _read_group),
        common=page.list_of("common", Node.id),
    )


def read_platforms(file: Node, sources: dict[str, str]) -> tuple[Platform, ...]:
    """Read the platforms, where accounts live; each fact with the day a person checked it."""
    platforms = tuple(_read_platform(item, sources) for item in file.items())
    refuse_repeats(file, [platform.slug for platform in platforms])
    return platforms


def read_evidence_kinds(file: Node) -> tuple[EvidenceKind, ...]:
    """Read the kinds of evidence and how to take them."""
    kinds = tuple(_read_kind(item) for item in file.items())
    refuse_repeats(file, [kind.id for kind in kinds])
    return kinds


def read_services(file: Node) -> tuple[ReferralServiceType, ...]:
    """Read the services: what others do for people in trouble, and what for."""
    services = tuple(_read_service(item) for item in file.items())
    refuse_repeats(file, [service.slug for service in services])
    return services


def read_causes(file: Node) -> tuple[OrganisationCause, ...]:
    """Read the causes that organisations work on, by the predicates of the taxonomy accessnow."""
    causes = tuple(_read_cause(item) for item in file.items())
    refuse_repeats(file, [cause.slug for cause in causes])
    return causes


def refuse_repeats(node: Node, ids: list[str]) -> None:
    """Refuse repeated names: two things of one name would hide each other."""
    for number, one in enumerate(ids):
        if one in ids[:number]:
            items = node.items()
            # a fragment is one entry that brings several steps
            place = items[number] if len(items) == len(ids) else node
            place.refuse(f"'{one}' is here twice", rule=LintRule.IDS)


def _read_publishing(node: Node) -> PublishingDetails:
    fields = node.fields("owner identity first latest")
    publishing = PublishingDetails(
        fields["owner"].text(),
        fields["identity"].text(),
        fields["first"].day(),
        fields["latest"].day(),
    )
    if not IDENTITY.fullmatch(publishing.identity):
        fields["identity"].refuse("this must be identity-- and a UUIDv4, made once")
    if publishing.latest < publishing.first:
        fields["latest"].refuse("the latest day cannot be before the first")
    return publishing


def _read_fact(node: Node) -> FactSetByHelpdesk:
    fields = node.fields("id says values")
    return FactSetByHelpdesk(
        id=fields["id"].id(),
        says=fields["says"].text(),
        values=fields.list_of("values", Node.id),
    )


def _read_group(node: Node) -> IncidentGroup:
    fields = node.fields("id title types")
    group_id = fields["id"].id()
    return IncidentGroup(
        id=group_id,
        title=Text(f"collection.groups.{group_id}", fields["title"].text()),
        playbooks=fields.list_of("types", Node.id),
    )


def _read_platform(node: Node, sources: dict[str, str]) -> Platform:
    fields = node.fields("slug name objects", "facts written")
    slug = fields["slug"].id()
    home = f"vocab.platforms.{slug}"
    return Platform(
        slug=slug,
        name=Text(f"{home}.name", fields["name"].text()),
        objects=fields.list_of("objects", Node.text),
        facts=fields.list_of("facts", lambda item: _read_platform_fact(item, home, sources)),
        written=fields.list_of("written", Node.text),
    )


def _read_platform_fact(node: Node, home: str, sources: dict[str, str]) -> PlatformFact:
    fields = node.fields("id says source verified_on", "link")
    if fields["source"].text() not in sources:
        fields["source"].refuse(
            f"collection.yml has no source '{fields['source'].text()}'", rule=LintRule.REFERENCES
        )
    link = fields.read("link", Node.text, None)
    if link is not None and not link.startswith("https://"):
        fields["link"].refuse("a link begins with https://", rule=LintRule.LINKS)
    fact_id = fields["id"].id()
    never = fields["verified_on"].value == "never"
    return PlatformFact(
        id=fact_id,
        text=Text(f"{home}.facts.{fact_id}", fields["says"].text()),
        source=fields["source"].text(),
        link=link,
        verified_on=None if never else fields["verified_on"].day(),
    )


def _read_service(node: Node) -> ReferralServiceType:
    fields = node.fields("slug name says")
    slug = fields["slug"].id()
    home = f"vocab.services.{slug}"
    return ReferralServiceType(
        slug=slug,
        name=Text(f"{home}.name", fields["name"].text()),
        says=Text(f"{home}.says", fields["says"].text()),
    )


def _read_cause(node: Node) -> OrganisationCause:
    fields = node.fields("slug name")
    slug = fields["slug"].id()
    return OrganisationCause(slug, Text(f"vocab.causes.{slug}.name", fields["name"].text()))


def _read_kind(node: Node) -> EvidenceKind:
    fields = node.fields("id name how sensitivity", "may_hold_pictures")
    home = f"vocab.evidence.{fields['id'].id()}"
    return EvidenceKind(
        id=fields["id"].id(),
        name=Text(f"{home}.name", fields["name"].text()),
        how=Text(f"{home}.how", fields["how"].text()),
        sensitivity=fields["sensitivity"].one_of(DataSensitivity),
        may_hold_pictures=fields.read("may_hold_pictures", Node.flag, otherwise=False),
    )
