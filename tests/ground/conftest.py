"""Folders a server can live in, and what the machine says about processes."""

import shutil
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def reachable_folder():
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-ground-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place():
    """An empty folder that a server under another account can reach."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def lasting_place():
    """Such a folder for several tests, each of which finds what the one before left there."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def free_port():
    """The first of three ports in a row that nobody has."""
    for port in range(21000, 30000, 7):
        listeners = [socket.socket() for _ in range(3)]
        try:
            for offset, listener in enumerate(listeners):
                listener.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        else:
            return port
        finally:
            for listener in listeners:
                listener.close()
    raise AssertionError("no three free ports in a row")
