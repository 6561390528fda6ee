"""Reading danger phrases from vocab/danger_signs.yml: what people type when help cannot wait."""

from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.playbooks.danger_signs import DangerPhrase, DangerSign
from helpdesk.settings import LANGUAGES

DANGER_SIGNS = "vocab/danger_signs.yml"


def read_danger_phrases(file: Node) -> tuple[DangerPhrase, ...]:
    """Read the phrases of each danger sign, in each language of the form."""
    phrases: list[DangerPhrase] = []
    fields = file.fields(" ".join(DangerSign))
    for sign in DangerSign:
        by_language = fields[sign].fields(" ".join(LANGUAGES))
        for language in LANGUAGES:
            said = by_language[language].each(Node.text)
            refuse_repeats(by_language[language], list(said))
            phrases += [DangerPhrase(sign, language, text) for text in said]
    return tuple(phrases)
