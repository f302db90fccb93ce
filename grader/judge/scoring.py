"""What checks earn. Most checks earn their share of the points by themselves.

A *supporting* check earns its share only if all other checks passed. It tests form, or that something does not happen,
and a trivial solution could pass it.

    @supporting
    def test_leaves_everything_as_it_was(work): ...

`grader verify` proves that no other check can be passed by a trivial solution, such as a constant or a value remembered
from an earlier call.
"""
from collections.abc import Callable, Sequence

from grader.records.verdict import Check, Status

_MARK = "__supporting__"


def supporting(check: Callable) -> Callable:
    """Declare a check of a suite supporting. Write this decorator first, above those of pytest and Hypothesis."""
    setattr(check, _MARK, True)
    return check


def is_supporting(check: Callable) -> bool:
    return getattr(check, _MARK, False)


def points_of(points: int, checks: Sequence[Check]) -> int:
    """Of an exercise's `points`, those that the checks could earn that were run here.

    Each check has an equal share; the shares of checks that need what is not on this machine are left out. Rounded to
    whole points, at least 1 where any check could be run.
    """
    here = sum(not check.missing for check in checks)
    if here == len(checks):
        return points
    return max(1, round(points * here / len(checks))) if here else 0


def earned(points: int, checks: Sequence[Check]) -> int:
    """The share of `points` that the passed checks earn, rounded down.

    Supporting checks count only if all others passed. A check that was not run for a fault that is not the learner's is
    left out, as if the suite had no such check.
    """
    checks = [check for check in checks if check.counts]
    counting = [check for check in checks if not check.supporting]
    if all(check.status == Status.PASSED for check in counting):
        counting = checks
    passed = sum(check.status == Status.PASSED for check in counting)
    return points * passed // len(checks) if counting else 0
