"""The lint rule about messages to the reporter: the words are ready, and can be sent as they
are."""

import re
from collections.abc import Iterator

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks.model import Step, StepPerformer

# Words are sent as they stand: nothing in them waits to be filled in.
GAP = re.compile(r"[\[\]{}<>_…]|\.\.\.|%\(")


def steps_without_ready_message(material: LintInput) -> Iterator[LintFinding]:
    """L31: a step that speaks to the person without words to send, or with words that have a gap.

    A step speaks that the person does, because somebody has to ask them to, and one whose text says
    to ask, tell or agree. One that only sounds like it says `silent: true`.
    """
    seen: set[str] = set()
    for page in material.library.playbooks:
        for step in page.steps:
            if step.title.id not in seen:
                seen.add(step.title.id)
                yield from _of_step(material, step)


def _of_step(material: LintInput, step: Step) -> Iterator[LintFinding]:
    if step.words is not None:
        gap = GAP.search(str(step.words))
        if gap:
            yield material.finding_at(
                step.words,
                LintRule.WORDS_TO_SEND,
                f"'{gap[0]}' is a gap in words that are sent as they are; write the sentence "
                "without it",
            )
        return
    if step.who is StepPerformer.REPORTER:
        why = "the person does this step, and someone asks them to"
    elif step.silent:
        return
    else:
        phrase = next(material.words.speaks.found_in(str(step.do)), None)
        if phrase is None:
            return
        why = f"'{phrase.words}' speaks to the person"
    yield material.finding_at(
        step.do,
        LintRule.WORDS_TO_SEND,
        f"{why}; add `words:` that can be sent as they are, or `silent: true` if nothing is said "
        "to them here",
    )
