"""A wish to stop is heard wherever it lands, also where Python lets an exception reach nobody."""

import os
import signal
import subprocess
import sys

import pytest

from helpdesk import ticker
from helpdesk.core import ticker_lease
from helpdesk.supervisor import run_everything
from helpdesk.supervisor.process_group import ProcessGroup


class AsksWhenItGoes:
    """Somebody asks us to stop while this object is being cleaned up."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass  # here the signal is handled


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_reached_nobody_ends_the_watch(tmp_path):
    family = ProcessGroup(lambda sentence: None, tmp_path / "roll.json")

    with run_everything._interruptible():
        AsksWhenItGoes()
        family.watch(until=run_everything._asked_to_stop)


def test_a_ticker_is_waited_for_as_long_as_a_tick_and_its_letters_may_take():
    longest = ticker_lease.LEASE.total_seconds() + ticker.GRACE

    assert longest < run_everything.PATIENCE_WITH_TICKER


def test_a_signal_raises_at_once_where_it_can():
    with run_everything._interruptible(), pytest.raises(run_everything.StopRequested):
        signal.raise_signal(signal.SIGTERM)


SIGNALS_INSIDE_SIGNALS = """
import signal, sys
from contextlib import suppress
from helpdesk.supervisor import run_everything

seen = set()

def strike(frame, _event, _):
    if (frame.f_code, frame.f_lineno) not in seen:
        seen.add((frame.f_code, frame.f_lineno))
        with suppress(run_everything.StopRequested):
            signal.raise_signal(signal.SIGTERM)
    return strike

with run_everything._interruptible():
    with suppress(run_everything.StopRequested):
        sys.settrace(strike)
        signal.raise_signal(signal.SIGTERM)
    sys.settrace(None)
    assert run_everything._asked_to_stop()
"""


def test_a_second_signal_that_lands_anywhere_inside_the_first_waits_for_nobody():
    # In a process of its own: what would wait for ever is not this one.
    subprocess.run([sys.executable, "-c", SIGNALS_INSIDE_SIGNALS], check=True, timeout=60)
