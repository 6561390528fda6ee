"""Random people by number: the same seed always gives the same answers and the same way."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.authoring.simulation.simulator import Pick, StepChoice, StepContext
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.conditions import RATHER_NOT, Value
from helpdesk.playbooks.model import Playbook, Question, QuestionKind, StepOutcome
from helpdesk.playbooks.run_progress import StepProgress, StepsProgress, StepState
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator
from helpdesk.playbooks.step_rules import may_skip_step, missing_proof, outcome_continues_run

ANSWERED, WRITTEN_DOWN, LEFT_OUT, LED_AWAY = 0.8, 0.9, 0.1, 0.06
IN_NO_ORDER = 4


@dataclass(frozen=True)
class PlaybookWithLibrary:
    """A playbook that is tried, with the library it belongs to."""

    library: WrittenLibrary
    course: StepProgressCalculator

    @property
    def page(self) -> Playbook:
        return self.course.playbook


@dataclass(frozen=True)
class RandomPerson:
    """A random person. Hidden questions are answered too: that must not matter."""

    seed: int
    answers: Mapping[str, Value]
    facts: Mapping[str, str]
    evidence: Mapping[str, str]

    def chooser(self) -> "RandomOutcomeChooser":
        """Somebody who takes the steps, always in the same way for this seed."""
        return RandomOutcomeChooser(random.Random(f"steps {self.seed}"), self.evidence)  # noqa: S311 - no secret

    def step_picker(self) -> Pick:
        """Every fourth does whatever is open; the others go down the page."""
        if self.seed % IN_NO_ORDER:
            return StepProgressCalculator.next_step
        dice = random.Random(f"order {self.seed}")  # noqa: S311 - no secret
        return lambda course, known, records: _any_open(course.progress_of(known, records), dice)


class RandomOutcomeChooser:
    """Chooses outcomes of steps by chance, as a responder may: every one that is allowed, or
    leaving it out."""

    def __init__(self, dice: random.Random, evidence: Mapping[str, str]) -> None:
        self._dice = dice
        self._evidence = evidence

    def __call__(self, moment: StepContext) -> StepChoice:
        step = moment.step
        if may_skip_step(moment.course.playbook, step) and self._dice.random() < LEFT_OUT:
            return StepChoice(None)
        evidence = {one: self._evidence[one] for one in step.evidence if one in self._evidence}
        return StepChoice.with_evidence(self._outcome(moment), evidence)

    def _outcome(self, moment: StepContext) -> StepOutcome:
        can_show = [one for one in moment.step.outcomes if self._can_show(one)]
        outcomes = can_show or moment.step.outcomes
        onward = [one for one in outcomes if outcome_continues_run(one)]
        if onward and self._dice.random() > LED_AWAY * (len(outcomes) - len(onward)):
            return self._dice.choice(onward)
        shuffled = self._dice.sample(outcomes, len(outcomes))
        return next((one for one in shuffled if not moment.steps_blocking(one)), shuffled[0])

    def _can_show(self, outcome: StepOutcome) -> bool:
        """Whether this person has told what would have to be written down."""
        return not missing_proof(outcome, self._evidence, note="told")


def random_person(ground: PlaybookWithLibrary, seed: int) -> RandomPerson:
    """Make the random person with this number."""
    dice = random.Random(seed)  # noqa: S311 - a made-up person, not a secret
    answers = random_answers(ground.page.questions, dice)
    facts = {fact.id: dice.choice(fact.values) for fact in ground.library.collection.facts}
    return RandomPerson(
        seed=seed,
        answers=answers,
        facts={name: value for name, value in facts.items() if dice.random() < ANSWERED},
        evidence={one.id: "told" for one in ground.page.evidence if dice.random() < WRITTEN_DOWN},
    )


def random_answers(questions: Iterable[Question], dice: random.Random) -> dict[str, Value]:
    """What somebody answers, by chance; some questions they leave out."""
    answers = {question.id: _answer(question, dice) for question in questions}
    return {name: value for name, value in answers.items() if value is not None}


def different_answer(question: Question, value: Value, dice: random.Random) -> Value:
    """A different answer to the same question, if there is one; or none at all."""
    others = [option.id for option in question.options if option.id not in (value or ())]
    if not others or dice.random() < 1 - ANSWERED:
        return None
    picked = dice.choice(others)
    return (picked,) if question.kind is QuestionKind.MANY_OF else picked


def _any_open(progress: StepsProgress, dice: random.Random) -> StepProgress | None:
    steps = [one for one in progress.steps if one.state is StepState.OPEN]
    # the way out is always open; whoever took it as often as the others would see little
    others = steps if dice.random() < LED_AWAY else steps[:-1]
    return dice.choice(others or steps) if steps else None


def _answer(question: Question, dice: random.Random) -> Value:
    if dice.random() > ANSWERED:
        return None
    if not question.options:
        return "told"
    ids = [option.id for option in question.options]
    if question.kind is QuestionKind.MANY_OF:
        return tuple(dice.sample(ids, min(len(ids), dice.randint(1, 3))))
    return dice.choice([*ids, RATHER_NOT] if dice.random() < 0.05 else ids)
