"""Reading search phrases from vocab/searches: what people type when they look for help, a file for
each language."""

from pathlib import Path

from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node, read_yaml_file
from helpdesk.playbooks.library import SearchPhrase

SEARCHES = "vocab/searches"


def read_search_phrases(folder: Path, kinds: tuple[str, ...]) -> tuple[SearchPhrase, ...]:
    """Read the search phrases of all languages, for the kinds that have a page."""
    phrases: list[SearchPhrase] = []
    for path in sorted((folder / SEARCHES).glob("*.yml")):
        file = read_yaml_file(path, f"playbooks/{SEARCHES}/{path.name}")
        phrases += _of_language(file, path.stem, kinds)
    return tuple(phrases)


def _of_language(file: Node, name: str, kinds: tuple[str, ...]) -> list[SearchPhrase]:
    fields = file.fields("schema language searches")
    if fields["schema"].text() != "searches/1":
        fields["schema"].refuse("this reader knows searches/1")
    language = fields["language"].text()
    if language != name:
        fields["language"].refuse(f"the file of this language must be {SEARCHES}/{language}.yml")
    phrases: list[SearchPhrase] = []
    for kind, listed in fields["searches"].pairs().items():
        said = listed.each(Node.text)
        refuse_repeats(listed, list(said))
        # A page that was taken out needs no phrases, and whoever takes it out need not know them.
        if kind in kinds:
            phrases += [SearchPhrase(kind, language, text) for text in said]
    return phrases
