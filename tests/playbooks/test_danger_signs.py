"""What people type when help cannot wait, in the languages of the form."""

import pytest

from helpdesk.playbooks.danger_signs import DangerPhrase, DangerSign, signs_in
from helpdesk.playbooks.repository import the_library
from helpdesk.settings import LANGUAGES

# Sentences of the issue and of people, none of them a phrase of the file.
SAID = [
    ("suicide", DangerSign.DESPAIR),
    ("I just want to DIE, they posted everything", DangerSign.DESPAIR),
    ("i cant take it anymore, everybody has seen it", DangerSign.DESPAIR),
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
]


@pytest.mark.parametrize(("said", "sign"), SAID)
def test_a_sign_is_seen_in_peoples_own_words(said, sign):
    assert sign in signs_in(said, the_library().danger_signs)


@pytest.mark.parametrize("said", NOTHING_OF_THE_KIND)
def test_other_trouble_shows_none(said):
    assert signs_in(said, the_library().danger_signs) == ()


def test_a_sign_is_seen_deep_in_a_long_story():
    story = "They wrote to all of our members again and again. " * 100 + "I want to kill myself."

    assert signs_in(story, the_library().danger_signs) == (DangerSign.DESPAIR,)


def test_the_words_of_a_phrase_must_stand_near_each_other():
    phrase = [DangerPhrase(DangerSign.HOME, "en", "hits me")]

    assert signs_in("hits and always beats me", phrase) == ()
    assert signs_in("me hits", phrase) == ()
    assert signs_in("hits only poor me", phrase) == (DangerSign.HOME,)


def test_every_sign_has_words_in_every_language():
    said = {(one.sign, one.language) for one in the_library().danger_signs}

    assert said == {(sign, language) for sign in DangerSign for language in LANGUAGES}
