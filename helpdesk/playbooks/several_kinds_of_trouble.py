"""Merging the questions and the advice of several kinds of trouble that one report names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from helpdesk.playbooks.answer_evaluation import (
    AdviceNotRuledOut,
    SafeNowAdvice,
    advice_by_urgency,
    fitting_advice,
    take_turns,
)
from helpdesk.playbooks.conditions import UNSURE, UNTOLD, Context, Picked, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.library import OTHER_PLATFORM, Library
from helpdesk.playbooks.model import Advice, AnswerOption, Playbook, Question, Text

SOMETHING_ELSE = "something-else"
# Whoever wants none of the others looks for these at the end of a list.
LAST = (OTHER_PLATFORM, "other", "none", "nothing", *sorted(UNTOLD, reverse=True))

# What the line is called, of any kind, that sends whoever is in danger to people they trust: a
# topic of its own.
PEOPLE_FIRST: Final = "people-first"

# What every kind asks: an answer to it calls for no line of one kind before those of another.
ASKED_OF_ALL: Final = frozenset({"danger", "hold", "reach", "clock", "capacity"})

# The question whether someone in the pictures is under 18; only a no lets what is shown be copied.
UNDER_18: Final = "img_age"

# The answers that say that someone close watches, or has to be protected from.
WATCHED_BY_SOMEONE_CLOSE: Final = (
    Picked("dev_who", "near"),
    Picked("watch_who", "near"),
    Picked("advice_from", "near"),
)


def playbooks_of_kinds(library: Library, kinds: Iterable[str]) -> tuple[Playbook, ...]:
    """The playbooks of these kinds, each once; for none that we know, the last resort."""
    for names in (dict.fromkeys(kinds), (SOMETHING_ELSE,)):
        found = (library.playbook(name) for name in names)
        pages = tuple(page for page in found if page is not None)
        if pages:
            return pages
    raise LookupError(f"The playbooks have no page {SOMETHING_ELSE}.")


def merged_questions(library: Library, pages: Sequence[Playbook]) -> tuple[Question, ...]:
    """Merge the questions of these playbooks, each once; the decision questions first, as they
    stand.

    A question that several pages put in different words is asked in the words that all share, and
    how to answer it is said by each page: what one says of despair is not lost beside another.
    """
    asked: dict[str, list[Question]] = {}
    for page in pages:
        for question in page.questions:
            asked.setdefault(question.id, []).append(question)
    points = [name for name in library.decision_questions if name in asked]
    own = [name for name in asked if name not in points]
    return tuple(_one(library, asked[name]) for name in (*points, *own))


def merged_advice(
    pages: Iterable[Playbook], known: Context, *, hold_is_about: str | None = None
) -> SafeNowAdvice:
    """Merge the advice of these playbooks; the same is said once, and of what is equally urgent
    each kind has a line in turn. Unless someone is in danger now, a line that will be too late
    tomorrow and that its own answers call for is folded behind nothing that loses as little, where
    its kind has none in sight.

    That it has stopped rules out lines only of the kind that it was said of, `hold_is_about`:
    empty where it was said of several at once, since any of them may have been meant. Nothing is
    given where these pages are those that asked, and one page alone then meant itself.
    Where someone under 18 may be in the pictures of one kind, as long as nobody said no, none asks
    to copy what is shown. Where someone close watches, no line of any kind asks to change what they
    would notice.
    """
    pages = tuple(pages)
    if hold_is_about is None:
        hold_is_about = pages[0].id if len(pages) == 1 else ""
    asks_age = any(page.question(UNDER_18) for page in pages)
    may_show_child = (known.get(UNDER_18) or (UNSURE if asks_age else "no")) != "no"
    is_watched = is_watched_by_someone_close(known)
    fitting = {
        page.id: [
            one
            for one in fitting_advice(
                page, known if page.id == hold_is_about else not_stopped(known)
            )
            if not (may_show_child and one.advice.copies)
            and not (is_watched and one.advice.noticeable)
        ]
        for page in pages
    }
    said = _said_once(one for lines in fitting.values() for one in lines)
    told = advice_by_urgency(
        take_turns(
            [one for one in lines if said[_what_it_says(one.advice)] is one]
            for lines in fitting.values()
        )
    )
    if known.get("danger") == "imminent":
        return told
    return _with_one_of_each(told, list(fitting.values()), known)


def _with_one_of_each(
    told: SafeNowAdvice, kinds: Sequence[Sequence[AdviceNotRuledOut]], known: Context
) -> SafeNowAdvice:
    """With a line in sight of each kind that has some which will be too late tomorrow and for which
    its own answers call: it takes the last place there of one that loses no more, and can be
    spared."""
    urgent = [[one for one in few if one.keeps_its_place] for few in kinds]
    called_for = [_said([one for one in few if _is_called_for(one, known)]) for few in urgent]
    about_danger = _said([one for few in urgent for one in few if one.is_about_danger])
    for own in called_for:
        first = _said(told.first_lines)
        if own & first:
            continue
        # no kind loses its only line for it, nor is what sends to people or to safety folded
        needed = [*called_for, *map(_said, urgent), about_danger]
        comes = next((one for one in told.more_dos if _what_it_says(one) in own), None)
        goes = next(
            (
                one
                for one in reversed(told.first_dos[1:])
                if comes and one.at_stake.rank >= comes.at_stake.rank
                if not (one.leads or _what_it_says(one) == PEOPLE_FIRST)
                if all(few & (first - {_what_it_says(one)}) for few in needed if few & first)
            ),
            None,
        )
        if comes and goes:
            kept = [one for one in told.first_dos if one is not goes]
            more = [one for one in told.more_dos if one is not comes]
            told = replace(told, dos=(*kept, comes, goes, *more))
    return told


def _is_called_for(one: AdviceNotRuledOut, known: Context) -> bool:
    """Whether answers call for it that only this kind of trouble, or few others, asks for."""
    asked = names_in(one.advice.when) if one.advice.when else ()
    return one.is_sure and any(name in known and name not in ASKED_OF_ALL for name in asked)


def _said(lines: Iterable[Advice | AdviceNotRuledOut]) -> set[str]:
    return {
        _what_it_says(one.advice if isinstance(one, AdviceNotRuledOut) else one) for one in lines
    }


def not_stopped(known: Context) -> Context:
    """What is known, without that something has stopped."""
    if known.get("hold") != "ended":
        return known
    return {name: value for name, value in known.items() if name != "hold"}


def is_watched_by_someone_close(known: Context) -> bool:
    """Whether an answer, to a question of any kind, says that someone close watches."""
    return any(
        evaluate_condition(one, known) is ConditionTruth.TRUE for one in WATCHED_BY_SOMEONE_CLOSE
    )


def _one(library: Library, same: Sequence[Question]) -> Question:
    """One question out of all that have this id."""
    first = same[0]
    if all(question == first for question in same):
        return first
    alike = all(_words_of(one) == _words_of(first) for one in same)
    shared = library.question(first.id) or first
    hidden_alike = all(one.ask_when == first.ask_when for one in same)
    return replace(
        first if alike else shared,
        hint=first.hint if alike else _hint_of_all(same, shared),
        options=_options(same, shared, is_asked_alike=alike),
        # what one page hides and another does not is asked
        ask_when=first.ask_when if hidden_alike else None,
    )


def _hint_of_all(same: Sequence[Question], shared: Question) -> Text | None:
    """How to answer, by each that has these answers: a hint may name one of them."""
    labels = [str(option.label) for option in shared.options]
    hints = {str(shared.hint): shared.hint} if shared.hint else {}
    for one in same:
        if one.hint and [str(option.label) for option in one.options] == labels:
            hints.setdefault(str(one.hint), one.hint)
    first = next(iter(hints.values()), None)
    return replace(first, text=" ".join(hints)) if first else None


def _words_of(question: Question) -> tuple[str, str]:
    return str(question.ask), str(question.hint or "")


def _options(
    same: Sequence[Question], shared: Question, *, is_asked_alike: bool
) -> tuple[AnswerOption, ...]:
    """What can be picked on any of the pages; what ends a list still stands at its end. A question
    that is put in the words of all is answered in them."""
    first = same[0].options
    if all(question.options == first for question in same):
        return first
    options: dict[str, AnswerOption] = {}
    for question in same:
        for option in question.options:
            known = options.setdefault(option.id, option)
            if not is_asked_alike or str(known.label) != str(option.label):
                options[option.id] = _in_shared_words(known, shared)
    return tuple(sorted(options.values(), key=lambda option: _from_the_end(option.id)))


def _in_shared_words(option: AnswerOption, shared: Question) -> AnswerOption:
    """An answer that pages put differently: "they are free again" fits only one kind of trouble."""
    same = shared.option(option.id)
    return option if same is None else replace(option, label=same.label, hint=same.hint)


def _from_the_end(option_id: str) -> int:
    return LAST.index(option_id) + 1 if option_id in LAST else 0


def _said_once(lines: Iterable[AdviceNotRuledOut]) -> Mapping[str, AdviceNotRuledOut]:
    """Of lines with the same words or one topic, the one that the answers call for and that loses
    most if done late; of two alike, the one that leads, and then the first.

    Other lines have an id in common and say different things: each of them stands.
    """
    kept: dict[str, AdviceNotRuledOut] = {}
    for one in lines:
        name = _what_it_says(one.advice)
        if name not in kept or _weight(one) < _weight(kept[name]):
            kept[name] = one
    return kept


def _what_it_says(advice: Advice) -> str:
    """Its topic, or else its words."""
    topic = PEOPLE_FIRST if advice.id == PEOPLE_FIRST else advice.topic
    return topic or str(advice.text)


def _weight(one: AdviceNotRuledOut) -> tuple[bool, bool, int, bool]:
    advice = one.advice
    return not one.is_sure, not advice.within_hours, advice.at_stake.rank, not advice.leads
