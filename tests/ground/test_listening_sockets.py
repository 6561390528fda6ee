"""The doors: three ports in a row, or a sentence that says which one is taken."""

import errno
import socket

import pytest

from helpdesk.supervisor.listening_sockets import CannotListen, close_sockets, open_sockets

SURFACES = ("public", "staff", "partner")


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_taken_port_is_named_with_the_pages_it_was_for(free_port, offset):
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", free_port + offset))
        somebody_else.listen()

        with pytest.raises(CannotListen) as refused:
            open_sockets(SURFACES, free_port)

    assert f"Port {free_port + offset}, for the {SURFACES[offset]} pages, is in use" in str(
        refused.value
    )
    assert "PORT=" in str(refused.value)


def test_a_port_that_was_refused_leaves_the_others_free(free_port):
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", free_port + 2))
        somebody_else.listen()
        with pytest.raises(CannotListen):
            open_sockets(SURFACES, free_port)

        close_sockets(open_sockets(SURFACES[:2], free_port))


def test_a_number_that_is_no_port_is_a_sentence_too():
    with pytest.raises(CannotListen, match="There is no port 65536"):
        open_sockets(SURFACES, 65535)


def test_instead_of_a_port_for_root_one_is_named_that_everybody_may_open(monkeypatch):
    def only_for_root(*_given):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "listen", only_for_root)

    with pytest.raises(CannotListen, match="reserved for root") as refused:
        open_sockets(SURFACES[:1], 81)

    assert "PORT=1124" in str(refused.value)


def test_the_doors_open_on_this_machine_only(free_port):
    doors = open_sockets(SURFACES, free_port)
    try:
        assert [door.url for door in doors] == [
            f"http://127.0.0.1:{free_port + offset}" for offset in range(3)
        ]
    finally:
        close_sockets(doors)
