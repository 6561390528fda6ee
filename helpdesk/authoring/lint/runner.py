"""The lint runner: runs the rules, and puts what they found into the order of the files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpdesk.authoring.lint import (
    advice,
    messages,
    outcomes,
    overdue_upkeep,
    safety,
    structure,
    translations_and_scenarios,
    wording,
)
from helpdesk.authoring.lint.findings import LintFinding, LintSeverity
from helpdesk.authoring.lint.lint_input import LintInput, SharedContentUnreadable, read_lint_input
from helpdesk.authoring.source import cache_read_files

# A rule looks at everything and says what it found.
LintCheck = Callable[[LintInput], Iterable[LintFinding]]

CHECKS: tuple[LintCheck, ...] = (
    overdue_upkeep.missing_identifiers,
    structure.placeholder_sentences,
    structure.unreachable_parts,
    structure.links_to_retired_playbooks,
    safety.risky_advice_without_warning,
    safety.floors_without_effect,
    safety.playbooks_taking_intimate_images,
    wording.hard_to_read_texts,
    wording.blaming_words,
    wording.platform_facts_outside_vocabulary,
    wording.unsafe_links,
    overdue_upkeep.overdue_reviews,
    overdue_upkeep.stale_platform_facts,
    overdue_upkeep.stale_platform_forms,
    overdue_upkeep.tags_outside_published_taxonomies,
    translations_and_scenarios.stale_translations,
    translations_and_scenarios.missing_scenarios,
    outcomes.outcomes_that_never_come_back,
    outcomes.claims_without_evidence,
    outcomes.required_evidence_never_asked_for,
    outcomes.requests_without_outcome,
    messages.steps_without_ready_message,
    advice.advice_without_cost_of_delay,
    advice.advice_that_misfits_answers,
    advice.dangers_without_advice,
    advice.safety_said_to_be_soon_without_mark,
    advice.topics_that_say_nothing_twice,
)


@dataclass(frozen=True)
class LintReport:
    """The report of a lint: everything that was found, and how many platform facts no person has
    ever looked at."""

    findings: tuple[LintFinding, ...]
    pages: int
    never_verified: int

    @property
    def errors(self) -> int:
        """How many findings have to be mended."""
        return sum(one.severity is LintSeverity.ERROR for one in self.findings)

    @property
    def warnings(self) -> int:
        """How many may wait a little."""
        return len(self.findings) - self.errors


def lint_folder(
    folder: Path,
    *,
    today: date,
    types: Iterable[str] = (),
    more: Iterable[LintCheck] = (),
    watch: Callable[[tuple[LintCheck, ...]], Iterator[LintCheck]] = iter,
) -> LintReport:
    """Lint the folder: everything that is wrong; with `types`, what is wrong in the files of these.

    `more` are rules of packages above this one. `watch` may show somebody how far it has come.
    """
    with cache_read_files():
        try:
            material = read_lint_input(folder, today)
        except SharedContentUnreadable as nothing:
            return LintReport(nothing.findings, pages=0, never_verified=0)
        found = set(material.refused)
        for look in watch((*CHECKS, *more)):
            found.update(look(material))
    wanted = tuple(types)
    return LintReport(
        findings=tuple(
            sorted(
                (one for one in found if not wanted or _is_of(one, wanted)),
                key=lambda one: (one.file, one.line, one.rule, one.sentence),
            )
        ),
        pages=len(wanted) or len(material.library.playbooks),
        never_verified=overdue_upkeep.count_unverified_facts(material),
    )


def _is_of(finding: LintFinding, types: Iterable[str]) -> bool:
    return Path(finding.file).stem in types
