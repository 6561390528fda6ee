"""Tasks that workers lease: one try at a time, by lease and fencing number; again by a plan; then a
person.

Jobs of the outbox and deliveries to partners stand on this one rule. What else a try means, and
what is written down of it, is theirs.
Source: Kleppmann, "How to do distributed locking", 2016 (fencing tokens).
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped, mapped_column

# No try may take longer. A lease that ends later is of a clock that was wrong, and none.
LONGEST: Final = timedelta(minutes=15)


class LeasableRow:
    """A mixin for a row that one worker at a time tries to do something about.

    The lease says until when nobody else takes it up; the fence, whose word counts: a worker that
    comes late, because it hung or its row was taken up by another, is not believed.
    """

    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]

    def lease(self, *, at: datetime, during: timedelta) -> int:
        """Begin a try: the number under which its result will count."""
        self.fence += 1
        self.leased_until = at + during
        return self.fence

    def is_leased(self, at: datetime) -> bool:
        """Whether the worker that tries it may still be alive."""
        return self.leased_until is not None and at < self.leased_until <= at + LONGEST

    def is_held_with_fence(self, fence: int) -> bool:
        """Whether the result of the try of that number counts: it is the last, and not over."""
        return self.fence == fence and self.leased_until is not None

    def end_lease(self) -> None:
        """The try is over."""
        self.leased_until = None

    def revoke_lease(self) -> None:
        """No try counts any more: a worker that is still at it has nothing more to tell."""
        self.fence += 1
        self.leased_until = None

    @classmethod
    def lease_is_over(cls, at: datetime) -> ColumnElement[bool]:
        """Of rows that are being tried: those whose worker is gone."""
        return or_(cls.leased_until < at, cls.leased_until > at + LONGEST)


@dataclass(frozen=True)
class RetryPlan:
    """A retry plan: how long to wait after each failed try; after the last one a person has to
    look."""

    pauses: tuple[timedelta, ...]

    def pause_after(self, tries: int) -> timedelta | None:
        """How long to wait after so many tries; None where a person has to look.

        Full jitter on the upper half: many failures at once do not come back at once.
        """
        if self.is_exhausted(tries):
            return None
        return self.pauses[tries - 1] * random.uniform(0.5, 1)  # noqa: S311 - not a secret

    def is_exhausted(self, tries: int) -> bool:
        """Whether no try is left after so many."""
        return tries > len(self.pauses)

    def tries_since_manual_retry(self, tries: int) -> int:
        """The last of so many tries, counted from when a person last let the plan begin again."""
        return (tries - 1) % (len(self.pauses) + 1) + 1
