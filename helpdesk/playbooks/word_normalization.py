"""Normalization of words for comparison: without capitals, accents, endings, or the letters that
vary."""

# ruff: noqa: RUF001 - letters that look alike are what this file is about

import re
import unicodedata
from typing import Final

LONGEST: Final = 300
# Some letters fall apart into several, single signs into eighteen: nobody writes with those alone.
LONGEST_FOLDED: Final = 2 * LONGEST
SHORTEST_STEM: Final = 3

# Letters that people write one way or the other, and mean the same.
SAME_LETTERS: Final = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None,
        "ک": "ك", "ی": "ي", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ı": "i", "ł": "l",
        "’": "'", "‘": "'", "ʼ": "'",
        **{sign: str(place % 10) for place, sign in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")},
    }
)  # fmt: skip
# Words as people type them in a hurry, with what they stand for; only what means nothing else.
CHAT_SPELLINGS: Final = {
    "wanna": "want", "pls": "please", "plz": "please", "thats": "that", "theyre": "they",
    "youre": "you", "shes": "she",
    "jai": "ai", "jen": "en", "cest": "est", "quil": "il", "quils": "ils", "qqn": "quelqu'un",
    "jveux": "veux", "jpeux": "peux", "jsuis": "suis", "chui": "suis", "chuis": "suis",
    "kiero": "quiero", "kieren": "quieren", "stoy": "estoy", "stan": "estan", "xq": "porque",
    "pq": "porque", "qro": "quero", "vc": "voce", "vcs": "voces",
}  # fmt: skip
WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
ARTICLES: Final = ("وال", "بال", "كال", "فال", "ال", "لل")
# "And", "so", "with" and "for", which Arabic writes together with the word that follows.
JOINED: Final = ("و", "ف", "ب", "ل")
WHOSE: Final = (
    "وها",
    "تها",
    "تنا",
    "تهم",
    "تي",
    "هم",
    "ها",
    "نا",
    "كم",
    "وا",
    "ون",
    "ين",
    "ات",
    "ي",
    "ه",
    "و",
    "ت",
)
# French writes these together with the word that follows.
ELIDED: Final = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=.{2})")
ARABIC: Final = re.compile("[\u0621-\u064a]")
ENDINGS: Final = ("ings", "ing", "edly", "ed", "ers", "er", "es", "s", "e")

# What an ending does not show.
IRREGULAR: Final = {
    "took": "take", "taken": "take", "taking": "take", "stole": "steal", "stolen": "steal",
    "lost": "lose", "losing": "lose", "sent": "send", "broke": "break", "broken": "break",
    "saw": "see", "seen": "see", "wrote": "write", "written": "write", "held": "hold",
    "told": "tell", "said": "say", "fell": "fall", "hid": "hide", "hidden": "hide",
    "gone": "go", "went": "go", "made": "make", "kept": "keep", "paid": "pay", "lying": "lie",
    "photo": "picture", "photos": "picture", "pic": "picture",
    "pics": "picture", "image": "picture", "images": "picture",
    "website": "site", "websites": "site", "webpage": "site",
    "cellphone": "phone", "smartphone": "phone", "mobile": "phone", "telephone": "phone",
    "laptop": "computer", "pc": "computer", "mac": "computer", "e-mail": "email",
    "mail": "email", "mails": "email", "nude": "naked", "nudes": "naked", "arrested": "arrest",
    "detained": "arrest", "jail": "prison", "jailed": "prison", "threatened": "threat",
    "threatening": "threat", "threatens": "threat", "threaten": "threat", "threats": "threat",
    "bogus": "fake", "false": "fake", "weird": "strange", "odd": "strange",
    "suspicious": "strange", "hacker": "hack", "hackers": "hack", "cracked": "hack",
}  # fmt: skip

# Words that say nothing about the trouble, in the languages of the form.
SMALL: Final = frozenset(
    """
    a an the i i'm im me my mine we our ours us you your yours he she it its they them their this
    that these those is am are was were be been being do does did don't doesn't have has had will
    would can can't cannot could should of to in on at by for from with and or but not no so as if
    into about somebody someone something anybody people person what who when where why how there
    here just now very please help need want think know get got some any all
    el la los las un una unos unas yo mi mis me nos nuestro nuestra nuestros tu su sus es son fue
    está estoy están tengo tiene tienen he ha han de del en por para con y o no que se lo le al
    alguien algo ayuda
    le les une des je j'ai mon ma mes nous notre nos vous il elle ils est sont été a ai ont du de
    dans sur par pour avec et ou ne pas que qui se quelqu'un quelque aide aidez
    o os as um uma eu meu minha meus minhas nosso nossa você ele ela eles é são foi está
    tenho tem têm do da dos das em no na nos nas por para com e ou não que alguém algo ajuda
    أنا انا من في على إلى عن مع هو هي هم هذا هذه ما لا لم أن ان كان لقد قد شخص أحد مساعدة
    """.split()  # noqa: SIM905 - a list of words is read as one
)


def fold_letters(text: str) -> str:
    """Fold letters, so that all ways to write the same letters are equal. Never refuses
    anything."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).translate(SAME_LETTERS).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    # once more, because what falls apart may hold what varies
    whole = unicodedata.normalize("NFKC", bare.translate(SAME_LETTERS).casefold())
    return whole[:LONGEST_FOLDED]


def content_stems_in(text: str) -> tuple[str, ...]:
    """The stems of the words in a text that say something. For small words alone: those."""
    words = WORD.findall(fold_letters(text))
    telling = [word for word in words if word not in _SMALL and _plain(word) not in _SMALL_PLAIN]
    return tuple(stem(word) for word in telling or words)


def is_stop_word_stem(stemmed: str) -> bool:
    """Whether a stem comes from a word that says nothing about what happened."""
    return stemmed in _SMALL_STEMS


def without_affixes(word: str) -> str:
    """Remove from a folded word what is written together with it; its ending stays."""
    if ARABIC.match(word):
        return _without_article(word, (*ARTICLES, *JOINED))
    return _plain(word)


def _plain(word: str) -> str:
    """Without what French and English write with an apostrophe; many leave it out: I'm is im."""
    bare = ELIDED.sub("", word).removesuffix("'s").replace("'", "")
    return CHAT_SPELLINGS.get(bare, bare)


def stem(word: str) -> str:
    """The stem of a folded word: what its forms have in common, roughly."""
    if word in IRREGULAR:
        return stem_of_plain(IRREGULAR[word])
    if ARABIC.match(word):
        return _arabic(word)
    return stem_of_plain(_plain(word))


def _arabic(word: str) -> str:
    """Without the article before it, and without whose it is or who did it behind it."""
    word = _without_article(word, ARTICLES)
    for ending in WHOSE:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _without_article(word: str, articles: tuple[str, ...]) -> str:
    for article in articles:
        if word.startswith(article) and len(word) - len(article) >= SHORTEST_STEM:
            return word.removeprefix(article)
    return word


def stem_of_plain(word: str) -> str:
    """The stem without the endings of verbs and of the plural; locked, locking and locks meet in
    lock."""
    for ending in ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= SHORTEST_STEM:
            return _single(bare)
    return word


def _single(bare: str) -> str:
    """Blogged ends in a letter that was doubled only for the ending."""
    doubled = len(bare) > SHORTEST_STEM and bare[-1] == bare[-2] and bare[-1] not in "lsz"
    return bare[:-1] if doubled else bare


_SMALL = frozenset(fold_letters(word) for word in SMALL)
_SMALL_PLAIN = frozenset(_plain(word) for word in _SMALL)
_SMALL_STEMS = frozenset(stem(word) for word in _SMALL)
