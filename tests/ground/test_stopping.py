"""A wish to stop is heard wherever it lands, also where Python lets an exception reach nobody."""

import os
import signal

import pytest

from helpdesk.supervisor import up
from helpdesk.supervisor.family import Family


class AsksWhenItGoes:
    """Somebody asks us to stop while this object is being cleaned up."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass  # here the signal is handled


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_reached_nobody_ends_the_watch(tmp_path):
    family = Family(lambda sentence: None, tmp_path / "roll.json")

    with up._interruptible():
        AsksWhenItGoes()
        family.watch(until=up._asked_to_stop.is_set)


def test_a_signal_raises_at_once_where_it_can():
    with up._interruptible(), pytest.raises(up.Stopped):
        signal.raise_signal(signal.SIGTERM)
