"""What can go wrong. The two errors at the root reach the user, as one sentence and an exit code; the others are caught
on the way and become a verdict, or one of these two.

    UsageError               the call, or a file of the user's, is not as it must be          exit code 2
      LedgerError            the learner's ledger cannot be written                           records/ledger.py
    GraderError              the grader itself failed                                         exit code 3
      StartError             a process of a marker did not start                              autograde/marker.py

    SourceError              a file cannot be judged: missing, not Python, forbidden          course/workspace.py
    UnreadableError          a submission cannot be read                                      autograde/content.py
    DamagedError, NewerVersionError    a ledger's file                                        records/database.py
    ProofError               a proof of `grader verify` does not hold                         authoring/verify.py

    WireError                what came is no frame; WireClosedError, WireStuckError, TooLargeError    ipc/wire.py
    UnsendableError          a value that cannot cross the wire                               ipc/wire.py
    ForbiddenError           in the worker: the exercise is done without that                 worker/policy/rules.py
    MachineDerivativeError   … a library was to differentiate                                 worker/policy/differentiation.py

    LearnerError             in the judge: the learner's code raised                          judge/remote.py
    NotStartedError          … NotImplementedError                                            judge/remote.py
    WorkerError              the worker was stopped at a limit, or ended                      judge/link.py
    MismatchError            a check found something other than it wanted                     judge/expect.py
    JudgeTimeoutError        the judge itself computed too long                               judge/context.py
    NotReadyError            a catalogue takes longer than somebody waits                     judge/catalogue_files.py
    ForkServerLostError, CancelledError, JudgeLostError    a process is gone: ask again, or nobody waits
"""


class UsageError(Exception):
    """The call, or a file of the user's, is not as it must be. One sentence that says what to do; exit code 2."""


class GraderError(Exception):
    """The grader itself failed. One sentence; exit code 3."""


PASSED, FAILED, USAGE, BROKEN = 0, 1, 2, 3
