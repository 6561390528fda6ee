"""Rules for recording a step: what must be so before it may end or be skipped. The same on every
way.

Pure: a run on a case and a walk through a page ask here.
"""

from collections.abc import Collection, Iterable
from typing import Final

from helpdesk.playbooks.model import NOTE, Playbook, Step, StepOutcome
from helpdesk.playbooks.run_progress import StepsProgress

A_NOTE: Final = "a note that says how you know"


def steps_blocking_outcome(
    page: Playbook, now: StepsProgress, step: Step, outcome: StepOutcome
) -> tuple[Step, ...]:
    """The steps that block this outcome: they must be done before this step may end like this."""
    end = page.end(outcome.end) if outcome.end else None
    return now.missing_before(end, step.id) if end is not None else ()


def blocked_outcome_message(page: Playbook, outcome: StepOutcome, missing: Iterable[Step]) -> str:
    """The sentence that says why a step may not end like this yet."""
    end = page.end(outcome.end or "")
    label = end.label if end is not None else outcome.label
    titles = quoted_step_titles(page, (step.id for step in missing))
    return f"Before you can record “{label}”, these steps must be done: {titles}."


def may_skip_step(page: Playbook, step: Step) -> bool:
    """Whether a step may be skipped. One that must be done has outcomes for every honest answer,
    and the last one is the way out."""
    return not step.must and step.id != page.steps[-1].id


def outcome_ends_step(outcome: StepOutcome) -> bool:
    """Whether this outcome ends the step; one that is not over comes back."""
    return outcome.again is None


def missing_proof(outcome: StepOutcome, written: Collection[str], note: str) -> tuple[str, ...]:
    """The proof that is missing for this outcome: names of evidence, or NOTE."""
    return tuple(
        name for name in outcome.shown_by if not (note.strip() if name == NOTE else name in written)
    )


def missing_proof_message(page: Playbook, outcome: StepOutcome, missing: Iterable[str]) -> str:
    """The sentence that an outcome needs proof, and which."""
    wanted = ", ".join(proof_in_words(page, missing, quoted=True))
    return f"Before you record “{outcome.label}”, add: {wanted}."


def proof_in_words(page: Playbook, names: Iterable[str], *, quoted: bool = False) -> list[str]:
    """The proof of an outcome in words: the evidence by its label, the note last."""
    wanted = list(names)
    pieces = [page.piece_of_evidence(name) for name in wanted if name != NOTE]
    said = [f"“{one.label}”" if quoted else str(one.label) for one in pieces if one is not None]
    return [*said, A_NOTE] if NOTE in wanted else said


def outcome_continues_run(outcome: StepOutcome) -> bool:
    """Whether the run continues after this outcome."""
    return outcome.end is None and outcome.playbook is None


def quoted_step_titles(page: Playbook, step_ids: Iterable[str]) -> str:
    """The titles of steps as one text for a sentence: “A”, “B”. Ids that the page does not have are
    left out."""
    steps = (page.step(step_id) for step_id in step_ids)
    return ", ".join(f"“{step.title}”" for step in steps if step is not None)
