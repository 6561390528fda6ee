"""Plain words lead to the right kind of trouble, however they are typed; and nothing throws."""

# ruff: noqa: RUF001 - letters that look alike are what this file is about

import random
import string
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.edit_distance import variants_within_one_edit
from helpdesk.playbooks import classifier
from helpdesk.playbooks.incident_search import (
    ADVICE,
    FEWEST,
    MOST,
    USUALLY,
    IncidentSearch,
    alternative_phrases,
    train_classifier,
)
from helpdesk.playbooks.model import Text
from helpdesk.playbooks.repository import incident_classifier, load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import SOMETHING_ELSE
from helpdesk.playbooks.word_normalization import SMALL, content_stems_in, fold_letters
from helpdesk.settings import LANGUAGES

PHRASES = Path(__file__).parents[2] / "playbooks" / "vocab" / "searches"
FEW_WORDS = 4
SENTENCES = Path(__file__).parents[2] / "playbooks" / "tests" / "searches"
PAGES = tuple(page for page in load_current_library().playbooks if page.id != SOMETHING_ELSE)
FINDER = IncidentSearch(PAGES, classifier=incident_classifier())
NAMES = {page.id for page in PAGES}
SAID = [(page.id, str(said)) for page in PAGES for said in (*page.also_called, page.title)]


def first(words, finder=FINDER):
    found = finder.find(words)
    return found[0].page.id if found else None


@given(st.text(max_size=400))
def test_nothing_that_can_be_typed_is_too_strange(words):
    found = FINDER.find(words)

    kinds = [one.page.id for one in found]
    assert len(kinds) == len(set(kinds)) <= MOST
    assert len(kinds) >= FEWEST or not content_stems_in(words)
    assert set(kinds) <= NAMES
    for one in found:
        said = [str(one.page.title), str(one.page.trigger)]
        assert one.nearest in [
            *said,
            *(way for text in one.page.also_called for way in alternative_phrases(text)),
        ]


@pytest.mark.parametrize("letters", ["\u3316", "\ufdfa", "a", "é"])
def test_no_word_is_so_long_that_everything_near_it_is_tried(monkeypatch, letters):
    """One sign may fall apart into eighteen letters, and a word has 53 neighbours a letter."""
    made = []

    def neighbours(word):
        made.extend(found := list(variants_within_one_edit(word)))
        return found

    monkeypatch.setattr(classifier, "variants_within_one_edit", neighbours)

    FINDER.find(letters * 300)

    assert len(fold_letters(letters * 300)) <= 600
    assert len(made) < 60 * 53 * 40


@pytest.mark.parametrize("words", ["", " ", "?!…", "\x00", "\ud800", "🙈🙉", "\n" * 5])
def test_words_that_say_nothing_find_nothing(words):
    assert FINDER.find(words) == ()


@pytest.mark.parametrize(("kind", "said"), SAID)
def test_the_words_of_a_page_lead_to_it(kind, said):
    assert kind in [one.page.id for one in FINDER.find(said)[:2]]


@given(st.sampled_from(SAID), st.data())
def test_capitals_accents_and_signs_change_nothing(one, data):
    _kind, said = one
    letters = [
        data.draw(st.sampled_from([sign, sign.upper(), f"{sign}\u0301"]))
        for sign in said
        if sign.isalpha() or sign == " "
    ]

    assert content_stems_in("".join(letters)) == content_stems_in(
        "".join(s for s in said if s.isalpha() or s == " ")
    )


@given(
    st.sampled_from(SAID), st.text(string.punctuation.replace("'", "").replace("-", ""), max_size=5)
)
def test_signs_around_the_words_change_nothing(one, signs):
    assert FINDER.find(f"{signs} {one[1]} {signs}") == FINDER.find(one[1])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hackt", "hacked"),
        ("acount", "account"),
        ("pasword", "password"),
        ("lokced", "locked"),
        ("LOCKED", "locked"),
        ("accounts", "account"),
        ("pässwörd", "password"),
    ],
)
def test_a_slip_of_the_finger_is_no_obstacle(typed, meant):
    assert first(typed) == first(meant) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أُخترق حسابي", "اخترق حسابى"),
        ("الصُّوَر", "صور"),
        ("صورة", "صوره"),
        ("هاتفي", "الهاتف"),
        ("سرقوا", "سرق"),
        ("contraseña", "CONTRASENA"),
        ("piraté", "PIRATE"),
        ("straße", "STRASSE"),
        ("can’t", "can't"),
        ("ｈａｃｋｅｄ", "hacked"),
        ("jai perdu", "j'ai perdu"),
        ("cant find", "can't find"),
        ("عمري ١٦", "عمري 16"),
        ("عمري ۱۶", "عمري 16"),
    ],
)
def test_letters_that_vary_are_the_same_letter(one, other):
    assert content_stems_in(one) == content_stems_in(other)


def test_a_page_in_another_language_is_found_in_both():
    page = next(one for one in PAGES if one.id == "account-takeover")
    translated = replace(
        page,
        title=Text("x.title", "Alguien más usa mi cuenta"),
        trigger=Text("x.trigger", "Una cuenta perdida"),
        also_called=(Text("x.also", "perdí el acceso, me robaron la cuenta"),),
    )
    shown = [translated, *(one for one in PAGES if one is not page)]
    finder = IncidentSearch(shown, PAGES, classifier=train_classifier([*shown, *PAGES]))

    assert finder.find("robaron")[0].page is translated
    assert finder.find("locked out")[0].page is translated
    assert finder.find("robaron")[0].nearest == "me robaron la cuenta"


def test_small_words_alone_still_count():
    assert content_stems_in("for me") == ("for", "me")
    assert content_stems_in("it is my photo") == content_stems_in("photo") != ()


@given(st.text(max_size=100))
def test_folding_has_no_capitals_and_is_done_once(text):
    assert fold_letters(text) == fold_letters(text.casefold()[: len(text)]) or len(
        text.casefold()
    ) != len(text)
    assert fold_letters(fold_letters(text)) == fold_letters(text) or len(fold_letters(text)) > 300


def test_the_small_words_are_words():
    assert all(" " not in word and word for word in SMALL)


def test_a_word_that_no_page_knows_still_finds_the_nearest():
    assert len(FINDER.find("qwertzuiop")) >= USUALLY
    assert len(FINDER.find("ي" * 9000)) >= USUALLY


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("malware", {"device-suspicious"}),
        ("scam", {"suspicious-message"}),
        ("he hits me", {"harassment-threats"}),
        ("haked", {"account-takeover"}),
        ("2fa", {"account-takeover"}),
        ("stalkerware", {"device-suspicious", "being-watched"}),
        ("me xingando em massa no twitter", {"harassment-threats"}),
    ],
)
def test_words_that_once_found_nothing_or_the_wrong_kind(typed, kinds):
    assert first(typed) in kinds


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("perfil no insta com minha foto e meu nome pedindo pix", "impersonation"),
        ("um perfil com minha foto pede pix e tá todo mundo achando que sou eu", "impersonation"),
        (
            "my sister got arrested last nite, police took her phone and laptop, shes at the "
            "station and they wont let me see her. im her brother idk her passwords what do i do",
            "arrest-detention",
        ),
        ("dicen que ya saben donde duermo, que me van a callar", "harassment-threats"),
        ("on m'a écrit qu'on sait où mes gosses vont à l'école", "harassment-threats"),
        ("كتبولي انهم بيعرفوا وين بنام ورح يسكتوني", "harassment-threats"),
        ("mandaram áudio dizendo que sabem onde eu durmo e vão me calar", "harassment-threats"),
    ],
)
def test_what_people_on_walks_said_leads_to_the_kind_they_meant(typed, kind):
    assert first(typed) == kind


def test_what_is_nowhere_near_is_not_offered():
    said = (
        "i run the insta for our river campaign group and since yesterday evening i cant get in "
        "anymore, says wrong password and the reset mail goes to some adress thats not mine"
    )

    assert len(FINDER.find(said)) == FEWEST
    assert first(said) == "account-takeover"


@pytest.mark.parametrize(
    "said",
    [
        "my brother was arrested at the march, what do i do",
        "يكتبولي كيف رح يذبحوني",
        "whatsapp logged me out and now asks for a pin i never set",
    ],
)
def test_nobody_in_trouble_is_told_that_nothing_has_happened(said):
    assert ADVICE not in [one.page.id for one in FINDER.find(said)]


def test_who_asks_for_advice_is_offered_it():
    assert ADVICE in NAMES
    assert first("im going to a protest, how do i prepare my phone") == ADVICE
    assert ADVICE in [one.page.id for one in FINDER.find("what do i do")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_phrases_in_every_language_and_nothing_else_has(language):
    written = yaml.safe_load((PHRASES / f"{language}.yml").read_text())["searches"]

    assert set(written) == NAMES
    assert all(len(phrases) >= 8 for phrases in written.values())


def judged(sentence_is_short):
    """What was never looked at while phrases were added to vocab/searches, in every language."""
    files = [SENTENCES / "judged" / f"{language}.yml" for language in LANGUAGES]
    sentences = [one for file in files for one in yaml.safe_load(file.read_text())]
    return [
        one
        for one in sentences
        if SOMETHING_ELSE not in one["types"]
        and (len(one["says"].split()) <= FEW_WORDS) is sentence_is_short
    ]


def shares(sentences):
    """How often the right kind comes first, and how often among three."""
    found = [[one.page.id for one in FINDER.find(sentence["says"])] for sentence in sentences]
    right = [one["types"] for one in sentences]
    assert all(found)
    return (
        sum(kinds[0] in types for kinds, types in zip(found, right, strict=True)) / len(found),
        sum(bool({*kinds[:3]} & {*types}) for kinds, types in zip(found, right, strict=True))
        / len(found),
    )


def test_a_few_words_of_other_people_find_the_right_kind():
    few = judged(sentence_is_short=True)
    first_of_all, in_three = shares(few)

    assert len(few) >= 100
    assert first_of_all >= 0.85
    assert in_three >= 0.97


def test_whole_sentences_of_other_people_find_the_right_kind():
    whole = judged(sentence_is_short=False)
    first_of_all, in_three = shares(whole)

    assert len(whole) >= 200
    assert first_of_all >= 0.85
    assert in_three >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_both_tuned_on_and_judged(language):
    tuned, kept = (
        {one["says"] for one in yaml.safe_load((SENTENCES / half / f"{language}.yml").read_text())}
        for half in ("tuning", "judged")
    )
    taught = yaml.safe_load((PHRASES / f"{language}.yml").read_text())["searches"]

    assert len(tuned) + len(kept) >= 40
    assert not tuned & kept
    phrases = {fold_letters(phrase) for listed in taught.values() for phrase in listed}
    assert not {fold_letters(said) for said in kept} & phrases


def test_either_apostrophe_finds_the_same():
    of_others = [
        one["says"]
        for language in ("en", "fr")
        for one in yaml.safe_load((SENTENCES / "judged" / f"{language}.yml").read_text())
    ]
    typed = [said for said in (*of_others, *(said for _, said in SAID)) if set(said) & set("'’")]

    assert len(typed) > 40
    for said in typed:
        assert FINDER.find(said.replace("’", "'")) == FINDER.find(said.replace("'", "’")), said


@pytest.mark.parametrize(
    ("one", "other"),
    [("l'hébergeur", "hébergeur"), ("qu’il", "il"), ("jusqu'ici", "ici"), ("d'argent", "argent")],
)
def test_what_french_writes_together_is_two_words(one, other):
    assert content_stems_in(one) == content_stems_in(other)


TWO_TROUBLES = [
    (
        {"account-takeover", "doxing"},
        "On Monday our group's Instagram was taken over, somebody changed the email and "
        "now posts adverts in our name. Since then my home address and the names of my "
        "children have been posted in a Telegram channel and strangers ring at night.",
    ),
    (
        {"device-lost-seized", "account-takeover"},
        "The police stopped me at the airport and took my phone and my laptop for two "
        "hours. When I got home my Gmail password no longer worked and the recovery "
        "number had been changed.",
    ),
    (
        {"harassment-threats", "website-down"},
        "I get hundreds of messages every day saying I deserve to die and that they know "
        "where I work. Our organisation's website has also been unreachable since "
        "yesterday evening, the host says there are too many visits.",
    ),
    (
        {"impersonation", "workspace-or-payment-fraud"},
        "A person has made a profile with my name and photo and writes to my colleagues. "
        "Last week our bookkeeper paid an invoice with changed bank details after an "
        "email that looked like it came from our director.",
    ),
    (
        {"arrest-detention", "messenger-hijack"},
        "Nuestro compañero fue detenido ayer en la manifestación y no sabemos a dónde lo "
        "llevaron. Desde esta mañana su WhatsApp aparece conectado en otro dispositivo y "
        "escribe a los grupos.",
    ),
    (
        {"intimate-images", "harassment-threats"},
        "Un hombre que conocí por internet dice que va a publicar mis fotos íntimas si no "
        "le pago. Además, desde ayer me llegan decenas de insultos y amenazas de muerte "
        "por Twitter.",
    ),
    (
        {"device-suspicious", "doxing"},
        "Mi teléfono se calienta, se apaga solo y aparecen aplicaciones que yo no "
        "instalé. La semana pasada publicaron en un foro mi dirección y mi número de "
        "cédula.",
    ),
    (
        {"website-hacked", "data-exposed"},
        "Notre site affiche une page étrange avec de la publicité pour un casino et nous "
        "ne pouvons plus nous connecter. Un fichier avec les noms et téléphones de nos "
        "bénéficiaires circule aussi sur un forum.",
    ),
    (
        {"account-suspended", "smear-campaign"},
        "Facebook a désactivé la page de notre association sans explication et notre "
        "recours a été rejeté. En même temps, des journaux en ligne publient de fausses "
        "accusations disant que nous finançons des terroristes.",
    ),
    (
        {"files-locked-or-lost", "suspicious-message"},
        "Todos os arquivos do servidor aparecem com uma extensão estranha e há um bilhete "
        "pedindo bitcoin. Antes disso, uma colega clicou num link de um e‑mail que dizia "
        "ser do banco e digitou a senha.",
    ),
    (
        {"blocked-or-shutdown", "account-takeover"},
        "Desde ontem a internet está cortada na nossa região e o nosso site está "
        "bloqueado pelas operadoras. Também perdi o acesso à minha conta do Facebook, "
        "alguém trocou a senha e o telefone.",
    ),
    (
        {"account-takeover", "arrest-detention"},
        "سُرق حساب جمعيتنا على إنستغرام منذ يومين، وتغيرت كلمة المرور والبريد. وأمس "
        "اعتُقل مدير الجمعية من بيته ولا نعرف أين هو.",
    ),
    (
        {"spyware-alert", "device-lost-seized"},
        "وصلني تحذير من آبل بأن هاتفي مستهدف من مهاجمين تدعمهم دولة. وقبل شهر صادرت "
        "الشرطة حاسوبي عند المعبر ثم أعادته.",
    ),
]


@pytest.mark.parametrize(("kinds", "said"), TWO_TROUBLES)
def test_who_tells_of_two_troubles_is_offered_both(kinds, said):
    assert kinds <= {one.page.id for one in FINDER.find(said)}


def test_one_sentence_of_another_trouble_is_not_lost_in_a_long_text():
    """Three sentences of one kind and one of another: 88 of 100 had both offered, where it had been
    44 (750 texts, seed 3)."""
    dice, both, asked = random.Random(3), 0, 0  # noqa: S311 - made up
    for language in LANGUAGES:
        judged = yaml.safe_load((SENTENCES / "judged" / f"{language}.yml").read_text())
        tuned = yaml.safe_load((SENTENCES / "tuning" / f"{language}.yml").read_text())
        said = [one for one in (*judged, *tuned) if len(one["types"]) == 1]
        of_kind = {kind: [one["says"] for one in said if one["types"] == [kind]] for kind in NAMES}
        often = sorted(kind for kind in NAMES if len(of_kind[kind]) >= 3)
        for _ in range(60):
            most, other = dice.sample(often, 2)
            told = [*dice.sample(of_kind[most], 3), dice.choice(of_kind[other])]
            found = {one.page.id for one in FINDER.find(". ".join(told))}
            both, asked = both + ({most, other} <= found), asked + 1

    assert both / asked >= 0.8
