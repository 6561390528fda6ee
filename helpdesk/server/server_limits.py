"""Limits of the server: what one client may take, and when a process is replaced or stopped.

In seconds and bytes.
"""

from typing import Final

# Headers of a browser take one or two kilobytes, cookies and a long address included.
MAX_HEADER_BYTES: Final = 16_384
# As long as the pages take one. A story of 50,000 letters is at most 600 kB on its way (four bytes
# a letter, three signs a byte).
MAX_BODY_BYTES: Final = 2_000_000
# What is longer is read to its end and thrown away, so that the browser shows our answer.
MAX_DISCARDED_BYTES: Final = 16_000_000
# What all unfinished requests and unread answers of one process may hold in memory together.
MAX_BUFFERED_BYTES: Final = 100_000_000

# A connection on which nothing was asked yet, or nothing more.
IDLE_TIMEOUT: Final = 15.0
# From the first byte of a request to the end of its headers.
HEADERS_TIMEOUT: Final = 20.0
# A body, and an answer, may take this long, and a second more for each MIN_BYTES_PER_SECOND bytes:
# a line of 8 kbit/s gets through, one byte a second does not.
TRANSFER_TIMEOUT: Final = 30.0
MIN_BYTES_PER_SECOND: Final = 1_000.0

# After the last answer on a connection, until the client hangs up.
CLOSE_TIMEOUT: Final = 2.0

# Connections that one process holds. For a new one, the one that has kept us waiting longest goes.
MAX_CONNECTIONS: Final = 1_000
SPARE_FILE_HANDLES: Final = 128
BACKLOG: Final = 1_024

# A process ends itself after so many pages: what leaks, leaks for a while only.
MAX_ANSWERS: Final = 5_000
MAX_ANSWERS_JITTER: Final = 500
STATIC_PREFIX: Final = "/static/"
# A process that has given no sign for this long, or whose every thread is stuck, is ended.
STUCK_TIMEOUT: Final = 60.0
# How long a process that stops may finish what it has begun.
SHUTDOWN_TIMEOUT: Final = 8.0
# How long such a process keeps a connection on which nothing is asked.
SHUTDOWN_IDLE_TIMEOUT: Final = 1.0
