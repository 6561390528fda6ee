"""make faults: kill things while people work, and count what was lost. It should be nothing."""

import sys
from collections.abc import Iterator, Sequence

import click

from bench import people
from bench.faults import (
    burying,
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


KINDS = (
    "roles", "keys", "redis", "same-form", "reports", "claims", "deliveries", "buried",
    "sockets", "flood", "presses",
)  # fmt: skip
IN_CROWDS = ("sockets", "flood")


@click.command()
@click.option("--seed", default=2, show_default=True, help="Chooses victims and moments.")
@click.option("--kills", default=120, show_default=True, help="Kills while people report.")
@click.option("--forms", default=200, show_default=True, help="Forms that many send at once.")
@click.option("--cases", default=500, show_default=True, help="Cases that many want to claim.")
@click.option("--requests", "asked", default=150, show_default=True, help="Requests to deliver.")
@click.option("--thefts", default=300, show_default=True, help="Hostile writes into Redis.")
@click.option("--promises", default=20_000, show_default=True, help="Promises made at once.")
@click.option("--sockets", default=200, show_default=True, help="Sockets that hang.")
@click.option("--flood", default=120, show_default=True, help="Seconds that a flood lasts.")
@click.option("--presses", default=60, show_default=True, help="Buttons pressed twice.")
@click.option("--only", default="", help=f"Some alone, with commas: {', '.join(KINDS)}.")
@click.option("--crowd", default=50, show_default=True, help="How many people are that many.")
def faults(seed: int, only: str, **sizes: int) -> None:
    """Try the promises P1 to P4 on this machine. Ends with an error if one does not hold."""
    end_cleanly_when_asked()
    trials = []
    kinds = only.split(",") if only else KINDS
    if unknown := set(kinds) - set(KINDS):
        raise click.BadParameter(f"There is no trial called {', '.join(sorted(unknown))}.")
    crowded = {name: sizes.pop(name) for name in ("sockets", "flood")}
    presses = sizes.pop("presses")
    for each in (
        run(seed, kinds, **sizes),
        crowds(seed, kinds, **crowded),
        hands(seed, kinds, presses=presses),
    ):
        for one in each:
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


def crowds(seed: int, kinds: Sequence[str], *, sockets: int, flood: int) -> Iterator[Trial]:
    """Sockets that hang, and floods, in a house of their own with a quota that a flood fills."""
    if not set(kinds) & set(IN_CROWDS):
        return
    with PartnersMail(seed) as mail, House(mail_url=mail.url) as house:
        people.found_queue(house, responders=2)
        house.told["REPORTS_QUOTA"] = str(QUOTA)
        house.serve("public")
        house.wait_for("public")
        chance = dice(seed)
        if "sockets" in kinds:
            yield hanging.trial(
                house.port("public"),
                seed=seed,
                sockets=sockets,
                asked=800,
                reports=lambda number: sent_reports(house.port("public"), number, chance),
            )
        for is_patient in (False, True) if "flood" in kinds else ():
            house.work("notices")
            house.tick()
            yield flooding.trial(
                house, mail, seed=seed, seconds=flood, honest=8, is_patient=is_patient
            )


def hands(seed: int, kinds: Sequence[str], *, presses: int) -> Iterator[Trial]:
    """Buttons pressed twice by a browser that waits for its answers, in a house of its own."""
    if "presses" not in kinds:
        return
    with House() as house:
        _, (coordinator, *_others) = people.found_queue(house, responders=1)
        for surface in ("public", "staff"):
            house.serve(surface)
            house.wait_for(surface)
        refs = several_cases(house, presses)
        yield pressing.trial(house, coordinator, refs, seed=seed, presses=presses)


def run(
    seed: int,
    kinds: Sequence[str],
    *,
    kills: int,
    forms: int,
    cases: int,
    asked: int,
    thefts: int,
    promises: int,
    crowd: int,
) -> Iterator[Trial]:
    """One trial after the other in one house, on a disk that keeps what it was told to keep."""
    if set(kinds) <= {*IN_CROWDS, "presses"}:
        return
    with PartnersMail(seed) as mail, House(mail_url=mail.url) as house:
        _, staff = people.found_queue(house, responders=crowd)
        yield from _taken_over(house, seed, kinds, kills=kills, thefts=thefts)
        yield from _reported(house, staff[0], seed, kinds, kills=kills, forms=forms, crowd=crowd)
        yield from _claimed(house, staff[1:], seed, kinds, kills=kills, cases=cases)
        if "deliveries" in kinds:
            partner = requests.a_partner(house, staff[0], staff[1])
            ready = requests.drafted(house, staff[1], partner, asked)
            house.work("deliveries")
            yield delivering.trial(house, staff[0], ready, mail, seed=seed, kills=kills)
        if "buried" in kinds:
            # Behind all that is judged: what it plants are half cases.
            yield burying.trial(house, seed=seed, many=promises)
        if "roles" in kinds:
            # The last one: what the staff's pages may do leaves no house to work in.
            for name in list(house.programs):
                house.close(name)
            yield roles.trial(house.database, seed=seed, tries=kills * 20)


def _taken_over(
    house: House,
    seed: int,
    kinds: Sequence[str],
    *,
    kills: int,
    thefts: int,
) -> Iterator[Trial]:
    """Keys that the roles plant, and an address of Redis in a stranger's hands."""
    if "keys" in kinds:
        yield planting.trial(house.context, house.database, seed=seed, tries=kills)
    house.work("notices")
    house.tick()
    if "redis" in kinds:
        yield stealing.trial(house, seed=seed, tries=thefts, promises=thefts // 10)


def _reported(
    house: House,
    reader: people.Somebody,
    seed: int,
    kinds: Sequence[str],
    *,
    kills: int,
    forms: int,
    crowd: int,
) -> Iterator[Trial]:
    if not {"same-form", "reports"} & set(kinds):
        return
    house.serve("public")
    house.wait_for("public")
    if "same-form" in kinds:
        yield submitting.same_form_by_many(house, reader, seed=seed, forms=forms, threads=crowd)
    if "reports" in kinds:
        yield submitting.trial(house, reader, seed=seed, kills=kills)
    house.close("public")


def _claimed(
    house: House,
    responders: list[people.Somebody],
    seed: int,
    kinds: Sequence[str],
    *,
    kills: int,
    cases: int,
) -> Iterator[Trial]:
    if "claims" not in kinds:
        return
    house.serve("staff")
    house.wait_for("staff")
    refs = several_cases(house, cases)
    yield claiming.trial(house, responders, refs, seed=seed, kills=kills)
    house.close("staff")


if __name__ == "__main__":
    faults()
