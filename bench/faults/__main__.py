"""make faults: kill things while people work, and count what was lost. It should be nothing."""

import sys
from collections.abc import Iterator

import click

from bench import people
from bench.faults import claiming, delivering, requests, roles, stealing, submitting
from bench.faults.mail import PartnersMail
from bench.faults.trial import Trial
from bench.house import House, end_cleanly_when_asked
from bench.seeding import several_cases


@click.command()
@click.option("--seed", default=2, show_default=True, help="Chooses victims and moments.")
@click.option("--kills", default=120, show_default=True, help="Kills while people report.")
@click.option("--forms", default=200, show_default=True, help="Forms that many send at once.")
@click.option("--cases", default=500, show_default=True, help="Cases that many want to claim.")
@click.option("--requests", "asked", default=150, show_default=True, help="Requests to deliver.")
@click.option("--thefts", default=300, show_default=True, help="Hostile writes into Redis.")
@click.option("--crowd", default=50, show_default=True, help="How many people are that many.")
def faults(
    seed: int, kills: int, forms: int, cases: int, asked: int, thefts: int, crowd: int
) -> None:
    """Try the promises P1 to P4 on this machine. Ends with an error if one does not hold."""
    end_cleanly_when_asked()
    trials = []
    sizes = {"kills": kills, "forms": forms, "cases": cases, "asked": asked, "thefts": thefts}
    for trial in run(seed, **sizes, crowd=crowd):
        trials.append(trial)
        for line in trial.lines():
            click.echo(line)
    kills_in_all = sum(sum(trial.kills.values()) for trial in trials)
    acknowledged = sum(trial.acknowledged for trial in trials)
    found = sum(len(trial.faults) for trial in trials)
    click.echo(
        f"\n{len(trials)} trials, seed {seed}: {kills_in_all} kills, {acknowledged} "
        f"acknowledgements, {found} faults."
    )
    sys.exit(1 if found else 0)


def run(
    seed: int, *, kills: int, forms: int, cases: int, asked: int, thefts: int, crowd: int
) -> Iterator[Trial]:
    """One trial after the other in one house, on a disk that keeps what it was told to keep."""
    with PartnersMail(seed) as mail, House(mail_url=mail.url) as house:
        _, staff = people.found_queue(house, responders=crowd)
        coordinator, *responders = staff
        yield roles.trial(house.database, seed=seed, tries=kills * 20)
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
