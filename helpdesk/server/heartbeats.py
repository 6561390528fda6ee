"""Heartbeats: each serving process writes into memory that its master reads."""

import mmap
import struct
import time

STAYS, LEAVES = False, True
_SIGN = struct.Struct("d?")


class Heartbeat:
    """The heartbeat of a process: when it was last seen, and whether it is leaving. It outlives a
    fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self.beat()

    def beat(self) -> None:
        _SIGN.pack_into(self._memory, 0, time.monotonic(), STAYS)

    def mark_leaving(self) -> None:
        """Say that another may take this one's place already."""
        _SIGN.pack_into(self._memory, 0, time.monotonic(), LEAVES)

    @property
    def is_leaving(self) -> bool:
        return bool(_SIGN.unpack_from(self._memory)[1])

    @property
    def age(self) -> float:
        """Seconds since the last sign."""
        return time.monotonic() - float(_SIGN.unpack_from(self._memory)[0])

    def close(self) -> None:
        self._memory.close()
