"""Previews of a playbook's steps, for staff who read ahead: where each outcome leads, and why a
step is needed or not.

Pure. It says what would follow from what is known now; nothing is decided here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.playbooks.condition_text import condition_in_words
from helpdesk.playbooks.conditions import Context, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Playbook, RunEnd, Step, StepOutcome
from helpdesk.playbooks.run_progress import StepProgress, StepsProgress, StepState
from helpdesk.playbooks.step_facts import facts_set_by_outcome


@dataclass(frozen=True)
class OutcomePreview:
    """The preview of one outcome: the run ends, goes over to another page, or goes on.

    `opens` and `spares` name the later steps that this outcome decides about.
    """

    outcome: StepOutcome
    end: RunEnd | None = None
    playbook: Playbook | None = None
    opens: tuple[Step, ...] = ()
    spares: tuple[Step, ...] = ()


@dataclass(frozen=True)
class StepPreview:
    """The preview of a step: as it stands, its condition in words, and every way out of it."""

    now: StepProgress
    only_if: str
    ways: tuple[OutcomePreview, ...]

    @property
    def because(self) -> str:
        """Why it stands like that, as the beginning of a sentence that `only_if` ends."""
        if not self.only_if:
            return ""
        if self.now.state is StepState.NOT_NEEDED:
            return "Not needed, as far as we know. Only do this if"
        return "Only do this if"


def preview_steps(
    page: Playbook, progress: StepsProgress, known: Context, others: Iterable[Playbook]
) -> Mapping[str, StepPreview]:
    """Preview every step of the page by id. `others` are the pages it can lead to."""
    by_id = {other.id: other for other in others}
    return {
        now.step.id: StepPreview(
            now=now,
            only_if=condition_in_words(now.step.when, page) if now.step.when is not None else "",
            ways=tuple(_way(page, now.step, one, known, by_id) for one in now.step.outcomes),
        )
        for now in progress.steps
    }


def _way(
    page: Playbook, step: Step, outcome: StepOutcome, known: Context, others: Mapping[str, Playbook]
) -> OutcomePreview:
    end = page.end(outcome.end) if outcome.end else None
    playbook = others.get(outcome.playbook) if outcome.playbook else None
    facts = facts_set_by_outcome(step, outcome, {})
    if end is not None or outcome.playbook or not facts:
        return OutcomePreview(outcome, end, playbook)
    # what this step would record takes the place of what it recorded before
    without = {name: value for name, value in known.items() if name not in facts}
    after = {**without, **facts}
    opens, spares = [], []
    for later in _after(page, step):
        if later.when is None or not set(names_in(later.when)) & set(facts):
            continue
        before, then = (
            evaluate_condition(later.when, without),
            evaluate_condition(later.when, after),
        )
        if then is before:
            continue
        if then is ConditionTruth.TRUE:
            opens.append(later)
        elif then is ConditionTruth.FALSE:
            spares.append(later)
    return OutcomePreview(outcome, opens=tuple(opens), spares=tuple(spares))


def _after(page: Playbook, step: Step) -> tuple[Step, ...]:
    return page.steps[page.steps.index(step) + 1 :]
