"""Pages: the queue and a long case beside the bare list, while the queue grows."""

from bench.figures import Aim, Figures, Timing
from bench.house import House
from bench.load import fire, get
from bench.people import QUEUE, Somebody, sign_in
from bench.plan import Plan
from bench.seeding import a_long_case, grow_to
from bench.weight import weigh
from helpdesk.accounts.models import Team

BARE = "bare list of 50"
QUEUE_PAGE = "queue page"
CASE_PAGE = "case with 50 messages"
QUEUE_MOST, CASE_MOST, GROWTH_MOST = 3.0, 5.0, 1.3


def measure(house: House, figures: Figures, plan: Plan, team: Team, responder: Somebody) -> None:
    """Each page at each size of the queue, by turns with the bare list."""
    ref = a_long_case(house, responder)
    browser = sign_in(house, responder)
    cookies = browser.cookie_line()
    requests = {
        BARE: ("bare", get("/reports")),
        QUEUE_PAGE: ("staff", get(f"/queues/{QUEUE}", cookies=cookies)),
        CASE_PAGE: ("staff", get(f"/cases/{ref}", cookies=cookies)),
    }
    grown = 0
    for size in plan.sizes:
        grow_to(house, team, responder, size, after=grown)
        grown = size
        for clients, gets in plan.gets.items():
            _measure_at(house, figures, plan, requests, size=size, clients=clients, gets=gets)
        _compare(figures, size)
    _compare_growth(figures, plan)
    with browser:
        weigh(house, figures, browser, {QUEUE_PAGE: f"/queues/{QUEUE}", CASE_PAGE: f"/cases/{ref}"})


def _measure_at(
    house: House,
    figures: Figures,
    plan: Plan,
    requests: dict[str, tuple[str, bytes]],
    *,
    size: int,
    clients: int,
    gets: int,
) -> None:
    found: dict[str, list[Timing]] = {name: [] for name in requests}
    for number in range(plan.rounds):
        for name, (surface, request) in requests.items():
            if number == 0:
                fire(house.port(surface), [request] * plan.warm_up, clients)
            run = fire(house.port(surface), [request] * gets, clients)
            if set(run.statuses()) != {200}:
                raise RuntimeError(f"The {name} was answered with {run.statuses()}.")
            found[name].append(Timing.of(run))
    for name, timings in found.items():
        figures.timings[_row(name, size, clients)] = Timing.median_of(timings)


def _compare(figures: Figures, size: int) -> None:
    theirs = figures.timings[_row(BARE, size, 1)].p50
    for name, most in ((QUEUE_PAGE, QUEUE_MOST), (CASE_PAGE, CASE_MOST)):
        ours = figures.timings[_row(name, size, 1)].p50
        sentence = f"{name}, p50 as a multiple of the bare list, {size:,} cases"
        figures.aims.append(Aim(sentence, most, ours / theirs, at_least=False))


def _compare_growth(figures: Figures, plan: Plan) -> None:
    least, most = min(plan.sizes), max(plan.sizes)
    if least == most:
        return
    small, large = (figures.timings[_row(QUEUE_PAGE, size, 1)].p95 for size in (least, most))
    sentence = f"{QUEUE_PAGE}, p95 at {most:,} cases as a multiple of that at {least:,}"
    figures.aims.append(Aim(sentence, GROWTH_MOST, large / small, at_least=False))


def _row(name: str, size: int, clients: int) -> str:
    return f"{name}, {size:,} cases, {clients} clients"
