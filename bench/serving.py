"""Serving: the same bare pages by our server and by plain waitress, by turns."""

from bench.figures import Aim, Figures, Timing
from bench.house import House
from bench.load import fire, get
from bench.plan import Plan

LEAST_SHARE = 0.9
SERVERS = {"plain waitress": "plain", "our server": "bare"}


def measure(house: House, figures: Figures, plan: Plan) -> None:
    """GETs a second of a list, at so many clients: what deadlines and the master cost."""
    for clients, gets in plan.gets.items():
        found: dict[str, list[Timing]] = {name: [] for name in SERVERS}
        for number in range(plan.rounds):
            for name, door in SERVERS.items():
                if number == 0:
                    _send(house, door, plan.warm_up, clients)
                found[name].append(_send(house, door, gets, clients))
        for name, timings in found.items():
            figures.timings[_row(name, clients)] = Timing.median_of(timings)
        plain, ours = (figures.timings[_row(name, clients)].per_second for name in SERVERS)
        figures.aims.append(
            Aim(
                f"our server, as a share of plain waitress, {clients} clients",
                LEAST_SHARE,
                ours / plain,
                at_least=True,
            )
        )


def _send(house: House, door: str, gets: int, clients: int) -> Timing:
    run = fire(house.port(door), [get("/reports")] * gets, clients)
    if set(run.statuses()) != {200}:
        raise RuntimeError(f"The bare list was answered with {run.statuses()}.")
    return Timing.of(run)


def _row(name: str, clients: int) -> str:
    return f"bare list by {name}, {clients} clients"
