"""Word lists of the lint rules, read from vocab/words.yml."""

from dataclasses import dataclass

from helpdesk.authoring.phrases import PhraseMatcher, make_phrase
from helpdesk.authoring.source import Fields, Node


@dataclass(frozen=True)
class WordLists:
    """The word lists that lint rules look for."""

    stubs: PhraseMatcher
    risky: PhraseMatcher
    blame: PhraseMatcher
    framing: PhraseMatcher
    intimate: PhraseMatcher
    asks_for_pictures: PhraseMatcher
    open: PhraseMatcher
    claims: PhraseMatcher
    speaks: PhraseMatcher
    soon: PhraseMatcher
    shorteners: tuple[str, ...]


def read_word_lists(file: Node) -> WordLists:
    """Read the word lists."""
    page = file.fields(
        "schema stubs risky blame framing intimate asks_for_pictures open claims speaks soon "
        "shorteners"
    )
    if page["schema"].text() != "words/1":
        page["schema"].refuse("this reader knows words/1")
    return WordLists(
        stubs=_list(page, "stubs"),
        risky=_list(page, "risky"),
        blame=_with_advice(page["blame"]),
        framing=_with_advice(page["framing"]),
        intimate=_list(page, "intimate"),
        asks_for_pictures=_list(page, "asks_for_pictures"),
        open=_list(page, "open"),
        claims=_list(page, "claims"),
        speaks=_list(page, "speaks"),
        soon=_list(page, "soon"),
        shorteners=page.list_of("shorteners", Node.text),
    )


def _list(page: Fields, key: str) -> PhraseMatcher:
    return PhraseMatcher(page.list_of(key, lambda item: make_phrase(item.text())))


def _with_advice(node: Node) -> PhraseMatcher:
    return PhraseMatcher(
        make_phrase(words, instead.text()) for words, instead in node.pairs().items()
    )
