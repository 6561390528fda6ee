"""Pressing twice: in a real browser on a slow line, a button is pressed again before its answer is
there. What it makes is made once, and the second press sees what the first was told."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from selenium.common.exceptions import WebDriverException

from bench import people
from bench.faults.slow_line import SlowLine
from bench.faults.trial import Trial, dice
from bench.house import House
from helpdesk.settings import Surface
from tests.journeys import browser as browsers

# Longer than anybody waits between two presses, so that the second always comes first.
ANSWER_TAKES = 2.5
LONGEST_WAIT = 2.0
SETTLED = 30.0

PRESS = ("mousePressed", "mouseReleased")
MIDDLE = """
    arguments[0].scrollIntoView({block: "center", behavior: "instant"});
    const box = arguments[0].getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
"""


@dataclass(frozen=True)
class Form:
    """A form that makes something: where it stands, what it wants, what it makes, what it says."""

    name: str
    surface: Surface
    page: str
    button: str
    makes: str
    says: str
    typed: tuple[tuple[str, str], ...] = ()


def trial(
    house: House,
    lead: people.Somebody,
    refs: list[str],
    *,
    seed: int,
    presses: int,
) -> Trial:
    """So many forms are pressed twice, one after the other, with chance between the presses."""
    result, chance = Trial("pressed twice on a slow line", seed), dice(seed)
    with _chromium() as driver, _lines(house) as lines, result.timed():
        _sign_in(driver, house, lead, lines[Surface.STAFF])
        for number in range(presses):
            forms = _forms(refs[number], number)
            form = forms[number % len(forms)]
            apart = chance.choice((0.0, chance.uniform(0, LONGEST_WAIT)))
            faults = _press_twice(driver, house, lines[form.surface], form, apart)
            result.done[form.name] += 1
            result.acknowledged += not faults
            result.faults += [f"{form.name}, {apart:.2f} s apart: {one}" for one in faults]
    return result


def _forms(ref: str, number: int) -> list[Form]:
    """One of each kind, on a case or a name of its own."""
    case = f"/cases/{ref}"
    return [
        Form(
            "note",
            Surface.STAFF,
            case,
            f'form[action="{case}/notes"] .actions button',
            "notes",
            "The note is saved.",
            (("note_text", "Called them."),),
        ),
        Form(
            "take the next case",
            Surface.STAFF,
            f"/queues/{people.QUEUE}",
            'form[action$="/next"] button',
            "cases WHERE owner_id IS NOT NULL",
            "You have taken the case.",
        ),
        Form(
            "invitation",
            Surface.STAFF,
            "/people/invitation",
            "main .actions button",
            "people",
            "An enrolment code for",
            (("handle", f"new-{number}"), ("name", f"New {number}"), ("role", "responder")),
        ),
        Form(
            "queue",
            Surface.STAFF,
            "/people/queue",
            "main .actions button",
            "teams",
            "has been created.",
            (("name", f"Queue {number}"), ("slug", f"queue-{number}")),
        ),
        Form(
            "report",
            Surface.PUBLIC,
            "/report",
            '.actions button[value="send"]',
            "cases",
            "Report sent",
            (("story", "Since this morning somebody else writes in our name."),),
        ),
    ]


def _press_twice(driver: Any, house: House, line: SlowLine, form: Form, apart: float) -> list[str]:
    """Open the form, fill it in, press, and press again; what is wrong afterwards."""
    line.delay = 0
    before = _counted(house, form)
    _open(driver, line, form)
    x, y = driver.execute_script(MIDDLE, driver.find_element("css selector", form.button))
    line.delay = ANSWER_TAKES
    _press(driver, x, y)
    time.sleep(apart)
    _press(driver, x, y)
    try:
        _until(lambda: form.says in browsers.text(driver, "body"))
    except TimeoutError:
        return [f"was answered: {browsers.text(driver, 'body')[:200]!r}"]
    finally:
        line.delay = 0
    made = _counted(house, form) - before
    return [] if made == 1 else [f"made {made}"]


def _is_at(driver: Any, end: str) -> bool:
    return str(driver.current_url).endswith(end)


def _open(driver: Any, line: SlowLine, form: Form) -> None:
    address = f"http://127.0.0.1:{line.port}"
    driver.get(f"{address}{form.page}")
    for number in (2, 3, 4) if form.surface is Surface.PUBLIC else ():
        driver.find_element("css selector", f'.actions button[value="{number}"]').click()
        _until(partial(_is_at, driver, f"page={number}"))
    for name, value in form.typed:
        found = driver.find_elements("css selector", f'main [name="{name}"]')
        box = next((one for one in found if one.get_property("value") == value), found[0])
        if box.get_property("type") == "radio":
            driver.execute_script("arguments[0].checked = true", box)
        else:
            driver.execute_script("arguments[0].value = arguments[1]", box, value)


def _press(driver: Any, x: float, y: float) -> None:
    for kind in PRESS:
        told = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", told)


def _counted(house: House, form: Form) -> int:
    with psycopg.connect(house.database()) as connection:
        found = connection.execute(f"SELECT count(*) FROM {form.makes}").fetchone()  # noqa: S608 - ours
    assert found is not None
    return int(found[0])


def _until(holds: Callable[[], bool]) -> None:
    """While one page makes way for the next, the driver may answer with an error of its own."""
    until = time.monotonic() + SETTLED
    while time.monotonic() < until:
        try:
            if holds():
                return
        except WebDriverException:
            pass
        time.sleep(0.1)
    raise TimeoutError


def _sign_in(driver: Any, house: House, lead: people.Somebody, line: SlowLine) -> None:
    driver.get(f"http://127.0.0.1:{line.port}/sign-in")
    name = people.COOKIES[Surface.STAFF]
    token = people.let_through(house, lead).cookies[name]
    driver.add_cookie({"name": name, "value": token, "path": "/", "httpOnly": True})


@contextmanager
def _chromium() -> Iterator[Any]:
    driver = browsers.chromium(scripts=True)
    browsers.look_as(driver)
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def _lines(house: House) -> Iterator[dict[Surface, SlowLine]]:
    with SlowLine(house.port("staff")) as staff, SlowLine(house.port("public")) as public:
        yield {Surface.STAFF: staff, Surface.PUBLIC: public}
