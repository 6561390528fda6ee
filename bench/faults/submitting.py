"""Submitting: many people report while things are killed. What was acknowledged must be there."""

import random
import re
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from bench.browser import Browser, hidden_fields
from bench.faults import judge, killing
from bench.faults.sent_forms import SentForm
from bench.faults.trial import Trial, dice
from bench.house import ENDLESS_PATIENCE, House
from bench.people import Somebody
from bench.reports import filled
from helpdesk.core.code_input import LETTERS
from helpdesk.core.codes import ReturnCode

CLIENTS = 8
PAUSE = 0.05
AGAIN = 0.2
CODE = re.compile(rf'class="code-letters"[^>]*>([{LETTERS}\s-]+)<')
ARRIVED = (200, 201)
AWAY = 503
VICTIMS = {
    "web worker": killing.web_worker("public"),
    "web server": killing.web_server("public"),
    "redis": killing.redis,
    "postgres": killing.postgres,
}


def trial(
    house: House,
    reader: Somebody,
    *,
    seed: int,
    kills: int,
    victims: dict[str, killing.Victim] | None = None,
) -> Trial:
    """Reports are sent without a pause while so many kills happen; then the judge looks."""
    result, chance = Trial("submit under kill -9", seed), dice(seed)
    stop, sent = threading.Event(), list[SentForm]()
    with result.timed(), ThreadPoolExecutor(CLIENTS) as threads:
        people = [
            threads.submit(_report_until, stop, house.port("public"), number, chance.random(), sent)
            for number in range(CLIENTS)
        ]
        try:
            killing.kill_at_random(house, victims or VICTIMS, result, chance, kills=kills)
        finally:
            stop.set()
        for person in people:
            person.result()
    _tell(result, sent)
    house.wait_for("public")
    result.faults += judge.reports(house, reader, sent)
    return result


def same_form_by_many(
    house: House, reader: Somebody, *, seed: int, forms: int, threads: int
) -> Trial:
    """Each form is sent by so many threads at once: one case, and one code for all."""
    result, chance = Trial("the same form sent at once", seed), dice(seed)
    sent = [SentForm(_words(seed, 0, number)) for number in range(forms)]
    start = threading.Barrier(threads)

    def send(number: int) -> None:
        with Browser(house.port("public")) as browser:
            for one, (cookies, fields) in zip(sent, opened, strict=True):
                browser.cookies = dict(cookies)
                start.wait(ENDLESS_PATIENCE)
                _send(browser, one, fields, time.monotonic() + ENDLESS_PATIENCE)

    opened = [_opened_form(house.port("public"), one.words, chance) for one in sent]
    with result.timed(), ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(threads)))
    _tell(result, sent)
    if result.acknowledged != forms * threads:
        result.faults.append(f"{forms * threads} sends, {result.acknowledged} acknowledged.")
    result.faults += judge.reports(house, reader, sent)
    return result


def _report_until(
    stop: threading.Event, port: int, number: int, luck: float, sent: list[SentForm]
) -> None:
    """One person after the other reports; some press the button twice."""
    chance, count = dice(luck), 0
    while not stop.is_set():
        count += 1
        one = SentForm(_words(int(luck * 1e9), number, count))
        cookies, fields = _opened_form(port, one.words, chance)
        sent.append(one)
        with Browser(port) as browser:
            browser.cookies = dict(cookies)
            for _ in range(2 if chance.random() < AGAIN else 1):
                _send(browser, one, fields, time.monotonic() + ENDLESS_PATIENCE)


def _opened_form(
    port: int, words: str, chance: random.Random
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The cookies and the filled fields of a fresh form, however long it takes to get one."""
    until = time.monotonic() + ENDLESS_PATIENCE
    with Browser(port) as browser:
        while time.monotonic() < until:
            try:
                page = browser.get("/report?page=1")
            except ConnectionError:
                page = None
            if page is not None and page.status == 200:
                return browser.cookies, filled(hidden_fields(page.text), chance, words=words)
            time.sleep(PAUSE)
    raise TimeoutError("Nobody was given a form for ten minutes.")


def _send(browser: Browser, one: SentForm, fields: list[tuple[str, str]], until: float) -> None:
    """Send a form until it is acknowledged, as people do who see that nothing came back."""
    while time.monotonic() < until:
        try:
            page = browser.post("/report", fields)
        except ConnectionError:
            page = None
        if page is not None and page.status in ARRIVED:
            one.codes.append(_code_on(page.text))
            return
        if page is not None and page.status != AWAY:
            one.surprises.append(page.status)
        one.unclear += 1
        time.sleep(PAUSE)
    raise TimeoutError("A report was not taken for ten minutes.")


def _code_on(page: str) -> ReturnCode:
    found = CODE.search(page)
    code = ReturnCode.read(found.group(1)) if found else None
    if code is None:
        raise LookupError("An acknowledgement holds no return code.")
    return code


def _tell(result: Trial, sent: Iterable[SentForm]) -> None:
    for one in sent:
        result.done["forms"] += 1
        result.done["sends without an answer"] += one.unclear
        result.acknowledged += len(one.codes)
        result.faults += [f"A report was answered with {status}." for status in one.surprises]


def _words(seed: int, number: int, count: int) -> str:
    return f"Trial report {seed}-{number}-{count}. Somebody took our account."
