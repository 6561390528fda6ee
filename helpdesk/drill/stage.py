"""The stage: pieces of work of everybody in the drill, at past moments, in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.accounts.models import Person
from helpdesk.cases.models import Case
from helpdesk.core.actors import NOBODY, SYSTEM, operator, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.desk import Desk
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work


@dataclass
class Stage:
    """Who acts, and when. Every change is made by an operation, as that person."""

    desk: Desk
    session: Session
    secrets: dict[str, Secret] = field(default_factory=dict)

    def shell(self, at: datetime) -> Work:
        """The operator with a shell, who starts it all."""
        return self.desk.work_on(self.session, operator("drill"), at=at)

    def system(self, at: datetime) -> Work:
        return self.desk.work_on(self.session, SYSTEM, at=at)

    def stranger(self, at: datetime) -> Work:
        """Whoever reports."""
        return self.desk.work_on(self.session, NOBODY, at=at)

    def back(self, case: Case, code: ReturnCode, at: datetime) -> Work:
        """The reporter of a case, back with the return code."""
        return self.desk.work_on(self.session, reporter(case.id), own=code.secret(), at=at)

    def person(self, handle: str, at: datetime) -> Work:
        """Somebody who has enrolled, with the keys they hold."""
        person = self.somebody(handle)
        keys = {person.key_id: self.secrets[handle]} if person.key_id else {}
        return self.desk.work_on(self.session, person.as_actor(), secrets=keys, at=at)

    def somebody(self, handle: str) -> Person:
        return self.session.scalars(select(Person).where(Person.handle == handle)).one()
