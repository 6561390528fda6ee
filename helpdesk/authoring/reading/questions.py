"""Reading questions: shared ones, a page's own, and a page's own words for a shared one."""

from dataclasses import replace

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.conditions import Scales, read_condition
from helpdesk.authoring.reading.options import (
    PLATFORMS,
    QuestionVocabulary,
    optional_text,
    read_options,
    read_platform_options,
)
from helpdesk.authoring.reading.references import ReferenceCollector
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Fields, Node
from helpdesk.playbooks.conditions import RATHER_NOT, UNSURE
from helpdesk.playbooks.library import PLATFORM_QUESTION, Platform
from helpdesk.playbooks.model import (
    AnswerOption,
    DataSensitivity,
    Question,
    QuestionKind,
    Text,
)

SHARED = "vocab"


def read_shared_questions(
    file: Node, platforms: tuple[Platform, ...], scales: Scales
) -> QuestionVocabulary:
    """Read vocab/questions.yml: the words for yes, no and I don't know, and the shared
    questions."""
    page = file.fields("answers questions")
    labels = page["answers"].fields("yes no unsure rather_not")
    answers = {
        key: Text(f"{SHARED}.answers.{key}", labels[key].text())
        for key in ("yes", "no", UNSURE, RATHER_NOT)
    }
    words = QuestionVocabulary(answers, {}, platforms, scales)
    references = ReferenceCollector()
    shared = tuple(_read_own(item, SHARED, words, references) for item in page["questions"].items())
    refuse_repeats(page["questions"], [question.id for question in shared])
    _check_decision_questions(page["questions"], shared, scales)
    references.check_comparisons(possible_answers(shared))
    return replace(words, shared={question.id: question for question in shared})


def read_questions(
    node: Node, home: str, words: QuestionVocabulary, references: ReferenceCollector
) -> tuple[Question, ...]:
    """Read the questions of a page. The decision questions come first, danger before all."""
    questions = node.each(lambda item: _read_question(item, home, words, references))
    refuse_repeats(node, [question.id for question in questions])
    first = tuple(question.id for question in questions[: len(words.scales)])
    if first != tuple(words.scales):
        node.refuse(
            f"the first questions are, in this order: {', '.join(words.scales)}",
            rule=LintRule.DANGER_FIRST,
        )
    return questions


def possible_answers(questions: tuple[Question, ...]) -> dict[str, tuple[str, ...] | None]:
    """The possible answers to each question; None where people write what they like."""
    return {
        question.id: tuple(option.id for option in question.options) or None
        for question in questions
    }


def _read_question(
    node: Node, home: str, words: QuestionVocabulary, references: ReferenceCollector
) -> Question:
    if "use" not in node.pairs():
        return _read_own(node, home, words, references)
    fields = node.fields("use", "ask hint options")
    used = words.shared.get(fields["use"].id())
    if used is None:
        fields["use"].refuse(
            f"vocab/questions.yml has no question '{fields['use'].id()}'", rule=LintRule.REFERENCES
        )
    home = f"{home}.questions.{used.id}"
    return replace(
        used,
        ask=optional_text(fields, "ask", home) or used.ask,
        hint=optional_text(fields, "hint", home) or used.hint,
        options=fields.read(
            "options", lambda said: _read_own_options(said, used, home, words), used.options
        ),
    )


def _read_own_options(
    node: Node, used: Question, home: str, words: QuestionVocabulary
) -> tuple[AnswerOption, ...]:
    """Other words for a shared question's options, or fewer of them; an id keeps its meaning."""
    if used.id == PLATFORM_QUESTION:
        return read_platform_options(node, words)
    options = read_options(node, home, words)
    shared = [option.id for option in used.options]
    for item, option in zip(node.items(), options, strict=True):
        if option.id not in shared:
            item.refuse(
                f"the shared question '{used.id}' has no option '{option.id}'",
                rule=LintRule.REFERENCES,
            )
    if used.id in words.scales and {option.id for option in options} != set(shared):
        node.refuse(
            f"a decision question keeps all its options: {', '.join(shared)}",
            rule=LintRule.LEGAL_VALUES,
        )
    return options


def _read_own(
    node: Node, home: str, words: QuestionVocabulary, references: ReferenceCollector
) -> Question:
    fields = node.fields("id ask kind", "hint options ask_when skippable sensitivity")
    question_id = fields["id"].id()
    if question_id in words.shared:
        fields["id"].refuse(
            f"'{question_id}' is shared; take it with `use: {question_id}`", rule=LintRule.IDS
        )
    home = f"{home}.questions.{question_id}"
    kind = fields["kind"].one_of(QuestionKind)
    question = Question(
        id=question_id,
        ask=Text(f"{home}.ask", fields["ask"].text()),
        kind=kind,
        hint=optional_text(fields, "hint", home),
        options=_read_options(fields, kind, home, words),
        ask_when=fields.read(
            "ask_when", lambda said: read_condition(said, words.scales, references), None
        ),
        skippable=fields.read("skippable", Node.flag, otherwise=True),
        sensitivity=fields.read(
            "sensitivity", lambda said: said.one_of(DataSensitivity), DataSensitivity.NONE
        ),
    )
    if not question.skippable and question.option(UNSURE) is None:
        node.refuse(
            "a question that cannot be skipped needs the option 'unsure'", rule=LintRule.SKIPPABLE
        )
    return question


def _read_options(
    fields: Fields, kind: QuestionKind, home: str, words: QuestionVocabulary
) -> tuple[AnswerOption, ...]:
    if kind is QuestionKind.YES_NO_UNSURE:
        if "options" in fields:
            fields["options"].refuse("yes_no_unsure brings its own options")
        return tuple(AnswerOption(key, words.answers[key]) for key in ("yes", "no", UNSURE))
    if not kind.has_options:
        if "options" in fields:
            fields["options"].refuse(f"a question of kind {kind} has no options")
        return ()
    if "options" not in fields:
        fields["kind"].refuse(f"a question of kind {kind} needs options")
    if fields["options"].value == PLATFORMS:
        return read_platform_options(fields["options"], words)
    return read_options(fields["options"], home, words)


def _check_decision_questions(node: Node, shared: tuple[Question, ...], scales: Scales) -> None:
    by_id = {question.id: question for question in shared}
    for point, scale in scales.items():
        if point not in by_id:
            node.refuse(f"the decision point '{point}' has no question")
        options = {option.id for option in by_id[point].options}
        if options != {*scale, UNSURE}:
            node.refuse(
                f"the options of '{point}' are {', '.join(scale)} and {UNSURE}",
                rule=LintRule.LEGAL_VALUES,
            )
