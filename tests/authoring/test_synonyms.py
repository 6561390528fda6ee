"""Words that mean the same: what is read from vocab/synonyms.yml, and what is refused."""

import pytest

from helpdesk.authoring.reading.synonyms import read_synonyms
from helpdesk.authoring.source import PlaybookError, read_yaml_file
from helpdesk.playbooks.synonyms import SynonymFinder, SynonymGroup
from helpdesk.playbooks.word_normalization import WORD, fold_letters
from helpdesk.settings import LANGUAGES


def read(tmp_path, words):
    by_language = "\n".join(f"    {language}: [{words}]" for language in LANGUAGES)
    path = tmp_path / "synonyms.yml"
    path.write_text(f"schema: synonyms/1\nsynonyms:\n  police:\n{by_language}\n")
    return read_synonyms(read_yaml_file(path, "synonyms.yml"))


def test_a_meaning_has_words_in_every_language(tmp_path):
    groups = read(tmp_path, "cop, police station")

    assert {(one.meaning, one.language) for one in groups} == {
        ("police", language) for language in LANGUAGES
    }
    assert {one.texts for one in groups} == {("cop", "police station")}


@pytest.mark.parametrize("words", ["cop, cop", "a*", '"*"', "cop *"])
def test_what_stands_for_too_much_or_twice_is_refused(tmp_path, words):
    with pytest.raises(PlaybookError):
        read(tmp_path, words)


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("a cop came", 1),
        ("les policiers", 1),
        ("l'officier", 0),
        ("copper", 0),
        ("the police station", 1),
        ("station police", 1),
        ("والشرطة", 1),
        ("cop cop", 2),
    ],
)
def test_a_meaning_is_found_in_words_of_any_language(said, times):
    texts = ("cop", "polic*", "police station", "الشرطة")
    synonyms = SynonymFinder([SynonymGroup("police", "en", texts)])
    found = synonyms.meanings_in(WORD.findall(fold_letters(said)))

    assert found.get("police", 0) == times
