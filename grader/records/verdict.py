"""What the judge says of one exercise. A verdict is plain data: it goes to the ledger, and every report is drawn
from it."""
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from grader.course.manifest import Exercise


class Status(StrEnum):
    """Of an exercise, and of one check in it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"  # NotImplementedError is still there
    EXAMPLES_PASSED = "examples passed"  # where there are no hidden checks to run; it earns nothing
    NOT_RUN = "not run"          # the exercise could not be judged to the end; never counted as passed


class Kind(StrEnum):
    """Why a check failed."""

    VALUE = "value"            # it came back, and is wrong
    SHAPE = "shape"
    DTYPE = "dtype"
    TYPE = "type"
    SIGNATURE = "signature"    # what the jaxtyping signature says does not hold
    EXCEPTION = "exception"    # the learner's code raised, or did not raise what it should
    TIMEOUT = "timeout"        # CPU or wall time of one check
    MEMORY = "memory"
    OUTPUT = "output"          # more printed than is kept
    CRASHED = "crashed"        # the worker's process ended
    PROTOCOL = "protocol"      # the worker sent what no worker sends
    FORBIDDEN = "forbidden"    # the exercise is done without that
    UNREADABLE = "unreadable"  # no file, not UTF-8, not Python
    NEEDS = "needs"            # an exercise that this one builds on is not there yet


class Reason(StrEnum):
    """Why a verdict has no checks to show. Whoever decides something asks this; the message is for people."""

    NOT_WRITTEN = "not written"          # NotImplementedError is still there
    NEEDS = "needs"                      # an exercise that this one builds on is not written
    NO_FILE = "no file"                  # it was not handed in, others were
    MISNAMED_FILE = "misnamed file"      # it was not handed in, and a file that may be meant by it was
    NOTHING_HANDED_IN = "nothing handed in"  # no file that the course knows
    UNREADABLE_SUBMISSION = "unreadable submission"
    UNREADABLE_FILE = "unreadable file"  # no file, a link, too large, not UTF-8, not Python
    FORBIDDEN = "forbidden"              # the file uses what the exercise is done without
    IMPORT_FAILED = "import failed"      # the file raised when it was imported
    JUDGE_FAILED = "judge failed"        # it could not be judged, however often it was tried
    EXAMPLES_ONLY = "examples only"      # there are no hidden checks here


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Frozen):
    """One check of a suite. `title` is what the learner reads; `got`, `want` and `given` are shown as they are."""

    name: str                     # the test function, test_sums_over_copies
    title: str
    status: Status
    supporting: bool = False      # it counts only where all that are not passed; see judge/scoring.py
    kind: Kind | None = None
    given: dict[str, str] = {}
    got: str = ""
    want: str = ""
    note: str = ""                # a sentence more, of the check's or the judge's
    traceback: list[str] = []     # the learner's own lines
    output: str = ""              # what the learner printed during this check
    detail: str = ""              # more of the kind, for programs: the forbidden name, the limit, the signal
    fingerprint: str = ""         # of a failure: the same wrong behaviour gives the same one
    mistake_ids: list[str] = []   # the catalogued mistakes that this failure matches
    diagnosis: str = ""           # their words, a line for each


class Verdict(Frozen):
    """`earned` of `points`; `seconds` is how long the run took, for display only."""

    exercise: str                 # its id
    number: str
    title: str
    file: str                     # as shown to the learner
    status: Status
    earned: int
    points: int
    checks: list[Check] = []
    reason: Reason | None = None  # where there are no checks
    detail: str = ""              # more of the reason, for programs: the forbidden name, the class of the error
    message: str = ""             # one sentence where there is more to say than the checks do
    summary: str = ""             # the message without the names of files and the numbers of lines
    excerpt: str = ""             # a source line and a caret, for a syntax error
    files_hash: str = ""          # of the files that were used
    suite_hash: str = ""          # of the suite and the limits
    engine_hash: str = ""         # of the grader and the libraries that judged; empty in verdicts of before there was one
    hidden_checks_run: bool = True
    recorded: bool = True         # whether it went to the ledger
    unsafe: bool = False          # a stranger's file, judged without the sandbox
    seconds: float = 0.0
    judged_at: datetime

    @property
    def passed_checks(self) -> int:
        return sum(check.status == Status.PASSED for check in self.checks)


def verdict_on(exercise: "Exercise", label: str, status: Status, **more) -> Verdict:
    """A verdict of this moment on `exercise` of the workspace that is called `label`; it earns 0 where `more` does not say."""
    return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title, file=f"{label}/{exercise.path}",
                   status=status, points=exercise.points, judged_at=datetime.now(UTC), **{"earned": 0, **more})
