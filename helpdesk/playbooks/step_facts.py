"""The facts that a finished step puts on a case."""

from collections.abc import Mapping

from helpdesk.playbooks.model import FactSource, Step, StepOutcome

# A fact that some step could still record.
NOT_SO_FAR = ""


def facts_set_by_outcome(
    step: Step, outcome: StepOutcome, evidence: Mapping[str, str]
) -> dict[str, str]:
    """The facts that finishing a step puts on the case: from its outcome, or told as evidence."""
    facts = {setting.name: setting.value for setting in outcome.sets}
    for setting in step.sets:
        if setting.source is FactSource.OUTCOME:
            facts[setting.fact] = outcome.id
        elif setting.evidence is not None and evidence.get(setting.evidence):
            facts[setting.fact] = evidence[setting.evidence]
    return facts


def facts_settable_by_step(step: Step) -> set[str]:
    """The facts that finishing this step can set, whatever its outcome."""
    named = {setting.name for outcome in step.outcomes for setting in outcome.sets}
    return named | {setting.fact for setting in step.sets}
