"""What comes of a script: how urgent it is and why, what is said at once, each step, the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.cases.levels import Level
from helpdesk.playbooks.answers import SafeNow, red_flags, tags, without_hidden
from helpdesk.playbooks.asking import Missing, missing_for
from helpdesk.playbooks.conditions import Known, Value
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Playbook, Question, RedFlag
from helpdesk.playbooks.progress import Course
from helpdesk.playbooks.together import advice_of, questions_of
from helpdesk.playbooks.walks import SKIPPED, Script
from helpdesk.triage.judging import Judgement, judge_report
from helpdesk.triage.walking.going import Choice, Moment, Way, go


@dataclass(frozen=True)
class Told:
    """What is decided from the answers alone, before anybody has read the report.

    `dropped` names the answers to questions that other answers had hidden.
    """

    answers: Mapping[str, Value]
    dropped: tuple[str, ...]
    judgement: Judgement
    flags: tuple[RedFlag, ...]
    safe_now: SafeNow


@dataclass(frozen=True)
class Walked:
    """One page gone through by a script. `missing` is what the script itself did not establish:
    what was only assumed opens no gate. `unused` names outcomes of steps that never came."""

    told: Told
    way: Way
    tags: tuple[str, ...]
    missing: tuple[Missing, ...]
    unused: tuple[str, ...]


def tell(library: Library, pages: Sequence[Playbook], answers: Known) -> Told:
    """What these answers lead to, on one page or on several at once."""
    kept = without_hidden(_asked_on(library, pages), answers)
    flags = {flag.id: flag for page in pages for flag in red_flags(page, kept)}
    return Told(
        answers=kept,
        dropped=tuple(name for name in answers if name not in kept),
        judgement=judge_report(library.table, pages, kept),
        flags=tuple(flags.values()),
        safe_now=advice_of(pages, kept),
    )


def level_of(library: Library, pages: Sequence[Playbook], answers: Known) -> Level:
    """How urgent these answers are."""
    kept = without_hidden(_asked_on(library, pages), answers)
    return judge_report(library.table, pages, kept).level


def walk(library: Library, pages: Sequence[Playbook], script: Script) -> tuple[Walked, ...]:
    """Go through each page by the script. What one page found out, the next one knows."""
    told = tell(library, pages, script.answers)
    facts: Mapping[str, Value] = script.facts
    sure: Mapping[str, Value] = script.facts
    walked: list[Walked] = []
    for page in pages:
        way = go(Course(page), {**told.answers, **facts}, _Chooser(script))
        found = {name: value for one in way.taken for name, value in one.facts.items()}
        named = {
            name: value
            for one in way.taken
            if not one.choice.is_assumed
            for name, value in one.facts.items()
        }
        facts, sure = {**facts, **found}, {**sure, **named}
        walked.append(_walked(page, told, way, script, {**told.answers, **sure}))
    return tuple(walked)


def _asked_on(library: Library, pages: Sequence[Playbook]) -> tuple[Question, ...]:
    return pages[0].questions if len(pages) == 1 else questions_of(library, pages)


def _walked(page: Playbook, told: Told, way: Way, script: Script, sure: Known) -> Walked:
    return Walked(
        told=told,
        way=way,
        tags=tags(page, way.known),
        missing=tuple(missing_for(page, plan, sure, script.evidence) for plan in page.escalations),
        unused=tuple(
            name
            for name in script.outcomes
            if page.step(name) is not None and name not in way.records
        ),
    )


@dataclass(frozen=True)
class _Chooser:
    """Does what the script says, and takes the usual way where it says nothing."""

    script: Script

    def __call__(self, moment: Moment) -> Choice:
        step, named = moment.step, self.script.outcomes.get(moment.step.id)
        told = {name: self.script.evidence.get(name, "") for name in step.evidence}
        evidence = {name: words for name, words in told.items() if words}
        if named is not None:
            outcome = step.outcome(named)
            if outcome is not None:
                return Choice.shown(outcome, evidence)
            if named == SKIPPED:
                return Choice(None, evidence=evidence)
        usual = moment.usual()
        if usual is None:
            return Choice(None, is_assumed=True, evidence=evidence)
        return Choice.shown(usual, evidence, is_assumed=True)
