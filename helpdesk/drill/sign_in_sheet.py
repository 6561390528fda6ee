"""The sign-in sheet: who is in the drill, and how each of them signs in right now."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from helpdesk.accounts import second_factor
from helpdesk.core.actors import Role

NAME = "drill-people.json"
ADDRESSES = "drill-addresses.json"


@dataclass(frozen=True)
class DrillAccount:
    """An account of the drill, with everything that a real person would keep to themselves."""

    handle: str
    name: str
    role: Role
    may: str
    passphrase: str = field(repr=False)
    seed: str = field(repr=False)
    recovery_key: str = field(repr=False)

    def code(self, at: datetime) -> str:
        """The six digits of this half minute."""
        return second_factor.totp_code_at(self.seed, int(at.timestamp()) // second_factor.SECONDS)


@dataclass(frozen=True)
class DrillReporter:
    """A reporter of the drill, and the code that brings them back."""

    trouble: str
    words: str = field(repr=False)


@dataclass(frozen=True)
class SignInSheet:
    """The sign-in sheet: everybody in the drill."""

    players: tuple[DrillAccount, ...]
    reporters: tuple[DrillReporter, ...] = ()

    def save(self, folder: Path) -> None:
        """Only for our own eyes, and whole or not at all."""
        unfinished = folder / f"{NAME}.unfinished"
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w") as file:
            json.dump(asdict(self), file, indent=2)
        unfinished.rename(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> "SignInSheet | None":
        """The sheet of an instance, if a drill was made there."""
        try:
            kept = json.loads((folder / NAME).read_text())
        except FileNotFoundError:
            return None
        players = (DrillAccount(**one | {"role": Role(one["role"])}) for one in kept["players"])
        return cls(tuple(players), tuple(DrillReporter(**one) for one in kept["reporters"]))

    def as_text(self, at: datetime, *, public: str, staff: str, partner: str) -> str:
        """How to get in, for the terminal. The digits hold for about a minute."""
        return "\n".join(self._lines(at, public, staff, partner))

    def _lines(self, at: datetime, public: str, staff: str, partner: str) -> Iterator[str]:
        yield _heading("Report, or come back with a return code", public)
        for reporter in self.reporters:
            yield f"    {reporter.trouble}"
            yield f"        {reporter.words}"
        yield "\n" + _heading("Sign in as staff", staff)
        yield from self._players(at, lambda role: role is not Role.PARTNER)
        yield "\n" + _heading("Sign in as a partner", partner)
        yield from self._players(at, lambda role: role is Role.PARTNER)
        yield "\nCodes change every 30 seconds and work once. To print new ones: make codes"

    def _players(self, at: datetime, is_asked: Callable[[Role], bool]) -> Iterator[str]:
        for player in self.players:
            if is_asked(player.role):
                yield f"    {player.handle}: {player.may}"
                yield f"        passphrase  {player.passphrase}"
                yield f"        code now    {player.code(at)}   (seed {player.seed})"


@dataclass(frozen=True)
class DrillUrls:
    """The URLs of the drill's pages; kept, so that who asks for codes later is told them too."""

    public: str = ""
    staff: str = ""
    partner: str = ""

    def save(self, folder: Path) -> None:
        (folder / ADDRESSES).write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> "DrillUrls":
        try:
            return cls(**json.loads((folder / ADDRESSES).read_text()))
        except FileNotFoundError:
            return cls()


def _heading(words: str, address: str) -> str:
    """A drill that has never been up has no address."""
    return f"{words}:  {address}" if address else f"{words}:"
