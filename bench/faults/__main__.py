"""make faults: kill things while people work, and count what was lost. It should be nothing."""

import sys
from collections.abc import Iterator

import click

from bench import people
from bench.faults import (
    claiming,
    delivering,
    flooding,
    hanging,
    planting,
    pressing,
    requests,
    roles,
    stealing,
    submitting,
)
from bench.faults.mail import PartnersMail
from bench.faults.trial import Trial, dice
from bench.house import House, end_cleanly_when_asked
from bench.reports import sent_reports
from bench.seeding import several_cases

# Megabytes, so few that a flood in haste fills the second lane's half of it.
QUOTA = 40


@click.command()
@click.option("--seed", default=2, show_default=True, help="Chooses victims and moments.")
@click.option("--kills", default=120, show_default=True, help="Kills while people report.")
@click.option("--forms", default=200, show_default=True, help="Forms that many send at once.")
@click.option("--cases", default=500, show_default=True, help="Cases that many want to claim.")
@click.option("--requests", "asked", default=150, show_default=True, help="Requests to deliver.")
@click.option("--thefts", default=300, show_default=True, help="Hostile writes into Redis.")
@click.option("--sockets", default=200, show_default=True, help="Sockets that hang.")
@click.option("--flood", default=120, show_default=True, help="Seconds that a flood lasts.")
@click.option("--presses", default=60, show_default=True, help="Buttons pressed twice.")
@click.option("--only", default="", help="One kind alone: sockets, flood or presses.")
@click.option("--crowd", default=50, show_default=True, help="How many people are that many.")
def faults(seed: int, only: str, **sizes: int) -> None:
    """Try the promises P1 to P4 on this machine. Ends with an error if one does not hold."""
    end_cleanly_when_asked()
    trials = []
    crowded = {name: sizes.pop(name) for name in ("sockets", "flood", "presses")}
    for trial in [*([] if only else [run]), crowds]:
        arguments = crowded | {"only": only} if trial is crowds else sizes
        for one in trial(seed, **arguments):
            trials.append(one)
            for line in one.lines():
                click.echo(line)
    kills_in_all = sum(sum(trial.kills.values()) for trial in trials)
    acknowledged = sum(trial.acknowledged for trial in trials)
    found = sum(len(trial.faults) for trial in trials)
    click.echo(
        f"\n{len(trials)} trials, seed {seed}: {kills_in_all} kills, {acknowledged} "
        f"acknowledgements, {found} faults."
    )
    sys.exit(1 if found else 0)


def crowds(seed: int, *, sockets: int, flood: int, presses: int, only: str) -> Iterator[Trial]:
    """Sockets that hang, and floods, in a house of their own with a quota that a flood fills."""
    if only == "presses":
        yield from hands(seed, presses=presses)
        return
    with PartnersMail(seed) as mail, House(mail_url=mail.url) as house:
        people.found_queue(house, responders=2)
        house.told["REPORTS_QUOTA"] = str(QUOTA)
        house.serve("public")
        house.wait_for("public")
        chance = dice(seed)
        if only in ("", "sockets"):
            yield hanging.trial(
                house.port("public"),
                seed=seed,
                sockets=sockets,
                asked=800,
                reports=lambda number: sent_reports(house.port("public"), number, chance),
            )
        for is_patient in (False, True) if only in ("", "flood") else ():
            house.work("notices")
            house.tick()
            yield flooding.trial(
                house, mail, seed=seed, seconds=flood, honest=8, is_patient=is_patient
            )
    if not only:
        yield from hands(seed, presses=presses)


def hands(seed: int, *, presses: int) -> Iterator[Trial]:
    """Buttons pressed twice by a browser that waits for its answers, in a house of its own."""
    with House() as house:
        _, (coordinator, *_others) = people.found_queue(house, responders=1)
        for surface in ("public", "staff"):
            house.serve(surface)
            house.wait_for(surface)
        refs = several_cases(house, presses)
        yield pressing.trial(house, coordinator, refs, seed=seed, presses=presses)


def run(
    seed: int, *, kills: int, forms: int, cases: int, asked: int, thefts: int, crowd: int
) -> Iterator[Trial]:
    """One trial after the other in one house, on a disk that keeps what it was told to keep."""
    with PartnersMail(seed) as mail, House(mail_url=mail.url) as house:
        _, staff = people.found_queue(house, responders=crowd)
        coordinator, *responders = staff
        yield roles.trial(house.database, seed=seed, tries=kills * 20)
        yield planting.trial(house.desk, house.database, seed=seed, tries=kills)
        house.work("notices")
        house.tick()
        yield stealing.trial(house, seed=seed, tries=thefts, promises=thefts // 10)
        house.serve("public")
        house.wait_for("public")
        yield submitting.same_form_by_many(
            house, coordinator, seed=seed, forms=forms, threads=crowd
        )
        yield submitting.trial(house, coordinator, seed=seed, kills=kills)
        house.close("public")
        house.serve("staff")
        house.wait_for("staff")
        refs = several_cases(house, cases)
        yield claiming.trial(house, responders, refs, seed=seed, kills=kills)
        house.close("staff")
        partner = requests.a_partner(house, coordinator)
        ready = requests.drafted(house, responders[0], partner, asked)
        house.work("deliveries")
        yield delivering.trial(house, coordinator, ready, mail, seed=seed, kills=kills)


if __name__ == "__main__":
    faults()
