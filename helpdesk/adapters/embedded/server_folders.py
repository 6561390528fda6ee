"""Folders of embedded servers: whose account, which folder, how long a socket's path."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from helpdesk.adapters.child_processes import CannotStart, SystemAccount

LONGEST_SOCKET = 107  # bytes, in the kernel's sockaddr_un
FOR_LODGERS = Path("/var/lib/helpdesk")
FOR_A_WHILE = Path(tempfile.gettempdir()) / "helpdesk-tests"


class ServerNotStarted(CannotStart):
    """Raised if an embedded server could not be started; the message says what it said last."""


def service_account() -> SystemAccount | None:
    """The account that PostgreSQL runs as: it refuses to run as root, then it runs as nobody, and
    the system stays as it is."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return SystemAccount(nobody.pw_uid, nobody.pw_gid)


def data_folder_for(
    account: SystemAccount | None, folder: Path, *, shelter: Path = FOR_LODGERS
) -> Path:
    """The data folder of a server: the folder itself, or, where the account cannot go (below
    /root), one of its own elsewhere.

    A link from the folder shows the way, and is followed when the folder has been moved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "elsewhere"
    if link.is_symlink():
        return link.readlink()
    if account is None or can_account_enter(account, folder.resolve().parent):
        return folder
    mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    home = shelter / mark
    home.mkdir(parents=True, exist_ok=True)
    link.symlink_to(home)
    return home


def can_account_enter(account: SystemAccount, folder: Path) -> bool:
    """Whether the account may pass through a folder and all above it."""
    return all(_may_pass(account, place.stat()) for place in (folder, *folder.parents))


def make_private_folder(path: Path, account: SystemAccount | None) -> Path:
    """Make a private folder, and hand it to the account."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    return path


def socket_folder(home: Path, longest_name: str, account: SystemAccount | None) -> Path:
    """Make a private folder for sockets, with a path the kernel accepts."""
    close_by = home.resolve() / "run"
    if len(os.fsencode(close_by / longest_name)) <= LONGEST_SOCKET:
        return make_private_folder(close_by, account)
    mark = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    owner = account.uid if account else os.geteuid()
    return _own_in_public(Path(tempfile.gettempdir()) / f"helpdesk-{owner}-{mark}", owner, account)


def installed_package_folder(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ServerNotStarted(f"The package {name} is not installed. Run: make setup")
    return Path(found.origin).parent


def readable_program_folder(
    account: SystemAccount | None, home: Path, folder: Path, *, version: str
) -> Path:
    """A folder of a server's programs that the account can read: the wheel's, or a copy in its
    home."""
    if account is None or can_account_enter(account, folder):
        return folder
    shelf = home / "programs"
    copy = shelf / version / folder.name
    if not copy.exists():
        shutil.rmtree(shelf, ignore_errors=True)
        beside = folder.with_name(f"{folder.name}.libs")
        unfinished = shelf / "unfinished"
        shutil.copytree(folder, unfinished / folder.name, ignore=_not_to_run)
        shutil.copytree(beside, unfinished / beside.name)
        unfinished.rename(shelf / version)
    return copy


def _own_in_public(folder: Path, owner: int, account: SystemAccount | None) -> Path:
    """A private folder where everybody can put something: nothing that we find there is touched."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise ServerNotStarted(
                f"{folder} exists but the helpdesk did not make it. Remove it first."
            ) from None
        return folder
    return make_private_folder(folder, account)


def _may_pass(account: SystemAccount, found: os.stat_result) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _not_to_run(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "__pycache__"}]
