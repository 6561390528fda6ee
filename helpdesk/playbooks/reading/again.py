"""Reading when a step comes back: one length of time, or one for each level."""

from itertools import pairwise

from helpdesk.cases.levels import Level
from helpdesk.playbooks.pages import Again
from helpdesk.playbooks.source import Piece


def read_again(piece: Piece) -> Again:
    """How long a step rests: `2d` for every case, or a length for each of the four levels."""
    if isinstance(piece.value, str):
        rests = piece.duration()
        return Again(rests, rests, rests, rests)
    fields = piece.fields(" ".join(Level))
    again = Again(**{level.value: fields[level].duration() for level in Level})
    for less, more in pairwise(Level):
        if again.after(more) > again.after(less):
            fields[more].refuse(
                f"a case that is {more} may not rest longer than one that is {less}"
            )
    return again
