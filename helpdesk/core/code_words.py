"""Return codes in words: twelve of a BIP-39 list, in the language of whoever writes them down.

Eleven bits a word: 128 of the code and a checksum of 4, which finds most slips. The first four
letters tell each word of a list from all others. Lists of words: those of the package `mnemonic`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from helpdesk.core.code_input import normalise_code
from helpdesk.core.edit_distance import closest_word_index

WORDS_IN_CODE: Final = 12
POSSIBLE_CODES: Final = 1 << 128
SOURCE: Final = "en"
LISTS: Final = {"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese"}
TELL_APART: Final = 4
LONGEST_WORD: Final = 8
# Whoever has all but two words of a code can try the rest.
NEARLY_ALL: Final = WORDS_IN_CODE - 2
MOST_EVERYDAY: Final = 3
BITS: Final = 11
CHECK_BITS: Final = 4
# Words that would tell a story to whoever finds the paper: no new code has one, in any language.
TELLING: Final = {
    "en": """abandon abuse accuse army arrest assault attack battle blast blood bomb border bullet
        crime cross cruel danger defy dirt enemy enforce escape evidence evil execute fatal flee
        force grief guard guilt gun hunt hurt injury innocent judge knife law lawsuit leader legal
        liberty nuclear obey organ panic patrol pig pistol police poverty prison rebel resist rifle
        riot sad scare secret shock shoot soldier spy suspect target tragic trap trial trigger ugly
        vicious vote warfare weapon witness""",
    "es": """abuso acoso acusar asalto ataque ateo batalla bomba cadaver canon carcel cerdo crimen
        culpa delito derecho diablo divino dolor droga enemigo espia fuego fuga fusil golpe guardia
        guerra huir iglesia infiel juez juicio ladron libertad matar miedo militar misil morir
        muerte odio patria pelea peligro pena policia preso prision rehen sangre secreto sexo
        soldado temor terror testigo tumba veneno victima voto""",
    "fr": """abusif accuser armure attaque bataille brutal canon chagrin couteau danger ennemi
        evasion fatal innocent justice legal missile nuire penible prison saisir soldat suspect
        temoin trahir tribunal""",
    "pt": """arma arsenal criminal fugir granada igreja inimigo invasor juiz punhal punir revolta
        sangue segredo""",
}

# The commonest of each list in sentences of ours: many of them in a row are a sentence.
EVERYDAY: Final = {
    "en": """account advice again also arrest ask before can case copy danger device else first have
        hint hold kind label message name nothing now one only open page people person
        safe say tell text that there they this what when you""",
    "es": """abrir acuerdo aviso ayuda buscar buzon cambio codigo crisis decir dia envio equipo este
        hacer hora linea meta minuto momento orden otro pagina pais parte paso peligro
        persona pregunta retiro retorno sobre telefono tiempo todo una urgente venir ver
        volver""",
    "fr": """adresse affiche aider appeler arriver chercher chiffre chose danger demander dossier
        endroit envoyer equipe erreur eviter exemple fermer figure finir grand joindre
        maison minute nombreux nouveau numero phrase probleme question quitter raconter
        recevoir rester resultat service texte train travail voisin""",
    "pt": """abaixo advogado agora ajudar apoio crise depois dizer enviado exemplo falar fechado
        ficar ligar longe mais melhor menos mensagem mesmo muito novo opcional ordem palavra
        pergunta pessoa porta pular quase rascunho recente retirar risco talvez telefone
        trabalho tudo vazio vizinho""",
}


@cache
def word_list(language: str) -> tuple[str, ...]:
    """The 2,048 words of a language's list, as they are written; English for one that has no
    list."""
    name = LISTS.get(language, LISTS[SOURCE])
    words = tuple((files("mnemonic") / "wordlist" / f"{name}.txt").read_text("utf-8").split())
    if len({normalise_code(word)[:TELL_APART] for word in words}) != 1 << BITS:
        raise RuntimeError("The list of words is not the one that codes are made with.")
    return words


def has_word_list(language: str) -> bool:
    """Whether codes can be written in the words of this language."""
    return language in LISTS


def number_to_words(number: int, language: str) -> tuple[str, ...]:
    """A code of 128 bits as twelve words of a language."""
    bits, places = number << CHECK_BITS | _checksum(number), list[int]()
    for _ in range(WORDS_IN_CODE):
        bits, last = divmod(bits, 1 << BITS)
        places.append(last)
    return tuple(word_list(language)[place] for place in reversed(places))


def find_codes_in_words(words: Sequence[str], *, forgiving: bool = True) -> Iterator[int]:
    """Find the codes that stand in a row of typed words, whatever language they were written in.

    Accents do not matter and four letters of a word are enough; one slip in it is forgiven, if
    wanted, where only one word can be meant.
    """
    find = _place_of if forgiving else _place_as_typed
    if not forgiving and not _has_row_of_beginnings(words):
        return
    for language in LISTS:
        places = [find(word, language) for word in words]
        for start in range(len(places) - WORDS_IN_CODE + 1):
            number = _number(places[start : start + WORDS_IN_CODE])
            if number is not None:
                yield number


def _has_row_of_beginnings(words: Sequence[str]) -> bool:
    """Whether so many words in a row begin like one of any list: otherwise no code is in them.

    Each message and report is looked through, and next to none holds a code.
    """
    known, row = _all_beginnings(), 0
    for word in words:
        row = row + 1 if word[:TELL_APART] in known else 0
        if row == WORDS_IN_CODE:
            return True
    return False


def contains_partial_code(words: Sequence[str]) -> bool:
    """Whether a text contains part of a code: ten words of one list in a row.

    All different, and few of those that sentences are made of: 1.7 million words of our own texts
    and of licences hold no such row; of codes drawn by chance, one in 45 repeats a word there.
    """
    known, row = _all_whole_words(), 0
    for end, word in enumerate(words, start=1):
        row = row + 1 if word in known else 0
        if row >= NEARLY_ALL and _is_row_of_one_list(words[end - NEARLY_ALL : end]):
            return True
    return False


def _is_row_of_one_list(row: Sequence[str]) -> bool:
    return len(set(row)) == NEARLY_ALL and _is_of_one_list(row)


def _is_of_one_list(row: Sequence[str]) -> bool:
    return any(
        all(word in _whole_words(language) for word in row)
        and sum(word in _everyday(language) for word in row) <= MOST_EVERYDAY
        for language in LISTS
    )


def has_offensive_word(number: int) -> bool:
    """Whether a code would have an offensive word, in any language, that does not belong on a
    paper."""
    return any(
        normalise_code(word) in _telling(language)
        for language in LISTS
        for word in number_to_words(number, language)
    )


def _number(places: Sequence[int | None]) -> int | None:
    bits = 0
    for place in places:
        if place is None:
            return None
        bits = bits << BITS | place
    number, check = divmod(bits, 1 << CHECK_BITS)
    return number if check == _checksum(number) else None


def _checksum(number: int) -> int:
    return hashlib.sha256(number.to_bytes(16, "big")).digest()[0] >> (8 - CHECK_BITS)


def _place_as_typed(typed: str, language: str) -> int | None:
    whole = _whole_words(language).get(typed)
    if whole is not None or len(typed) < TELL_APART:
        return whole
    return _beginnings(language).get(typed[:TELL_APART])


def _place_of(typed: str, language: str) -> int | None:
    """The place of the word that was typed, or of the only one that was meant."""
    place = _place_as_typed(typed, language)
    if place is not None:
        return place
    return closest_word_index(typed, _whole_words(language), LONGEST_WORD)


@cache
def _all_beginnings() -> frozenset[str]:
    return frozenset(word[:TELL_APART] for language in LISTS for word in _whole_words(language))


@cache
def _all_whole_words() -> frozenset[str]:
    return frozenset(word for language in LISTS for word in _whole_words(language))


@cache
def _whole_words(language: str) -> dict[str, int]:
    return {normalise_code(word): place for place, word in enumerate(word_list(language))}


@cache
def _beginnings(language: str) -> dict[str, int]:
    return {word[:TELL_APART]: place for word, place in _whole_words(language).items()}


@cache
def _everyday(language: str) -> frozenset[str]:
    return frozenset(EVERYDAY[language].split())


@cache
def _telling(language: str) -> frozenset[str]:
    return frozenset(TELLING[language].split())
