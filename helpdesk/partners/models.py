"""Models of partners: organisations that receive packets, what each may receive, and their
addresses."""

import json
from datetime import date, datetime, time
from typing import ClassVar, Final

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, and_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import Team
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.sealing import Envelope, EnvelopePlace
from helpdesk.core.unconfirmed_addresses import UnconfirmedAddress, is_address_usable
from helpdesk.key_files import KeyFile
from helpdesk.partners.channel_terms import ChannelKind, OnwardDisclosure, ReceiptKind
from helpdesk.partners.partner_terms import EVERY_ASK, PLATFORM, OfficeHours
from helpdesk.partners.working_time import WorkingCalendar

EVERY = json.dumps(EVERY_ASK)


class Partner(RandomIdMixin, Base):
    """A partner: a platform's trust team (or another helpdesk) with its allow-list, email address
    and response times."""

    __tablename__ = "partners"

    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    # The platform of our vocabulary for which this partner answers; others may answer for it, too.
    platform: Mapped[str] = mapped_column(String(40), index=True)
    # What it is to that platform: a key of `partner_terms.KINDS`.
    kind: Mapped[str] = mapped_column(String(20), default=PLATFORM, server_default=PLATFORM)
    # For whom: codes of UN subregions (none: everywhere) and of languages (none: we do not know).
    regions: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    languages: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("teams.id"), unique=True)
    # Names of packet fields; anything else never enters a packet to this partner.
    allowed_fields: Mapped[list[str]] = mapped_column(JSONB)
    # Until a second person has checked who they are, nothing goes to them (`partners.vetting`).
    vetted_on: Mapped[date | None]
    vetted_by: Mapped[str | None] = mapped_column(String(80))
    # Actors who cannot be that second person: who registered it, and each who changed it since it
    # was vetted last.
    registered_by: Mapped[str | None] = mapped_column(String(80))
    changed_by: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    # What it was called, and was to the platform, since it was vetted last: each a name and a key
    # of `partner_terms.KINDS`. Reporters may have agreed to it as that.
    earlier_names: Mapped[list[list[str]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    # Where their mail goes now; one that waits for its code is in `new_partner_mailboxes`.
    mailbox: Mapped[Envelope | None]
    # Since when it is confirmed; or, given before there were test letters, how long it is used.
    mailbox_confirmed_at: Mapped[datetime | None]
    mailbox_used_until: Mapped[datetime | None]
    # Priority -> seconds in which we ask for a first sign, and for a decision.
    # In seconds by priority: what was agreed, or what we ask of everyone (`response_times`).
    answer_within: Mapped[dict[str, int]] = mapped_column(JSONB)
    decide_within: Mapped[dict[str, int]] = mapped_column(JSONB)
    # What else was agreed, by when and with which role at their side; nothing was, without a day.
    agreed_on: Mapped[date | None]
    agreed_with: Mapped[str] = mapped_column(String(80), default="", server_default="")
    # Whether those times are counted by their working days and hours, and whose public holidays
    # are none: codes of ISO 3166-1, and what follows them in ISO 3166-2.
    counts_working_time: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    holiday_country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    holiday_subdivision: Mapped[str] = mapped_column(String(8), default="", server_default="")
    # How long they keep what we send; unknown where nothing was said.
    keeps_for_days: Mapped[int | None]
    # Whether they may be named where it is counted who answers.
    may_be_named: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_drill: Mapped[bool] = mapped_column(default=False)
    # What it can be asked for: values of `escalations.states.Ask`.
    asks: Mapped[list[str]] = mapped_column(JSONB, server_default=text(f"'{EVERY}'::jsonb"))
    # The name of its zone, such as Europe/Lisbon; its people read times in it beside UTC.
    timezone: Mapped[str] = mapped_column(String(64), default="UTC", server_default="UTC")
    # When somebody is there, in that zone: ISO weekdays, and from when until when.
    weekdays: Mapped[list[int]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    # Who we are and whom they can call here, as they read it beside each request.
    reach_us: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Since when it is asked for nothing more. Its old requests keep it.
    retired_on: Mapped[date | None]

    team: Mapped[Team] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("vetted_by <> registered_by", name="second_person_vets"),
        CheckConstraint("jsonb_typeof(earlier_names) = 'array'", name="earlier_names_list"),
        CheckConstraint("keeps_for_days BETWEEN 0 AND 3650", name="keeps_for_days"),
        CheckConstraint(
            "agreed_on IS NOT NULL OR NOT (counts_working_time OR may_be_named)"
            " AND keeps_for_days IS NULL AND agreed_with = '' AND holiday_country = ''",
            name="agreed_on_a_day",
        ),
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="opens_and_closes"),
        # What a consent to this very partner names: it cannot be of another platform.
        UniqueConstraint("id", "platform"),
    )

    def remember_changer(self, *, by: str) -> None:
        """Keep who changed it, besides those who did before."""
        if by not in self.changed_by:
            self.changed_by = [*self.changed_by, by]

    def remember_name(self, name: str, kind: str) -> None:
        """Keep what it was called and was, until a second person says that it is still the same."""
        earlier = [one for one in self.earlier_names if one != [name, kind]]
        self.earlier_names = [*earlier, [name, kind]]

    @property
    def is_vetted(self) -> bool:
        """Whether a second person made sure who they are: who vetted before that was asked for is
        not written down, and counts for nothing."""
        return self.vetted_on is not None and self.vetted_by is not None

    @property
    def is_platform_itself(self) -> bool:
        """Whether leave to ask the platform can be leave to ask this partner."""
        return self.kind == PLATFORM

    @property
    def hours(self) -> OfficeHours:
        return OfficeHours(tuple(self.weekdays), self.opens, self.closes)

    @property
    def working_calendar(self) -> WorkingCalendar | None:
        """By which days and hours their response times are counted; None: by the clock alone."""
        if not self.counts_working_time or self.opens is None or self.closes is None:
            return None
        return WorkingCalendar(
            self.timezone,
            frozenset(self.weekdays),
            self.opens,
            self.closes,
            self.holiday_country,
            self.holiday_subdivision,
        )

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None

    def accepts(self, ask: str) -> bool:
        """Whether it can be asked for this, now."""
        return not self.is_retired and ask in self.asks

    def can_be_emailed(self, at: datetime) -> bool:
        """Whether mail to them may rely on their address."""
        used = is_address_usable(self.mailbox_confirmed_at, self.mailbox_used_until, at)
        return self.mailbox is not None and used

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("partners", field, "", self.id)


class PartnerContact(RandomIdMixin, Base):
    """Who is reached at a partner, a role or a person: for whom, in which languages and when, in
    their own time zone; and until when that is known. Never a reporter's to read."""

    __tablename__ = "partner_contacts"

    partner_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("partners.id"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    is_person: Mapped[bool]
    regions: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    languages: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    timezone: Mapped[str] = mapped_column(String(64))
    weekdays: Mapped[list[int]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    verified_until: Mapped[date]
    verified_by: Mapped[str] = mapped_column(String(80))
    # Since when nobody counts on them. The row stays, and says nothing else any more.
    ended_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="opens_and_closes"),
    )

    @property
    def hours(self) -> OfficeHours:
        return OfficeHours(tuple(self.weekdays), self.opens, self.closes)

    def is_counted_on(self, today: date) -> bool:
        """Whether a proposal may rest on them: there still, and somebody made sure lately."""
        return self.ended_on is None and today <= self.verified_until


class PartnerChannel(RandomIdMixin, Base):
    """A way by which requests get to a partner: what it takes, and who else hears of it. Of several
    the first that fits what is asked is used (`channel_choice`)."""

    __tablename__ = "partner_channels"

    partner_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("partners.id"), index=True
    )
    # In which order they are tried; what has ended keeps its place.
    position: Mapped[int]
    kind: Mapped[ChannelKind] = mapped_column(enum_column(ChannelKind))
    # Values of `escalations.states.Ask`, and names of playbooks; empty: all of them.
    asks: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    harms: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    # In characters of what the channel carries.
    size_limit: Mapped[int | None]
    receipt: Mapped[ReceiptKind] = mapped_column(enum_column(ReceiptKind))
    onward_disclosure: Mapped[OnwardDisclosure] = mapped_column(enum_column(OnwardDisclosure))
    # The UN subregion in which they keep it; empty where nobody knows.
    storage_region: Mapped[str] = mapped_column(String(3), default="", server_default="")
    # Where their own form is, which one of us fills in; empty for every other kind.
    form_address: Mapped[str] = mapped_column(String(500), default="", server_default="")
    # Their OpenPGP key, which is of this fingerprint for ever, and until when it can be used; of no
    # other kind.
    openpgp_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    openpgp_fingerprint: Mapped[str] = mapped_column(String(40), default="", server_default="")
    openpgp_expires_at: Mapped[datetime | None]
    # Since when nothing goes out by it. The row stays: requests say by which they went.
    ended_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("(kind = 'form') = (form_address <> '')", name="form_has_address"),
        CheckConstraint(
            "(kind = 'openpgp') = (openpgp_fingerprint <> '' AND openpgp_key <> '')",
            name="openpgp_has_key",
        ),
    )


# `Partner.is_vetted`, where the database is asked.
IS_VETTED: Final = and_(Partner.vetted_on.is_not(None), Partner.vetted_by.is_not(None))


class UnconfirmedPartnerEmailAddress(UnconfirmedAddress, Base):
    """A partner's email address that nobody has confirmed yet."""

    __tablename__ = "new_partner_mailboxes"
    SEALED_TO: ClassVar = KeyFile.PARTNER_ADDRESSES

    partner_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("partners.id", ondelete="CASCADE"), primary_key=True
    )

    @property
    def owner_id(self) -> str:
        return self.partner_id

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        if field in ("address", "old"):
            return EnvelopePlace("partners", "mailbox", "", self.partner_id)
        return EnvelopePlace("new_partner_mailboxes", field, "", self.partner_id)
