"""Instructions of a step as one text that stands alone: what to do, why, what to mind, and how it
can end."""

from collections.abc import Iterator
from datetime import timedelta

from helpdesk.playbooks.model import Playbook, RepeatAfter, Step, StepOutcome
from helpdesk.playbooks.step_rules import proof_in_words


def step_instructions(page: Playbook, step: Step) -> str:
    """The instructions of a step: everything a person needs to do it, in paragraphs."""
    return "\n\n".join(_paragraphs(page, step))


def _paragraphs(page: Playbook, step: Step) -> Iterator[str]:
    yield f"{step.title}."
    yield str(step.do)
    if step.why:
        yield f"Why: {step.why}"
    if step.risk:
        yield f"Mind: {step.risk}"
    if step.words:
        yield f"Words to send as they are: {step.words}"
    if step.evidence:
        kept = (page.piece_of_evidence(name) for name in step.evidence)
        yield "Write down: " + "; ".join(str(one.label) for one in kept if one) + "."
    if step.wait:
        # not CACAO's delay: that would hold the step itself back, and a form must go out at once
        yield f"When it is done, give it {duration_in_words(step.wait)} before you look again."
    if step.must:
        yield "This must be done before the case can be closed as resolved."
    yield "Record how it ended: " + "; ".join(_way(page, one) for one in step.outcomes) + "."


def _way(page: Playbook, outcome: StepOutcome) -> str:
    """An outcome with what has to be shown for it, and when it brings the step back."""
    wanted = proof_in_words(page, outcome.shown_by)
    added = [f"write down: {', '.join(wanted)}"] if wanted else []
    if outcome.again is not None:
        added.append(f"it is not over; look again after {_rest(outcome.again)}")
    return f"{outcome.label} ({'; '.join(added)})" if added else str(outcome.label)


def duration_in_words(length: timedelta) -> str:
    """A duration in words: 90 minutes, 24 hours, 7 days."""
    minutes = int(length.total_seconds() // 60)
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        # a day is still called 24 hours: that is how the pages say it
        if minutes % size == 0 and (minutes > size or unit != "day"):
            number = minutes // size
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"{minutes} minutes"


def _rest(again: RepeatAfter) -> str:
    """How long until a step comes back; where it depends on the level, from the shortest."""
    shortest, longest = duration_in_words(again.immediate), duration_in_words(again.routine)
    return shortest if shortest == longest else f"{shortest} to {longest}, by how urgent it is"
