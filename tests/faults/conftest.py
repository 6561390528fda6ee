"""One house for all fault trials, with a crowd and a partner's mail server."""

from dataclasses import dataclass

import psycopg
import pytest

from bench import people
from bench.faults import requests
from bench.faults.mail import PartnersMail
from bench.house import House
from helpdesk.partners.models import Partner

SEED = 7
CROWD = 8


@dataclass
class Scene:
    """The house and who is in it."""

    house: House
    mail: PartnersMail
    coordinator: people.Somebody
    responders: list[people.Somebody]
    partner: Partner

    def serve(self, surface, application="wsgi:application"):
        self.house.serve(surface, application)
        self.house.wait_for(surface)


@pytest.fixture(scope="session")
def built():
    with PartnersMail(SEED) as mail, House(mail_url=mail.url, durable=False) as house:
        _, (coordinator, *responders) = people.found_queue(house, responders=CROWD)
        partner = requests.a_partner(house, coordinator, responders[0])
        yield Scene(house, mail, coordinator, responders, partner)


@pytest.fixture
def scene(built):
    """The same house for every trial; what one has started is stopped, what it wrote is gone."""
    yield built
    built.house.mend()
    for name in list(built.house.programs):
        built.house.close(name)
    built.mail.arrived.clear()
    with psycopg.connect(built.house.database()) as connection:
        # Nobody but the owner of the server can do this: history refuses everybody else.
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE cases, outbox, clock_events CASCADE")
        connection.execute("TRUNCATE history, history_links, history_checkpoints")
        connection.execute("DELETE FROM key_copies USING keys WHERE id = key_id AND kind = 'case'")
        connection.execute("DELETE FROM keys WHERE kind = 'case'")
