"""OpenPGP keys of invented partners, made by GnuPG in a folder of its own, and read back there."""

import shutil
import subprocess
import tempfile
from pathlib import Path


class KeyOwner:
    """Whoever holds the secret keys: makes them, and decrypts what arrives."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, exist_ok=True)
        self.home = home

    def __enter__(self) -> "KeyOwner":
        return self

    def __exit__(self, *_) -> None:
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)

    def gpg(self, *arguments, said=b"") -> bytes:
        begun = ["gpg", "--homedir", self.home, "--batch", "--no-tty", "--passphrase", ""]
        begun += ["--pinentry-mode", "loopback", "--trust-model", "always"]
        done = subprocess.run([*begun, *arguments], input=said, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def make(self, name="Trust team", *how, expires="0") -> tuple[str, str]:
        """A new key: its text, and its fingerprint."""
        how = how or ("future-default", "default")
        self.gpg("--yes", "--quick-generate-key", f"{name} <trust@platform.test>", *how, expires)
        listed = self.gpg("--with-colons", "--list-secret-keys", name).decode().splitlines()
        fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
        return self.text_of(fingerprint), fingerprint

    def text_of(self, fingerprint) -> str:
        return self.gpg("--armor", "--export", fingerprint).decode()

    def revoke(self, fingerprint) -> str:
        """The same key as its owner revokes it."""
        path = self.home / "openpgp-revocs.d" / f"{fingerprint}.rev"
        self.gpg("--import", said=path.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))
        return self.text_of(fingerprint)

    def decrypt(self, message) -> bytes:
        return self.gpg("--decrypt", said=message.encode() if isinstance(message, str) else message)


def short_home() -> Path:
    """A folder whose path is short enough for the sockets of GnuPG."""
    return Path(tempfile.mkdtemp(prefix="gpg-", dir="/tmp"))


def drop(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
