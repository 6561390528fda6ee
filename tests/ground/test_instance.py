"""The instance folder: keys are made once, and one helpdesk works in it at a time."""

import base64
import os
import stat

import pytest

from helpdesk.supervisor.instance import AlreadyUp, Instance


@pytest.fixture
def instance(place):
    return Instance(place / "instance")


def test_the_first_start_makes_two_different_keys_that_only_we_can_read(instance):
    assert instance.prepare()

    keys = [instance.intake_key, instance.service_key]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    assert [len(base64.b64decode(key.read_text())) for key in keys] == [32, 32]
    assert keys[0].read_text() != keys[1].read_text()


def test_the_next_start_keeps_the_keys(instance):
    instance.prepare()
    before = instance.service_key.read_bytes()

    assert not instance.prepare()

    assert instance.service_key.read_bytes() == before


def test_nobody_else_can_list_the_folder(instance):
    instance.prepare()

    mode = stat.S_IMODE(instance.folder.stat().st_mode)
    assert mode == (0o711 if os.geteuid() == 0 else 0o700)


def test_a_second_helpdesk_on_the_same_folder_is_refused_with_the_number_of_the_first(instance):
    first = instance.held()
    first.__enter__()
    with pytest.raises(AlreadyUp, match=f"process {os.getpid()}"):
        instance.held().__enter__()
    first.__exit__(None, None, None)

    with instance.held():
        assert (instance.folder / "up.lock").read_text() == str(os.getpid())
