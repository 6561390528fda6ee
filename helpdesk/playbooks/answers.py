"""What a reporter's answers lead to: questions that stand, flags that rise, advice that fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.evaluation import Truth, evaluate
from helpdesk.playbooks.model import Advice, Playbook, Question, RedFlag
from helpdesk.playbooks.step_facts import NOT_SO_FAR, facts_named_by


def asked(questions: Iterable[Question], answers: Context) -> tuple[Question, ...]:
    """The questions these answers leave to be asked. One we cannot tell about is asked."""
    kept: dict[str, Value] = {}
    still_asked: list[Question] = []
    for question in questions:
        hides = question.ask_when is not None and evaluate(question.ask_when, kept)
        if hides is Truth.FALSE:
            continue
        still_asked.append(question)
        if question.id in answers:
            kept[question.id] = answers[question.id]
    return tuple(still_asked)


def without_hidden(questions: Iterable[Question], answers: Context) -> dict[str, Value]:
    """The answers, without those to questions that other answers have hidden."""
    ids = {question.id for question in asked(questions, answers)}
    return {name: value for name, value in answers.items() if name in ids}


def red_flags(playbook: Playbook, answers: Context) -> tuple[RedFlag, ...]:
    """The red flags that these answers raise for certain."""
    return tuple(flag for flag in playbook.red_flags if evaluate(flag.when, answers) is Truth.TRUE)


@dataclass(frozen=True)
class SafeNow:
    """What to do now and what better not to do, in the order of the page."""

    dos: tuple[Advice, ...]
    donts: tuple[Advice, ...]


def safe_now(playbook: Playbook, answers: Context) -> SafeNow:
    """The advice that fits. Advice we cannot tell about is given: it is safe for everybody."""
    fits = [
        advice
        for advice in playbook.safe_now
        if advice.when is None or evaluate(advice.when, answers) is not Truth.FALSE
    ]
    return SafeNow(
        dos=tuple(advice for advice in fits if not advice.is_dont),
        donts=tuple(advice for advice in fits if advice.is_dont),
    )


def tags(playbook: Playbook, known: Context) -> tuple[str, ...]:
    """The machine tags that fit for certain. What no step has found out is not so."""
    facts = {fact for step in playbook.steps for fact in facts_named_by(step)}
    known = {**dict.fromkeys(facts, NOT_SO_FAR), **known}
    return tuple(
        tag.tag
        for tag in playbook.tags
        if tag.when is None or evaluate(tag.when, known) is Truth.TRUE
    )


def implied(playbook: Playbook, answers: Context) -> Mapping[str, frozenset[str]]:
    """What the picked options mean for the decision points, beside what was answered there."""
    meant: dict[str, set[str]] = {}
    for question in playbook.questions:
        value = answers.get(question.id)
        picked = (value,) if isinstance(value, str) else tuple(value or ())
        for option in question.options:
            if option.id in picked:
                for setting in option.sets:
                    meant.setdefault(setting.name, set()).add(setting.value)
    return {name: frozenset(values) for name, values in meant.items()}
