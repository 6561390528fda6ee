"""Reading synonyms from vocab/synonyms.yml: words that mean the same when people look for help."""

from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.playbooks.synonyms import ANY_ENDING, SynonymGroup
from helpdesk.settings import LANGUAGES

SYNONYMS = "vocab/synonyms.yml"
SHORTEST_BEGINNING = 2


def read_synonyms(file: Node) -> tuple[SynonymGroup, ...]:
    """Read the synonym groups of each meaning, in each language of the form."""
    fields = file.fields("schema synonyms")
    if fields["schema"].text() != "synonyms/1":
        fields["schema"].refuse("this reader knows synonyms/1")
    groups: list[SynonymGroup] = []
    for meaning, node in fields["synonyms"].pairs().items():
        by_language = node.fields(" ".join(LANGUAGES))
        for language in LANGUAGES:
            texts = by_language[language].each(_text)
            refuse_repeats(by_language[language], list(texts))
            groups.append(SynonymGroup(meaning, language, texts))
    return tuple(groups)


def _text(node: Node) -> str:
    text = node.text()
    if not all(word.strip(ANY_ENDING) for word in text.split()):
        node.refuse("a word is missing before the *")
    first = text.split()[0]
    if first.endswith(ANY_ENDING) and len(first) <= SHORTEST_BEGINNING:
        node.refuse(f"'{first}' would stand for too many words: write more of it")
    return text
