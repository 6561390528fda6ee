"""Taking reports in: ours and the bare form by turns, each POST on a fresh form of its own."""

import random
from collections.abc import Callable

from bench.figures import Aim, Figures, Timing
from bench.house import House
from bench.load import fire
from bench.plan import Plan
from bench.reports import sent_bare_forms, sent_reports

LEAST_SHARE = 0.4


def measure(house: House, figures: Figures, plan: Plan, chance: random.Random) -> None:
    """POSTs a second and how long each took, at so many clients."""
    apps: dict[str, tuple[str, Callable[[int], list[bytes]]]] = {
        "bare form": ("bare", lambda n: sent_bare_forms(house.port("bare"), n)),
        "report": ("public", lambda n: sent_reports(house.port("public"), n, chance)),
    }
    for clients, posts in plan.posts.items():
        found: dict[str, list[Timing]] = {name: [] for name in apps}
        for number in range(plan.rounds):
            for name, (surface, prepare) in apps.items():
                if number == 0:
                    _send(house, surface, prepare(plan.warm_up), clients)
                found[name].append(_send(house, surface, prepare(posts), clients))
        for name, timings in found.items():
            figures.timings[_row(name, clients)] = Timing.median_of(timings)
        ours, theirs = (
            figures.timings[_row(name, clients)].per_second for name in ("report", "bare form")
        )
        figures.aims.append(
            Aim(
                f"reports taken in, as a share of bare forms, {clients} clients",
                LEAST_SHARE,
                ours / theirs,
                at_least=True,
            )
        )


def _send(house: House, surface: str, requests: list[bytes], clients: int) -> Timing:
    run = fire(house.port(surface), requests, clients)
    if set(run.statuses()) != {201}:
        raise RuntimeError(f"The {surface} form was answered with {run.statuses()}.")
    return Timing.of(run)


def _row(name: str, clients: int) -> str:
    return f"{name}, POST, {clients} clients"
