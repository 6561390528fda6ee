"""Findings of playbooks: the facts and evidence of one playbook's steps, apart from those of
others.

Two playbooks of a case mean different things by one name: the address of the taken account and
that of the fake page are both a `profile-url`. So each value carries the playbook that took it, and
no other reads it. What is about the person and not about one trouble is the case's (empty), and so
is what was taken before this was kept, where it is not known by which.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.work import Work

OF_THE_CASE: Final = ""


def facts_of_playbook(work: Work, case: Case, playbook: str) -> Mapping[str, Fact]:
    """The facts of a case as one playbook knows them, by name: its own before the case's."""
    found = select(Fact).where(Fact.case_id == case.id, _is_known_to(Fact.playbook, playbook))
    rows = work.session.scalars(found.order_by(Fact.playbook))
    return {one.name: one for one in rows}


def fact_codes_of_playbook(work: Work, case: Case, playbook: str) -> dict[str, str]:
    """The codes of the facts that a playbook knows; the words beside them stay sealed."""
    found = facts_of_playbook(work, case, playbook)
    return {name: one.value for name, one in found.items()}


def evidence_of_playbook(work: Work, case: Case, playbook: str) -> Mapping[str, Evidence]:
    """The evidence of a case as one playbook knows it, by kind: its own before the case's."""
    known = _is_known_to(Evidence.playbook, playbook)
    rows = work.session.scalars(
        select(Evidence).where(Evidence.case_id == case.id, known).order_by(Evidence.playbook)
    )
    return {one.kind: one for one in rows}


def playbooks_with_findings(work: Work, case: Case) -> list[str]:
    """The playbooks that have found out or written down something of their own."""
    both = (
        select(Evidence.playbook)
        .where(Evidence.case_id == case.id)
        .union(select(Fact.playbook).where(Fact.case_id == case.id))
    )
    return sorted(set(work.session.scalars(both)) - {OF_THE_CASE})


def _is_known_to(column: InstrumentedAttribute[str], playbook: str) -> ColumnElement[bool]:
    return column.in_((OF_THE_CASE, playbook))
