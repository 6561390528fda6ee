"""Reading simulation scripts: made-up answers and outcomes, each checked against the pages they are
for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from helpdesk.authoring.reading.facts import facts_set_by
from helpdesk.authoring.scenarios import SKIPPED, SimulationScript
from helpdesk.authoring.source import Fields, Node, parse_yaml_text
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.model import Playbook, Question, QuestionKind

YES_AND_NO = {True: "yes", False: "no"}
KEYS = "answers outcomes facts evidence note"


def read_script_text(text: str, name: str) -> Node:
    """Read a script from a text, written as JSON or as YAML."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return parse_yaml_text(text, name)
    if "\\ud" in text.lower():
        # JSON writes some signs as two halves, which YAML would not put together
        text = json.dumps(json.loads(text), ensure_ascii=False)
    # in JSON a tab only ever stands between things
    return parse_yaml_text(text.expandtabs(1), name)


def read_script(node: Node, pages: Sequence[Playbook], library: WrittenLibrary) -> SimulationScript:
    """Read the script in a file of its own."""
    return script_from_fields(node.fields(may=KEYS), pages, library)


def script_from_fields(
    fields: Fields, pages: Sequence[Playbook], library: WrittenLibrary
) -> SimulationScript:
    """Read a script among the keys of a mapping that may hold more."""
    return SimulationScript(
        answers=fields.read("answers", lambda said: _answers(said, pages), {}),
        outcomes=fields.read("outcomes", lambda said: _outcomes(said, pages), {}),
        facts=fields.read("facts", lambda said: _facts(said, pages, library), {}),
        evidence=fields.read("evidence", lambda said: _evidence(said, pages), {}),
        note=fields.read("note", Node.text, ""),
    )


def _answers(node: Node, pages: Sequence[Playbook]) -> dict[str, Value]:
    questions = {question.id: question for page in pages for question in page.questions}
    options = _options(pages)
    answers: dict[str, Value] = {}
    for name, said in node.pairs().items():
        if name not in questions:
            said.refuse(f"{_names(pages)} asks no question '{name}'; it asks {_list(questions)}")
        value = _answer(said, questions[name], options.get(name, ()))
        if value is not None:
            answers[name] = value
    return answers


def _options(pages: Iterable[Playbook]) -> dict[str, tuple[str, ...]]:
    """What can be picked for each question on any of the pages."""
    options: dict[str, tuple[str, ...]] = {}
    for page in pages:
        for question in page.questions:
            ids = [*options.get(question.id, ()), *(option.id for option in question.options)]
            options[question.id] = tuple(dict.fromkeys(ids))
    return options


def _answer(said: Node, question: Question, options: tuple[str, ...]) -> Value:
    if said.value is None:
        return None  # left open, as if it were not there
    if not question.kind.has_options:
        return _in_words(said)
    if question.kind is QuestionKind.MANY_OF:
        chosen = said.items() if isinstance(said.value, list) else [said]
        picked = tuple(dict.fromkeys(_option(one, question, options) for one in chosen))
        return picked or None
    if isinstance(said.value, list):
        said.refuse(f"'{question.id}' has one answer, not a list")
    return _option(said, question, options)


def _option(said: Node, question: Question, options: tuple[str, ...]) -> str:
    word = YES_AND_NO[said.value] if isinstance(said.value, bool) else said.text()
    if word not in options:
        said.refuse(f"'{question.id}' has no option '{word}'; it has {_list(options)}")
    return word


def _in_words(said: Node) -> str:
    """What people write freely, where YAML may have seen a day or a number."""
    if isinstance(said.value, date):
        return said.value.isoformat()
    if isinstance(said.value, int | float) and not isinstance(said.value, bool):
        return str(said.value)
    return said.text()


def _outcomes(node: Node, pages: Sequence[Playbook]) -> dict[str, str]:
    outcomes: dict[str, str] = {}
    for name, said in node.pairs().items():
        steps = [step for page in pages for step in page.steps if step.id == name]
        if not steps:
            named = _list(step.id for page in pages for step in page.steps)
            said.refuse(f"{_names(pages)} has no step '{name}'; it has {named}")
        word = YES_AND_NO[said.value] if isinstance(said.value, bool) else said.text()
        known = tuple(dict.fromkeys(one.id for step in steps for one in step.outcomes))
        if word not in known and word != SKIPPED:
            said.refuse(f"'{name}' has no outcome '{word}'; it has {_list(known)}")
        outcomes[name] = word
    return outcomes


def _facts(node: Node, pages: Sequence[Playbook], library: WrittenLibrary) -> dict[str, str]:
    """What the house knows already: its own facts, and those that steps set."""
    known: Mapping[str, tuple[str, ...] | None] = {
        **{name: values for page in pages for name, values in facts_set_by(page.steps).items()},
        **{fact.id: fact.values for fact in library.collection.facts},
    }
    facts: dict[str, str] = {}
    for name, said in node.pairs().items():
        if name not in known:
            said.refuse(f"unknown fact '{name}'; known here: {_list(sorted(known))}")
        values, word = known[name], said.text()
        if values is not None and word not in values:
            said.refuse(f"'{name}' is never '{word}'; it is {_list(values)}")
        facts[name] = word
    return facts


def _evidence(node: Node, pages: Sequence[Playbook]) -> dict[str, str]:
    """Either names alone, or names with what was written down."""
    known = {one.id for page in pages for one in page.evidence}
    if isinstance(node.value, dict):
        named = [(name, said, _in_words(said)) for name, said in node.pairs().items()]
    else:
        named = [(said.id(), said, said.id()) for said in node.items()]
    for name, said, _ in named:
        if name not in known:
            said.refuse(
                f"{_names(pages)} asks for no evidence '{name}'; it asks for {_list(known)}"
            )
    return {name: words for name, _, words in named}


def _names(pages: Iterable[Playbook]) -> str:
    return " and ".join(page.id for page in pages)


def _list(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "nothing"
