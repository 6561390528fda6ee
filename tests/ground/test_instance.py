"""The instance folder: keys are made once, and one helpdesk works in it at a time."""

import base64
import os
import stat

import pytest

from helpdesk.core.sealing import Secret
from helpdesk.core.service_keys import public_half_of
from helpdesk.key_files import PUBLIC_HALF, KeyFile, read_keys
from helpdesk.supervisor.instance_folder import AlreadyRunning, InstanceFolder


@pytest.fixture
def instance(place):
    return InstanceFolder(place / "instance")


def test_the_first_start_makes_a_key_for_each_purpose_that_only_we_can_read(instance):
    assert instance.prepare()

    keys = [instance.key(one) for one in KeyFile]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert {len(base64.b64decode(key.read_text())) for key in keys} == {32}
    assert len({key.read_text() for key in keys}) == len(keys) == len(set(keys))


def test_the_next_start_keeps_the_keys(instance):
    instance.prepare()
    before = [instance.key(one).read_bytes() for one in KeyFile]

    assert not instance.prepare()

    assert [instance.key(one).read_bytes() for one in KeyFile] == before


def test_the_half_that_others_may_have_belongs_to_the_key(instance):
    instance.prepare()

    for key, half in PUBLIC_HALF.items():
        [secret], [public] = read_keys(str(instance.key(key))), read_keys(str(instance.key(half)))
        assert public == public_half_of(key, Secret(secret))
        assert public != secret


def test_a_key_that_was_half_written_is_made_whole(instance):
    instance.prepare()
    key = instance.key(KeyFile.DUTY_ADDRESSES)
    key.rename(key.with_name(f"{key.name}.unfinished"))

    instance.prepare()

    [secret] = read_keys(str(key))
    [public] = read_keys(str(instance.key(KeyFile.DUTY_ADDRESSES_PUBLIC)))
    assert Secret(secret).public.raw == public


def test_nobody_else_can_list_the_folder(instance):
    instance.prepare()

    mode = stat.S_IMODE(instance.folder.stat().st_mode)
    assert mode == (0o711 if os.geteuid() == 0 else 0o700)


def test_a_second_helpdesk_on_the_same_folder_is_refused_with_the_number_of_the_first(instance):
    first = instance.lock()
    first.__enter__()
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        instance.lock().__enter__()
    first.__exit__(None, None, None)

    with instance.lock():
        assert (instance.folder / "up.lock").read_text() == str(os.getpid())
