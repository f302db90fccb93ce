"""What can go wrong for a user, each with the exit code that the shell sees."""


class UsageError(Exception):
    """The call, or a file of the user's, is not as it must be. One sentence that says what to do; exit code 2."""


class GraderError(Exception):
    """The grader itself failed. One sentence; exit code 3."""


PASSED, FAILED, USAGE, BROKEN = 0, 1, 2, 3
