"""How much a bench measures."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    """How many of everything. `posts` and `gets` are for each round, by number of clients."""

    rounds: int
    posts: dict[int, int]
    gets: dict[int, int]
    sizes: tuple[int, ...]
    warm_up: int

    def changed(self, *, rounds: int, sizes: tuple[int, ...]) -> "Plan":
        """The same with what was asked for otherwise."""
        return replace(self, rounds=rounds or self.rounds, sizes=sizes or self.sizes)


WHOLE = Plan(
    rounds=3,
    posts={1: 300, 8: 800, 32: 800},
    gets={1: 400, 8: 600},
    sizes=(1_000, 100_000, 1_000_000),
    warm_up=100,
)
QUICK = Plan(rounds=1, posts={1: 10, 8: 24}, gets={1: 20}, sizes=(1_000,), warm_up=5)
