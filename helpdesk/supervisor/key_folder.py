"""The key folder of one helpdesk: each key made once, with the half that others may have."""

import base64
import os
import secrets
from pathlib import Path

from helpdesk.core.sealing import Secret
from helpdesk.core.service_keys import public_half_of
from helpdesk.key_files import KEY_BYTES, PUBLIC_HALF, SECRETS, KeyFile, read_keys


def key_path(folder: Path, key: KeyFile) -> Path:
    """The path of a key's file in the key folder."""
    return folder / key.file_name


def make_missing_keys(folder: Path) -> list[Path]:
    """Make the keys that are missing, and the public halves; returns which files it made. Safe to
    run twice: no key that is there is touched."""
    made = [path for key in KeyFile if key in SECRETS and _make(path := key_path(folder, key))]
    for key, half in PUBLIC_HALF.items():
        raw = public_half_of(key, Secret(read_keys(str(key_path(folder, key)))[0]))
        path = key_path(folder, half)
        if not path.exists() or base64.b64decode(path.read_text()) != raw:
            _write(path, raw)
            made.append(path)
    return made


def _make(path: Path) -> bool:
    if path.exists():
        return False
    _write(path, secrets.token_bytes(KEY_BYTES))
    return True


def _write(path: Path, raw: bytes) -> None:
    """A key, written whole or not at all, that only we can read."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(raw) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
