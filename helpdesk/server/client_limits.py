"""Limits on one client of the server, in seconds and bytes."""

from typing import Final

# Headers of a browser take one or two kilobytes, cookies and a long address included.
LARGEST_HEADERS: Final = 16_384
# As long as the pages take one. A story of 50,000 letters is at most 600 kB on its way (four bytes
# a letter, three signs a byte).
LARGEST_BODY: Final = 2_000_000
# What is longer is read to its end and thrown away, so that the browser shows our answer.
LARGEST_UNREAD: Final = 16_000_000
# What all unfinished requests and unread answers of one process may hold in memory together.
LARGEST_TOGETHER: Final = 100_000_000

# A connection on which nothing was asked yet, or nothing more.
SILENT: Final = 15.0
# From the first byte of a request to the end of its headers.
HEADERS: Final = 20.0
# A body, and an answer, may take this long, and a second more for each SLOWEST bytes: a line of
# 8 kbit/s gets through, one byte a second does not.
FIRST: Final = 30.0
SLOWEST: Final = 1_000.0

# After the last answer on a connection, until the client hangs up.
GOODBYE: Final = 2.0

# Connections that one process holds. For a new one, the one that has kept us waiting longest goes.
CONNECTIONS: Final = 1_000
FILES_BESIDE: Final = 128
BACKLOG: Final = 1_024

# A process ends itself after so many pages: what leaks, leaks for a while only.
ANSWERS: Final = 5_000
ANSWERS_JITTER: Final = 500
FILES: Final = "/static/"
# A process that has given no sign for this long, or whose every thread is stuck, is ended.
STUCK: Final = 60.0
# How long a process that stops may finish what it has begun.
GRACE: Final = 8.0
# How long such a process keeps a connection on which nothing is asked.
LAST_CALL: Final = 1.0
