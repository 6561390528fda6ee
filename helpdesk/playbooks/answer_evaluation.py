"""Evaluating a reporter's answers: which questions apply, which red flags rise, which advice
fits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Advice, LossIfLate, Playbook, Question, RedFlag
from helpdesk.playbooks.step_facts import NOT_SO_FAR, facts_settable_by_step

# So many lines of advice a frightened person is shown at first; the others stand behind them.
FIRST: Final = 5
FIRST_DONTS: Final = 2
# What somebody says who knows of no danger to anybody.
NO_DANGER: Final = {"danger": "none_known"}


def applicable_questions(questions: Iterable[Question], answers: Context) -> tuple[Question, ...]:
    """The questions that apply with these answers. One we cannot tell about is asked."""
    kept: dict[str, Value] = {}
    still_asked: list[Question] = []
    for question in questions:
        hides = question.ask_when is not None and evaluate_condition(question.ask_when, kept)
        if hides is ConditionTruth.FALSE:
            continue
        still_asked.append(question)
        if question.id in answers:
            kept[question.id] = answers[question.id]
    return tuple(still_asked)


def drop_hidden_answers(questions: Iterable[Question], answers: Context) -> dict[str, Value]:
    """Drop the answers to questions that other answers have hidden."""
    ids = {question.id for question in applicable_questions(questions, answers)}
    return {name: value for name, value in answers.items() if name in ids}


def raised_red_flags(playbook: Playbook, answers: Context) -> tuple[RedFlag, ...]:
    """The red flags that these answers raise for certain."""
    return tuple(
        flag
        for flag in playbook.red_flags
        if evaluate_condition(flag.when, answers) is ConditionTruth.TRUE
    )


@dataclass(frozen=True)
class SafeNowAdvice:
    """What to do now and what better not to do: first what loses most if it is done late.

    `dos_within_hours` and `donts_within_hours` say how many stand in front because they are too
    late tomorrow.
    """

    dos: tuple[Advice, ...]
    donts: tuple[Advice, ...]
    dos_within_hours: int = 0
    donts_within_hours: int = 0

    @property
    def first_dos(self) -> tuple[Advice, ...]:
        """What to do, of the few lines that are shown at first."""
        return self.dos[: FIRST - len(self.first_donts)]

    @property
    def first_donts(self) -> tuple[Advice, ...]:
        """What better not to do, of the same few lines: two, or what the others leave room for; one
        where more than three things have to be done within hours. Where none is in sight, it
        looks as if nothing did harm."""
        room = max(FIRST_DONTS, FIRST - len(self.dos))
        left_by_dos = max(FIRST - self.dos_within_hours, 1)
        kept = min(self.donts_within_hours, FIRST_DONTS)
        return self.donts[: max(kept, min(room, left_by_dos))]

    @property
    def first_lines(self) -> tuple[Advice, ...]:
        """All lines that are shown at first."""
        return *self.first_dos, *self.first_donts

    @property
    def more_lines(self) -> tuple[Advice, ...]:
        """All lines that stand behind the first ones."""
        return *self.more_dos, *self.more_donts

    @property
    def has_room_for_nothing_but_safety(self) -> bool:
        """Whether all first things to do are for people's safety and too late tomorrow."""
        return self.dos_within_hours >= len(self.first_dos) and all(
            one.at_stake is LossIfLate.SAFETY for one in self.first_dos
        )

    @property
    def more_dos(self) -> tuple[Advice, ...]:
        """What to do after the first lines."""
        return self.dos[len(self.first_dos) :]

    @property
    def more_donts(self) -> tuple[Advice, ...]:
        """What better not to do, after the first lines."""
        return self.donts[len(self.first_donts) :]


def safe_now_advice(playbook: Playbook, answers: Context) -> SafeNowAdvice:
    """The safe-now advice that fits. Advice we cannot tell about is given: it is safe for
    everybody."""
    return advice_by_urgency(fitting_advice(playbook, answers))


def all_advice(playbook: Playbook) -> SafeNowAdvice:
    """All advice of a page, for paper: nobody has answered anything, and the reader sees what
    fits."""
    return advice_by_urgency(AdviceNotRuledOut(one, is_sure=True) for one in playbook.safe_now)


@dataclass(frozen=True)
class AdviceNotRuledOut:
    """A line of advice that these answers do not rule out, and whether they call for it."""

    advice: Advice
    is_sure: bool

    @property
    def keeps_its_place(self) -> bool:
        """Whether it stands among the first lines whatever else there is to say."""
        return self.advice.within_hours and (self.is_sure or self.is_about_danger)

    @property
    def is_about_danger(self) -> bool:
        """Whether it is there because of danger alone, and sends to people or to safety at once.
        Where nobody has said whether there is any, it is not taken for none."""
        advice = self.advice
        return (
            advice.within_hours
            and advice.at_stake is LossIfLate.SAFETY
            and _fits(advice, NO_DANGER) is ConditionTruth.FALSE
        )


def fitting_advice(playbook: Playbook, answers: Context) -> tuple[AdviceNotRuledOut, ...]:
    """The advice that these answers do not rule out, in the order of the page."""
    told = ((one, _fits(one, answers)) for one in playbook.safe_now)
    return tuple(
        AdviceNotRuledOut(one, fits is ConditionTruth.TRUE)
        for one, fits in told
        if fits is not ConditionTruth.FALSE
    )


def advice_by_urgency(lines: Iterable[AdviceNotRuledOut]) -> SafeNowAdvice:
    """What is too late tomorrow comes first, then what loses most if done late; of two alike, the
    one that fits for certain.

    Of what is too late tomorrow people's safety comes before all else: no money, account or proof
    ever stands before it. There what danger there may be counts as certain.
    """
    ordered = sorted(lines, key=_urgency)
    dos = [one for one in ordered if not one.advice.is_dont]
    donts = [one for one in ordered if one.advice.is_dont]
    return SafeNowAdvice(
        dos=tuple(one.advice for one in dos),
        donts=tuple(one.advice for one in donts),
        dos_within_hours=sum(one.keeps_its_place for one in dos),
        donts_within_hours=sum(one.keeps_its_place for one in donts),
    )


def take_turns(
    kinds: Iterable[Sequence[AdviceNotRuledOut]],
) -> tuple[AdviceNotRuledOut, ...]:
    """The lines of several kinds of trouble as one list: of those that are equally urgent each kind
    has one in turn, so that no kind takes all the places in sight; before them what leads."""
    in_turn: list[tuple[int, AdviceNotRuledOut]] = []
    for lines in kinds:
        had: Counter[tuple[bool, bool, int, bool]] = Counter()
        for one in lines:
            alike = (one.advice.is_dont, *_urgency(one))
            leads = one.advice.leads and one.is_sure
            in_turn.append((-1 if leads else had[alike], one))
            had[alike] += not leads
    return tuple(one for _turn, one in sorted(in_turn, key=itemgetter(0)))


def _urgency(one: AdviceNotRuledOut) -> tuple[bool, int, bool]:
    counts = one.is_sure or one.is_about_danger
    return not one.keeps_its_place, one.advice.at_stake.rank, not counts


def _fits(advice: Advice, answers: Context) -> ConditionTruth:
    return ConditionTruth.TRUE if advice.when is None else evaluate_condition(advice.when, answers)


def matching_tags(playbook: Playbook, known: Context) -> tuple[str, ...]:
    """The machine tags that fit for certain. What no step has found out is not so."""
    facts = {fact for step in playbook.steps for fact in facts_settable_by_step(step)}
    known = {**dict.fromkeys(facts, NOT_SO_FAR), **known}
    return tuple(
        tag.tag
        for tag in playbook.tags
        if tag.when is None or evaluate_condition(tag.when, known) is ConditionTruth.TRUE
    )


def implied_decision_answers(playbook: Playbook, answers: Context) -> Mapping[str, frozenset[str]]:
    """The decision answers that the picked options imply, beside what was answered there."""
    meant: dict[str, set[str]] = {}
    for question in playbook.questions:
        value = answers.get(question.id)
        picked = (value,) if isinstance(value, str) else tuple(value or ())
        for option in question.options:
            if option.id in picked:
                for setting in option.sets:
                    meant.setdefault(setting.name, set()).add(setting.value)
    return {name: frozenset(values) for name, values in meant.items()}
