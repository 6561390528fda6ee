"""What people type when help cannot wait, in the languages of the form."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from helpdesk.playbooks.danger_detector import NEAR_DANGER
from helpdesk.playbooks.danger_signs import DangerPhrase, DangerPhraseMatcher, DangerSign
from helpdesk.playbooks.repository import danger_detector, load_current_library
from helpdesk.settings import LANGUAGES

JUDGED = Path(__file__).parents[2] / "playbooks" / "tests"
DANGERS = yaml.safe_load((JUDGED / "dangers" / "judged.yml").read_text())

# Sentences of the issue and of people, none of them a phrase of the file.
SAID = [
    ("suicide", DangerSign.DESPAIR),
    ("I just want to DIE, they posted everything", DangerSign.DESPAIR),
    ("i cant take it anymore, everybody has seen it", DangerSign.DESPAIR),
    ("she wants more money, i cant take it any more", DangerSign.DESPAIR),
    ("I paid twice already and I just want to end it", DangerSign.DESPAIR),
    ("ya no puedo más con esto", DangerSign.DESPAIR),
    ("je n'en peux plus de tout ça", DangerSign.DESPAIR),
    ("لا أريد أن أعيش بعد اليوم", DangerSign.DESPAIR),
    ("eu não aguento mais isso tudo", DangerSign.DESPAIR),
    ("he hits me", DangerSign.HOME),
    ("My husband always hits me when he reads my messages", DangerSign.HOME),
    ("mi pareja me pega y revisa mi teléfono", DangerSign.HOME),
    ("mon mari me frappe", DangerSign.HOME),
    ("زوجي يضربني ويفتش هاتفي", DangerSign.HOME),
    ("meu namorado me bate", DangerSign.HOME),
    ("two men are at our door and want the laptops", DangerSign.DOOR),
    ("la policía está en mi puerta", DangerSign.DOOR),
    ("la police est devant chez moi", DangerSign.DOOR),
    ("الشرطة على الباب", DangerSign.DOOR),
    ("eles estão na minha porta", DangerSign.DOOR),
    ("I'm 14 and he has my pictures", DangerSign.CHILD),
    ("tengo 15 años y me chantajean", DangerSign.CHILD),
    ("j'ai 13 ans", DangerSign.CHILD),
    ("minha filha está em perigo", DangerSign.CHILD),
    ("عمري ١٤ سنة", DangerSign.CHILD),
]
NOTHING_OF_THE_KIND = [
    "",
    "my account was hacked",
    "they hit our website with a lot of traffic",
    "I died laughing, but now our page is gone",
    "we have 15 accounts and one was taken",
    "nos robaron la cuenta de la organización",
    "notre site est bloqué",
    "اخترقوا حسابي",
    "clonaram meu whatsapp",
    "They took it this morning.",
    "They took it.\nOn Monday.",
]


@pytest.mark.parametrize(("said", "sign"), SAID)
def test_a_sign_is_seen_in_peoples_own_words(said, sign):
    assert sign in danger_detector().signs_in(said)


@pytest.mark.parametrize("said", NOTHING_OF_THE_KIND)
def test_other_trouble_shows_none(said):
    assert danger_detector().signs_in(said) == ()


def test_either_apostrophe_shows_the_same_signs():
    typed = [one["says"] for one in DANGERS if set(one["says"]) & set("'’")]

    assert len(typed) > 10
    for said in typed:
        straight, curly = said.replace("’", "'"), said.replace("'", "’")
        assert danger_detector().signs_in(straight) == danger_detector().signs_in(curly), said


def test_a_sign_is_seen_deep_in_a_long_story():
    story = "They wrote to all of our members again and again. " * 100 + "I want to kill myself."

    assert danger_detector().signs_in(story) == (DangerSign.DESPAIR,)


def test_the_words_of_a_phrase_must_stand_near_each_other():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.HOME, "en", "hits me")])

    assert phrases.signs_in("hits and then always beats me") == ()
    assert phrases.signs_in("me hits") == ()
    assert phrases.signs_in("hits only poor me") == (DangerSign.HOME,)


def test_a_word_of_a_phrase_may_be_one_of_several_and_end_in_any_way():
    phrases = DangerPhraseMatcher([DangerPhrase(DangerSign.HOME, "en", "slap*/beats me")])

    assert phrases.signs_in("he slapped me") == (DangerSign.HOME,)
    assert phrases.signs_in("he beats me") == (DangerSign.HOME,)
    assert phrases.signs_in("beaten by me") == ()
    assert phrases.signs_in("laps me") == ()


def test_what_people_say_in_danger_is_seen_in_words_that_were_not_foreseen():
    seen = Counter(one["sign"] for one in DANGERS if danger_detector().signs_in(one["says"]))
    said = Counter(one["sign"] for one in DANGERS)

    assert set(said) == set(DangerSign)
    assert len(DANGERS) >= 60
    assert {sign: seen[sign] / said[sign] >= 0.9 for sign in said} == dict.fromkeys(said, True)


def test_ordinary_trouble_seldom_brings_the_words_of_the_crisis_page():
    files = [JUDGED / "searches" / "judged" / f"{language}.yml" for language in LANGUAGES]
    sentences = [one for file in files for one in yaml.safe_load(file.read_text())]
    calm = [one["says"] for one in sentences if not NEAR_DANGER & {*one["types"]}]

    false = sum(bool(danger_detector().signs_in(said)) for said in calm)

    assert len(calm) >= 200
    assert false / len(calm) <= 0.04


def test_no_sentence_of_danger_is_both_learnt_and_judged():
    learnt = {one.text.casefold() for one in load_current_library().danger_signs}

    assert not learnt & {one["says"].casefold() for one in DANGERS}


def test_kinds_near_danger_are_kinds():
    assert {page.id for page in load_current_library().playbooks} >= NEAR_DANGER


def test_every_sign_has_words_in_every_language():
    said = {(one.sign, one.language) for one in load_current_library().danger_signs}

    assert said == {(sign, language) for sign in DangerSign for language in LANGUAGES}
