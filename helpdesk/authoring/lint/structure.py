"""Lint rules about structure: nothing unwritten, nothing that nobody could ever reach."""

from collections.abc import Iterator

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint.locations import scalar_values
from helpdesk.authoring.lint.satisfiability import AnswerSpace
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.model import FactSource, Playbook, PlaybookReadiness, Step

# No sentences of ours: lists of words, and what people type ("todo" is a word in Spanish).
LISTS_OF_WORDS = frozenset(
    f"playbooks/vocab/{name}.yml" for name in ("danger_signs", "synonyms", "words")
)
NO_WORDS = ("tag", "version", "schema", "id", "link")  # under these stand names, not sentences
NOTHING_SAID = frozenset({"...", "…", "-", "?", "to do", "same as above", "n/a", "none yet"})


def placeholder_sentences(material: LintInput) -> Iterator[LintFinding]:
    """L04: a sentence that somebody meant to write later."""
    for name, file in material.files.items():
        if name in LISTS_OF_WORDS:
            continue
        for key, node in scalar_values(file):
            if not isinstance(node.value, str) or key in NO_WORDS:
                continue
            found = next(material.words.stubs.found_in(node.value), None)
            if found or node.value.strip().lower() in NOTHING_SAID:
                yield LintFinding(
                    LintRule.STUBS,
                    node.file,
                    node.line,
                    f"'{found.words if found else node.value}' says that something is still to be "
                    "written; write it, or leave the line out",
                )


def unreachable_parts(material: LintInput) -> Iterator[LintFinding]:
    """L06: whatever no answers could ever lead to."""
    for page in material.library.playbooks:
        yield from _never_reached(material, page)


def links_to_retired_playbooks(material: LintInput) -> Iterator[LintFinding]:
    """L07: a way that leads to a page which takes no new cases. Reading holds up the rest."""
    library = material.library
    retired = {one.id for one in library.playbooks if one.status is PlaybookReadiness.RETIRED}
    for page in library.playbooks:
        for step in page.steps:
            for outcome in step.outcomes:
                if outcome.playbook in retired and page.status is not PlaybookReadiness.RETIRED:
                    yield material.finding_at(
                        outcome.label,
                        LintRule.WAYS_OUT,
                        f"'{outcome.id}' leads to '{outcome.playbook}', which takes no new "
                        "cases; lead to the page that replaced it, or to an end",
                    )


def _never_reached(material: LintInput, page: Playbook) -> Iterator[LintFinding]:
    reached, facts = _reachable_steps(material, page)
    for step in page.steps:
        if step.id not in reached:
            yield material.finding_at(
                step.title,
                LintRule.REACHABLE,
                f"no answers and outcomes ever lead to the step '{step.id}'; fix its `when` or "
                "its `needs`, or take the step out",
            )
    everything = AnswerSpace(page.questions, facts)
    told_once = AnswerSpace(page.questions, {})
    for flag in page.red_flags:
        if not told_once.can_satisfy(flag.when):
            yield material.finding_at(
                flag.why, LintRule.REACHABLE, _never("red flag", flag.id, "raise")
            )
    for advice in page.safe_now:
        if advice.when is not None and not told_once.can_satisfy(advice.when):
            yield material.finding_at(
                advice.text, LintRule.REACHABLE, _never("advice", advice.id, "show")
            )
    for question in page.questions:
        if question.ask_when is not None and not told_once.can_satisfy(question.ask_when):
            yield material.finding_at(
                question.ask, LintRule.REACHABLE, _never("question", question.id, "ask")
            )
    for number, tag in enumerate(page.tags, start=1):
        if tag.when is not None and not everything.can_satisfy(tag.when):
            file, line = material.file_and_line_of(page.id, "tags", str(number))
            yield LintFinding(LintRule.REACHABLE, file, line, _never("tag", tag.tag, "set"))


def _never(kind: str, name: str, verb: str) -> str:
    return f"no answers ever {verb} the {kind} '{name}'; fix its condition, or take it out"


def _reachable_steps(
    material: LintInput, page: Playbook
) -> tuple[set[str], dict[str, frozenset[str] | None]]:
    """The steps that somebody can come to, found step by step, and the facts they can set."""
    reached: set[str] = set()
    blocked = {step.id for step in page.steps if not _leads_onward(step)}
    while True:
        more = {
            step.id
            for step in page.steps
            if step.id not in reached
            and not blocked.intersection(step.needs)
            and _can_open(
                step.when, AnswerSpace(page.questions, _facts(material, page, reached, step))
            )
        }
        if not more:
            return reached, _facts(material, page, reached, None)
        reached |= more


def _can_open(when: Condition | None, world: AnswerSpace) -> bool:
    return when is None or world.can_satisfy(when)


def _leads_onward(step: Step) -> bool:
    return any(outcome.end is None and outcome.playbook is None for outcome in step.outcomes)


def _facts(
    material: LintInput, page: Playbook, reached: set[str], before: Step | None
) -> dict[str, frozenset[str] | None]:
    """The facts that reached steps can have set, as long as they do not wait for this one."""
    facts: dict[str, frozenset[str] | None] = {
        fact.id: frozenset(fact.values) for fact in material.library.collection.facts
    }
    for step in page.steps:
        waits = before is not None and _waits_for(page, step, before.id)
        if step.id not in reached or waits or step is before:
            continue
        for outcome in step.outcomes:
            if outcome.end is not None or outcome.playbook is not None:
                continue  # the run is over then, and nobody asks for its facts
            for setting in outcome.sets:
                facts[setting.name] = (facts.get(setting.name) or frozenset()) | {setting.value}
            for fact in step.sets:
                if fact.source is FactSource.OUTCOME:
                    facts[fact.fact] = (facts.get(fact.fact) or frozenset()) | {outcome.id}
        for fact in step.sets:
            if fact.source is FactSource.EVIDENCE:
                facts[fact.fact] = None
    return facts


def _waits_for(page: Playbook, step: Step, other: str) -> bool:
    """Whether a step can only be done after that other one."""
    needs = list(step.needs)
    while needs:
        need = needs.pop()
        if need == other:
            return True
        above = page.step(need)
        needs += above.needs if above is not None else ()
    return False
