"""What a smoke check measures, held against the thresholds of course.yml."""
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.limits import Threshold
from grader.judge.expect import MismatchError


class NotHereError(BaseException):
    """A check needs what this machine has not: it is not run, and costs nothing. One sentence.

    The points of a check that lacks things which judge/requirements.py knows by name are left out of the total.
    No Exception, so that nothing in a suite takes it for a failure of the learner's; neither is the next.
    """

    def __init__(self, words: str, *missing: str):
        super().__init__(words)
        self.missing = list(missing)


class MachineryError(BaseException):
    """What asks the service could not: no verdict can be given. One sentence."""


@dataclass
class Measures:
    """The figures of one check. A suite asks for it by the name `measures`."""

    root: Path                          # of the course
    read: Callable[[str], str] | None = field(default=None, init=False)  # the text of a file of the workspace, by its path
    thresholds: dict[str, Threshold]
    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def say(self, note: str) -> None:
        """Words for the learner, shown also where the check passes."""
        self.notes.append(note)

    def hold(self, name: str, value: float, shown: str, given: dict | None = None, threshold: Threshold | None = None) -> None:
        """Keep a figure; raise MismatchError unless it holds against its threshold: that of course.yml, or `threshold`."""
        self.figures[name] = value
        threshold = threshold or self.thresholds[name]
        if not threshold.holds(value):
            raise MismatchError("value", got=shown, want=str(threshold), given=given, note=" ".join(self.notes), value=name)
        self.say(f"{shown} ({threshold} wanted).")

    def __deepcopy__(self, _) -> "Measures":
        return self
