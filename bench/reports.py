"""Reports: as many forms as wanted, opened before the clock runs, and filled in to be sent."""

import random
from collections.abc import Sequence

from bench.browser import cookie_of, hidden_fields
from bench.load import fire, get, post
from helpdesk.cases.states import ConsentKind
from helpdesk.intake import report_form_rules
from helpdesk.intake.forms import PREFIX
from helpdesk.playbooks.model import Question
from helpdesk.playbooks.repository import load_current_library

WORDS = (
    "Since this morning somebody else writes from the account of our group. They ask people who "
    "follow us for money. We still get the mails, but the password does not work any more. "
)
OPENING_AT_ONCE = 4


def open_forms(port: int, path: str, how_many: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """So many fresh forms: the cookie and the hidden fields of each."""
    run = fire(port, [get(path)] * how_many, OPENING_AT_ONCE, keep=True)
    if set(run.statuses()) != {200}:
        raise RuntimeError(f"{path} was answered with {run.statuses()}.")
    return [_read(answer.whole) for answer in run.answers]


def sent_reports(port: int, how_many: int, chance: random.Random) -> list[bytes]:
    """Real reports, each on a form of its own, as the last page sends them."""
    return [
        post("/report", filled(hidden, chance), cookies=cookie)
        for cookie, hidden in open_forms(port, "/report?page=1", how_many)
    ]


def sent_bare_forms(port: int, how_many: int) -> list[bytes]:
    """The same number of words through the bare form."""
    typed = [("kind", "account-takeover"), ("words", WORDS * 3), ("contact", WORDS[:80])]
    return [
        post("/form", [*hidden, *typed], cookies=cookie)
        for cookie, hidden in open_forms(port, "/form", how_many)
    ]


def filled(
    hidden: Sequence[tuple[str, str]], chance: random.Random, *, words: str = ""
) -> list[tuple[str, str]]:
    """The last page of a report with every question of all four pages answered."""
    kept = [(name, value) for name, value in hidden if name in ("csrf_token", "token")]
    return [*kept, ("page", "4"), ("to", "send"), *_answers(chance, words or WORDS * 3)]


def _answers(chance: random.Random, words: str) -> list[tuple[str, str]]:
    library, kind = load_current_library(), "account-takeover"
    asked = report_form_rules.urgency_questions(
        library, report_form_rules.playbooks_to_ask(library, [kind])
    )
    answers = [("what", kind)]
    for question in asked:
        answers += _answer(question, chance)
    answers += [
        (report_form_rules.STORY, words),
        *((name, WORDS[:80]) for name in report_form_rules.CONTACT),
    ]
    return answers + [("consents", kind.value) for kind in ConsentKind]


def _answer(question: Question, chance: random.Random) -> list[tuple[str, str]]:
    name = PREFIX + question.id
    if not question.kind.has_options:
        return [(name, WORDS[:60])]
    return [(name, chance.choice(question.options).id)]


def _read(whole: bytes) -> tuple[str, list[tuple[str, str]]]:
    head, _, body = whole.decode().partition("\r\n\r\n")
    lines = [line.partition(":")[2] for line in head.split("\r\n")]
    names = [line.partition(":")[0].lower() for line in head.split("\r\n")]
    cookies = [
        "=".join(cookie_of(line))
        for name, line in zip(names, lines, strict=True)
        if name == "set-cookie"
    ]
    return "; ".join(cookies), hidden_fields(body)
