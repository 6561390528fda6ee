"""Reading when a step comes back: one length of time, or one for each level."""

from itertools import pairwise

from helpdesk.authoring.source import Node
from helpdesk.cases.levels import Level
from helpdesk.playbooks.model import RepeatAfter


def read_repeat_after(node: Node) -> RepeatAfter:
    """Read how long after being done a step is repeated: `2d` for every case, or a length for each
    of the four levels."""
    if isinstance(node.value, str):
        rests = node.duration()
        return RepeatAfter(rests, rests, rests, rests)
    fields = node.fields(" ".join(Level))
    again = RepeatAfter(**{level.value: fields[level].duration() for level in Level})
    for less, more in pairwise(Level):
        if again.after(more) > again.after(less):
            fields[more].refuse(
                f"a case that is {more} may not rest longer than one that is {less}"
            )
    return again
