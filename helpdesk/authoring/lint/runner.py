"""Running the rules, and putting what they found into the order of the files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpdesk.authoring.lint import (
    advice,
    companions,
    messages,
    outcomes,
    safety,
    structure,
    upkeep,
    wording,
)
from helpdesk.authoring.lint.findings import LintFinding, LintSeverity
from helpdesk.authoring.lint.material import Material, NothingToCheck, read_material
from helpdesk.authoring.source import reading_once

# A rule looks at everything and says what it found.
LintCheck = Callable[[Material], Iterable[LintFinding]]

CHECKS: tuple[LintCheck, ...] = (
    upkeep.identifiers,
    structure.stubs,
    structure.unreachable_parts,
    structure.ways_out,
    safety.risky_advice,
    safety.floors,
    safety.no_images,
    wording.reading_level,
    wording.blame,
    wording.platform_facts,
    wording.links,
    upkeep.reviews,
    upkeep.old_facts,
    upkeep.tags,
    companions.translations,
    companions.walks,
    outcomes.left_open,
    outcomes.shown,
    outcomes.insisted_on,
    messages.words_to_send,
    advice.at_stake,
    advice.fits_what_was_said,
    advice.dangers_are_named,
)


@dataclass(frozen=True)
class LintReport:
    """Everything that was found, and how many platform facts no person has ever looked at."""

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


def lint(
    folder: Path,
    *,
    today: date,
    types: Iterable[str] = (),
    more: Iterable[LintCheck] = (),
    watch: Callable[[tuple[LintCheck, ...]], Iterator[LintCheck]] = iter,
) -> LintReport:
    """Everything that is wrong in the folder; with `types`, what is wrong in the files of these.

    `more` are rules of packages above this one. `watch` may show somebody how far it has come.
    """
    with reading_once():
        try:
            material = read_material(folder, today)
        except NothingToCheck as nothing:
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
        never_verified=upkeep.never_verified(material),
    )


def _is_of(finding: LintFinding, types: Iterable[str]) -> bool:
    return Path(finding.file).stem in types
