"""How long the workers of one submission may wait, in all: sleeping is not computing, and others wait for the lane.

A limit of a check is for each check. A submission of 14 files that sleep a little less than it would hold its judge for most
of an hour, and compute nothing.
"""
from dataclasses import dataclass


@dataclass
class Patience:
    """`seconds` for one submission, in all its exercises and tries; None where nobody waits for the lane, at home."""

    seconds: float | None = None
    used: float = 0.0

    def use(self, waited: float, computed: float) -> None:
        """A worker took `waited` seconds to answer, and computed, or was ready to, for `computed` of them."""
        self.used += max(0.0, waited - max(0.0, computed))

    @property
    def is_used_up(self) -> bool:
        return self.seconds is not None and self.used >= self.seconds

    def at_most(self, wall_seconds: float) -> float:
        """How long a check may wait that could wait for `wall_seconds`."""
        return wall_seconds if self.seconds is None else max(0.0, min(wall_seconds, self.seconds - self.used))
