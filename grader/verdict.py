"""What the judge says of one exercise. A verdict is plain data: it goes to the ledger, and every report is drawn
from it."""
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Frozen):
    """One check of a suite. `title` is what the learner reads; `got`, `want` and `given` are shown as they are."""

    name: str                     # the test function, test_sums_over_copies
    title: str
    status: Status
    supporting: bool = False      # it counts only where all that are not passed; see judge/marking.py
    kind: Kind | None = None
    given: dict[str, str] = {}
    got: str = ""
    want: str = ""
    note: str = ""                # a sentence more, of the check's or the judge's
    traceback: list[str] = []     # the learner's own lines
    output: str = ""              # what the learner printed during this check
    fingerprint: str = ""         # of a failure: the same wrong behaviour gives the same one
    diagnosis: str = ""           # the words of the catalogued mistake that this failure matches


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
    message: str = ""             # one sentence where there is more to say than the checks do
    excerpt: str = ""             # a source line and a caret, for a syntax error
    files_hash: str = ""          # of the files that were used
    suite_hash: str = ""          # of the suite and the limits
    hidden_checks_run: bool = True
    recorded: bool = True         # whether it went to the ledger
    unsafe: bool = False          # a stranger's file, judged without the sandbox
    seconds: float = 0.0
    judged_at: datetime

    @property
    def passed_checks(self) -> int:
        return sum(check.status == Status.PASSED for check in self.checks)
