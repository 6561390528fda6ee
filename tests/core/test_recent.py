"""What happened lately: nothing did that the clock has not reached."""

from datetime import timedelta

import pytest

from helpdesk.core.recent_times import CLOCKS_DIFFER, happened_within

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(0), True),
        (HOUR - timedelta(seconds=1), True),
        (HOUR, False),
        (-CLOCKS_DIFFER, True),
        (-CLOCKS_DIFFER - timedelta(seconds=1), False),
        (-DAY, False),
    ],
)
def test_only_what_the_clock_has_reached_happened_lately(now, ago, counts):
    assert happened_within(now - ago, HOUR, at=now) is counts
