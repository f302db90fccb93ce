"""What the judge says about one exercise. A verdict is plain data: it goes into the ledger, and every report is made
from it.
"""
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from grader.course.manifest import Exercise


class Status(StrEnum):
    """The status of an exercise, or of one check in it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"  # NotImplementedError is still there
    EXAMPLES_PASSED = "examples passed"  # there are no hidden checks to run; this earns nothing
    NOT_RUN = "not run"          # the exercise could not be judged to the end; never counted as passed


class Kind(StrEnum):
    """Why a check failed."""

    VALUE = "value"            # the value that came back is wrong
    SHAPE = "shape"
    DTYPE = "dtype"
    TYPE = "type"
    SIGNATURE = "signature"    # a call broke a jaxtyping signature
    EXCEPTION = "exception"    # the learner's code raised, or did not raise what it should
    TIMEOUT = "timeout"        # CPU or wall time of one check
    MEMORY = "memory"
    OUTPUT = "output"          # more output than the limit
    CRASHED = "crashed"        # the worker's process ended
    PROTOCOL = "protocol"      # the worker sent something that is no valid reply
    FORBIDDEN = "forbidden"    # the code used what the exercise forbids


class Reason(StrEnum):
    """Why a verdict has no results of hidden checks, or not those of the files alone. Code that decides reads this; the message is for people."""

    NOT_WRITTEN = "not written"          # NotImplementedError is still there
    NEEDS = "needs"                      # an exercise that this one builds on is not written
    NO_FILE = "no file"                  # the file was not handed in; others were
    MISNAMED_FILE = "misnamed file"      # the file was not handed in; one that may be meant by it was
    NOTHING_HANDED_IN = "nothing handed in"  # there is no file that the course knows
    UNREADABLE_SUBMISSION = "unreadable submission"
    UNREADABLE_FILE = "unreadable file"  # no file, a link, too large, not UTF-8, not Python
    FORBIDDEN = "forbidden"              # the file uses what the exercise forbids
    IMPORT_FAILED = "import failed"      # the file raised when it was imported
    JUDGE_FAILED = "judge failed"        # the exercise could not be judged, after several tries
    WAITED = "waited"                    # the submission waited too long, in all, before this exercise
    EXAMPLES_ONLY = "examples only"      # there are no hidden checks here
    PREREQUISITE = "prerequisite"        # the checks pass, with the reference's file of an exercise that it builds on
    MISSING = "missing"                  # some checks need what is not on this machine; the others were run
    SUITE_FAILED = "suite failed"        # checks fail for the reference too: the suite is at fault, no learner


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Frozen):
    """The result of one check. `title` is what the learner reads; `got`, `want` and `given` are shown as they are."""

    name: str                     # the test function, such as test_sums_over_copies
    title: str
    status: Status
    supporting: bool = False      # counts only if all that are not supporting passed; see judge/scoring.py
    counts: bool = True           # false if it was not run for a reason that is not the learner's: it costs no points
    missing: list[str] = []       # what it needs and is not on this machine, by the names of judge/requirements.py
    kind: Kind | None = None
    given: dict[str, str] = {}
    got: str = ""
    want: str = ""
    note: str = ""                # one more sentence, from the check or the judge
    traceback: list[str] = []     # the learner's own lines
    output: str = ""              # what the learner printed during this check
    detail: str = ""              # more about `kind`, for programs: the forbidden name, the limit, the signal
    fingerprint: str = ""         # of the first failure: the same wrong behaviour gives the same one
    fingerprints: dict[str, str] = {}  # of the first failure of each function: {test_sum: ..., test_dtype[mean]: ...}
    functions: list[str] = []     # of the exercise: those that the check had asked for when it failed, where that is known
    also_failing: list[str] = []  # functions that this check fails for, beyond the one that is shown
    follows: str = ""             # the name of the check under which the mistake that explains this failure is told
    below: list[str] = []         # ids of exercises: the check passes with the reference's files of these, which it builds on
    mistake_ids: list[str] = []   # the catalogued mistakes that this failure matches
    mistake_functions: list[str] = []  # the function, or the region of data, that each of them is a change of
    diagnosis: str = ""           # the words of these mistakes, a line for each
    observation: str = ""         # what the judge sees in the result, if no mistake explains the failure
    observation_fault: str = ""   # the line of the project's observations at which one raised, and what
    in_suite: str = ""            # of a failure: the line of the suite at which it ended, and by what


class Verdict(Frozen):
    """The result of one exercise: `earned` of `points`, without the points of checks that could not be run on this machine
    (`left_out`). `seconds` is how long the run took, for display only."""

    exercise: str                 # the id of the exercise
    number: str
    title: str
    file: str                     # as shown to the learner
    status: Status
    earned: int
    points: int
    left_out: int = 0             # points of the exercise that no check here could earn
    checks: list[Check] = []
    reason: Reason | None = None  # if hidden checks were not run, or not on the files as they are
    detail: str = ""              # more about `reason`, for programs: the forbidden name, the class of the error
    message: str = ""             # one sentence, if the checks do not say everything
    summary: str = ""             # the message without file names and line numbers
    excerpt: str = ""             # a source line and a caret, for a syntax error
    files_hash: str = ""          # digest of the files that were used
    suite_hash: str = ""          # digest of the suite and the limits
    engine_hash: str = ""         # digest of the grader and the libraries that judged; older verdicts have none
    hidden_checks_run: bool = True
    hints: bool = True            # whether `grader hint` knows this exercise
    recorded: bool = True         # whether the verdict is in the ledger
    unsafe: bool = False          # a stranger's file, judged without the sandbox
    seconds: float = 0.0
    judged_at: datetime

    @property
    def passed_checks(self) -> int:
        return sum(check.status == Status.PASSED for check in self.checks)

    @property
    def runnable_checks(self) -> int:
        """The number of its checks, without those that need what is not on this machine."""
        return sum(not check.missing for check in self.checks)


def verdict_on(exercise: "Exercise", label: str, status: Status, **more) -> Verdict:
    """A verdict, made at this moment, on `exercise` in the workspace `label`. It earns 0 unless `more` has `earned`."""
    return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title, file=f"{label}/{exercise.path}",
                   status=status, judged_at=datetime.now(UTC), **{"points": exercise.points, "earned": 0, **more})
