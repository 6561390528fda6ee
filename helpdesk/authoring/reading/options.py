"""Reading the options of a question: written out, or the platforms that fit."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.conditions import Scales
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Fields, Node
from helpdesk.playbooks.conditions import UNSURE
from helpdesk.playbooks.library import OTHER_PLATFORM, Platform
from helpdesk.playbooks.model import AnswerOption, NamedValue, Question, Text

PLATFORMS = "platforms"


@dataclass(frozen=True)
class QuestionVocabulary:
    """The vocabulary of questions: shared labels, shared questions, platforms, decision points."""

    answers: Mapping[str, Text]
    shared: Mapping[str, Question]
    platforms: tuple[Platform, ...]
    scales: Scales


def read_options(node: Node, home: str, words: QuestionVocabulary) -> tuple[AnswerOption, ...]:
    """Read the options as they are written out: at least two, each of its own name."""
    options = tuple(_read_option(item, home, words) for item in node.items())
    refuse_repeats(node, [option.id for option in options])
    if len(options) < 2:
        node.refuse("one option is no choice")
    return options


def read_platform_options(node: Node, words: QuestionVocabulary) -> tuple[AnswerOption, ...]:
    """Read platforms as options: all, or those that hold one of the kinds of thing named; always
    with a way out."""
    wanted = {one for platform in words.platforms for one in platform.objects}
    if node.value != PLATFORMS:
        named = node.fields(PLATFORMS)[PLATFORMS].items()
        for item in named:
            if item.text() not in wanted:
                item.refuse(
                    f"no platform in vocab/platforms.yml holds a '{item.text()}'",
                    rule=LintRule.REFERENCES,
                )
        wanted = {item.text() for item in named}
    fit = [one for one in words.platforms if one.slug == OTHER_PLATFORM or wanted & {*one.objects}]
    return (
        *(AnswerOption(one.slug, one.name) for one in fit),
        AnswerOption(UNSURE, words.answers[UNSURE]),
    )


def _read_option(node: Node, home: str, words: QuestionVocabulary) -> AnswerOption:
    fields = node.fields("id", "label hint sets")
    option_id = fields["id"].id()
    home = f"{home}.options.{option_id}"
    label = optional_text(fields, "label", home) or words.answers.get(option_id)
    if label is None:
        node.refuse(f"the option '{option_id}' needs a label")
    return AnswerOption(
        id=option_id,
        label=label,
        hint=optional_text(fields, "hint", home),
        sets=fields.read("sets", lambda said: _read_sets(said, words.scales), ()),
    )


def _read_sets(node: Node, scales: Scales) -> tuple[NamedValue, ...]:
    for name, value in node.pairs().items():
        if name not in scales:
            value.refuse(
                f"an option sets decision points only: {', '.join(scales)}",
                rule=LintRule.LEGAL_VALUES,
            )
        if value.id() not in scales[name]:
            value.refuse(
                f"'{name}' is never '{value.id()}'; it is {', '.join(scales[name])}",
                rule=LintRule.LEGAL_VALUES,
            )
    return tuple(NamedValue(name, value.id()) for name, value in node.pairs().items())


def optional_text(fields: Fields, key: str, home: str) -> Text | None:
    """Read an optional text: a sentence that may be left out."""
    return fields.read(key, lambda said: Text(f"{home}.{key}", said.text()), None)
