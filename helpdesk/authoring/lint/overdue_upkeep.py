"""Lint rules about overdue upkeep: reviews, facts that age, tags of others, identifiers."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from pytaxonomies.api import Taxonomies

from helpdesk.authoring.lint.findings import LintFinding, LintSeverity
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint.locations import scalar_values
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks import organisation_questions
from helpdesk.playbooks.model import Playbook, PlaybookReadiness

GRACE = timedelta(days=90)
FACTS_LAST = timedelta(days=180)
ORGANISATIONS_ONLY = f"{organisation_questions.TAXONOMY}:"
# MISP still lists these; TLP 2.0 does not.
NO_MARKS = ("tlp:white", "tlp:ex:chr", "tlp:unclear", "PAP:WHITE")


def overdue_reviews(material: LintInput) -> Iterator[LintFinding]:
    """L22: a page whose day of review has passed, or that is ready without one."""
    for page in material.library.playbooks:
        if page.reviewed is None:
            if page.status is PlaybookReadiness.READY:
                yield _review(material, page, "status", _UNREAD, LintSeverity.ERROR)
            continue
        late = material.today - page.reviewed.next
        if late > timedelta(0):
            severity = LintSeverity.ERROR if late > GRACE else LintSeverity.WARNING
            sentence = (
                f"'{page.id}' should have been read again by {page.reviewed.next.isoformat()}; "
                "read it with someone who has been in this trouble, and write both days again"
            )
            yield _review(material, page, "reviewed", sentence, severity)


def stale_platform_facts(material: LintInput) -> Iterator[LintFinding]:
    """L23: a platform fact that nobody has looked at for half a year."""
    for platform in material.library.platforms:
        for fact in platform.facts:
            if fact.verified_on is None:
                continue  # the page says so to whoever reads it; see `never_verified`
            place = material.file_and_line_of(
                "vocab", "platforms", platform.slug, "facts", fact.id, "verified_on"
            )
            if fact.verified_on > material.today:
                sentence = f"'{fact.id}' of {platform.slug} cannot have been checked in the future"
                yield LintFinding(LintRule.OLD_FACTS, *place, sentence)
            elif material.today - fact.verified_on > FACTS_LAST:
                sentence = (
                    f"'{fact.id}' of {platform.slug} was last checked on "
                    f"{fact.verified_on.isoformat()}; look again and write today’s day"
                )
                yield LintFinding(LintRule.OLD_FACTS, *place, sentence, LintSeverity.WARNING)


def stale_platform_forms(material: LintInput) -> Iterator[LintFinding]:
    """L23: a form of a platform, or what it asks for, that nobody has looked at for half a year."""
    for known in material.library.platform_forms:
        days = [("looked_on", known.looked_on)]
        for form in known.forms:
            days += [(form.id, form.verified_on)]
            days += [(f"{form.id}: {one.field}", one.verified_on) for one in form.fields]
        place = material.file_and_line_of("vocab", "platform_forms", known.platform)
        for what, day in days:
            if day is not None and day > material.today:
                sentence = f"'{what}' of {known.platform} cannot have been checked in the future"
                yield LintFinding(LintRule.OLD_FACTS, *place, sentence)
            elif day is not None and material.today - day > FACTS_LAST:
                sentence = (
                    f"'{what}' of {known.platform} was last checked on {day.isoformat()}; look "
                    "again and write today’s day"
                )
                yield LintFinding(LintRule.OLD_FACTS, *place, sentence, LintSeverity.WARNING)


def count_unverified_facts(material: LintInput) -> int:
    """Count the facts about platforms and their forms that no person has ever looked at."""
    said = [fact.verified_on for one in material.library.platforms for fact in one.facts]
    for known in material.library.platform_forms:
        for form in known.forms:
            said += [form.verified_on, *(one.verified_on for one in form.fields)]
    return said.count(None)


def tags_outside_published_taxonomies(material: LintInput) -> Iterator[LintFinding]:
    """L24: a machine tag that its taxonomy does not have, or a taxonomy of another version."""
    known = _taxonomies()
    for name, version in material.library.collection.taxonomies.items():
        place = material.file_and_line_of("collection", "taxonomies", name)
        if name not in known:
            yield LintFinding(
                LintRule.TAGS, *place, f"nobody publishes a taxonomy '{name}'; leave it out"
            )
        elif str(known[name].version) != str(version):
            yield LintFinding(
                LintRule.TAGS,
                *place,
                f"'{name}' is in version {known[name].version} now, not {version}; read what has "
                "changed, fix the tags, and write the new number",
            )
    every = _machine_tags()
    for cause in material.library.causes:
        tag = f"{organisation_questions.TAXONOMY}:{cause.slug}"
        if tag not in every:
            place = material.file_and_line_of("vocab", "causes", cause.slug)
            yield LintFinding(
                LintRule.TAGS, *place, f"no taxonomy has the tag '{tag}'; leave it out"
            )
    for file in material.files.values():
        for key, node in scalar_values(file):
            if key not in ("tag", "pap", "playbook", "case_default") or ":" not in str(node.value):
                continue
            if node.value.startswith(ORGANISATIONS_ONLY):
                sentence = (
                    f"'{node.value}' says what an organisation works on, not what happened to it; "
                    "leave it out of the page"
                )
                yield LintFinding(LintRule.TAGS, node.file, node.line, sentence)
            elif node.value not in every:
                sentence = f"no taxonomy has the tag '{node.value}'; choose one that exists"
                yield LintFinding(LintRule.TAGS, node.file, node.line, sentence)


def missing_identifiers(material: LintInput) -> Iterator[LintFinding]:
    """L02: a page without an identifier for other programs, two that replace the same one."""
    replaced: set[str] = set()
    for page in material.library.playbooks:
        if page.replaces in replaced:
            file, line = material.file_and_line_of(page.id, "replaces")
            sentence = f"another page replaces '{page.replaces}' already; one of them does"
            yield LintFinding(LintRule.IDS, file, line, sentence)
        if page.replaces is not None:
            replaced.add(page.replaces)
        if page.id not in material.ids:
            file, line = material.file_and_line_of(page.id, "id")
            sentence = f"'{page.id}' has no identifier; run `helpdesk playbooks ids`"
            yield LintFinding(LintRule.IDS, file, line, sentence)


_UNREAD = (
    "a page is ready only when someone with lived experience has read it; write `reviewed:` with "
    "the day, their role and the next day, or call the page a draft"
)


def _review(
    material: LintInput, page: Playbook, key: str, sentence: str, severity: LintSeverity
) -> LintFinding:
    file, line = material.file_and_line_of(page.id, key)
    return LintFinding(LintRule.REVIEWS, file, line, sentence, severity)


def current_day() -> date:
    """The current day, for whoever does not give one."""
    return date.today()  # noqa: DTZ011 - a day of review is a day where the reader sits


@cache
def _taxonomies() -> Taxonomies:
    return Taxonomies()


@cache
def _machine_tags() -> frozenset[str]:
    known = _taxonomies()
    return frozenset(tag for one in known.values() for tag in one.machinetags()) - {*NO_MARKS}
