"""Claiming: many responders want the same cases while things are killed. Each gets one owner."""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.browser import Browser, Fields, hidden_fields
from bench.faults import judge, killing
from bench.faults.trial import Trial, dice
from bench.house import ENDLESS_PATIENCE, House
from bench.people import Somebody, let_through

PAUSE = 0.1
TRIES = 100
VICTIMS = {
    "web worker": killing.web_worker("staff"),
    "web server": killing.web_server("staff"),
    "redis": killing.redis,
    "postgres": killing.postgres,
}


class Claims:
    """Who was told that which case is theirs."""

    def __init__(self, result: Trial) -> None:
        self.told: dict[str, list[str]] = defaultdict(list)
        self._result = result
        self._lock = threading.Lock()

    def note(self, ref: str, person_id: str, status: int) -> None:
        with self._lock:
            self._result.done[f"answered {status}" if status else "without an answer"] += 1
            if status == 303:
                self.told[ref].append(person_id)
                self._result.acknowledged += 1


def trial(
    house: House,
    responders: Sequence[Somebody],
    refs: Sequence[str],
    *,
    seed: int,
    kills: int = 0,
    victims: Mapping[str, killing.Victim] = VICTIMS,
) -> Trial:
    """Every responder wants every case, all in the same order; kills happen meanwhile."""
    name = f"{len(responders)} responders claim {len(refs)} cases"
    result, chance = Trial(name, seed), dice(seed)
    claims, order = Claims(result), list(refs)
    chance.shuffle(order)
    start = threading.Barrier(len(responders))
    browsers = [let_through(house, one) for one in responders]
    tokens = [hidden_fields(browser.get("/duty").text) for browser in browsers]
    with result.timed(), ThreadPoolExecutor(len(responders)) as threads:
        wanting = [
            threads.submit(_claim_all, claims, start, browser, token, one.person.id, order)
            for browser, token, one in zip(browsers, tokens, responders, strict=True)
        ]
        killing.kill_at_random(
            house,
            victims,
            result,
            chance,
            kills=kills,
            until=lambda: all(one.done() for one in wanting),
        )
        for one in wanting:
            one.result()
    house.wait_for("staff")
    # What nobody got in the storm, somebody gets now: a case must not be stuck.
    alone = threading.Barrier(1)
    # From a fresh page: the same press again would be told what it was told before.
    fresh = hidden_fields(browsers[0].get("/duty").text)
    _claim_all(claims, alone, browsers[0], fresh, responders[0].person.id, order)
    for browser in browsers:
        browser.close()
    # A server that is away is said to be away, with what was typed; 500 is a surprise.
    if result.done["answered 500"]:
        result.faults.append(f"{result.done['answered 500']} claims were answered with 500.")
    result.faults += judge.claims(house, claims.told, wanted=refs)
    return result


def _claim_all(
    claims: Claims,
    start: threading.Barrier,
    browser: Browser,
    token: Fields,
    person_id: str,
    refs: Sequence[str],
) -> None:
    start.wait(ENDLESS_PATIENCE)
    for ref in refs:
        for _ in range(TRIES):
            try:
                status = browser.post(f"/cases/{ref}/assignment", token).status
            except ConnectionError:
                # It may be ours or not: whoever is told nothing claims nothing.
                status = 0
            claims.note(ref, person_id, status)
            if status != 503:
                break
            time.sleep(PAUSE)
