"""Where in its suite a check ended, for whoever mends the suite: file, line, and what was wrong there."""
import traceback
from pathlib import Path

from grader.judge.expect import MismatchError
from grader.judge.remote import LearnerError

FOLDER = "tests"
ENGINE = Path(__file__).resolve().parents[1]
LONGEST = 300


def suite_line(error: BaseException) -> str:
    """`tests/p1/letters/test_first.py, line 5: NameError: name 'y' is not defined`.

    The line is the innermost of the suite or of its helpers. Without the file and the line if no frame is in a folder of
    that name.
    """
    return f"{place(error)}{what(error)}"[:LONGEST]


def place(error: BaseException) -> str:
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if FOLDER in path.parts and "site-packages" not in path.parts and not path.is_relative_to(ENGINE):
            at = len(path.parts) - 1 - path.parts[::-1].index(FOLDER)
            found = f"{'/'.join(path.parts[at:])}, line {line}: "
    return found


def what(error: BaseException) -> str:
    if isinstance(error, MismatchError):
        return f"got {error.got}, want {error.want}"
    name = error.class_names[0] if isinstance(error, LearnerError) else type(error).__name__
    return f"{name}: {str(error).partition(chr(10))[0]}".removesuffix(": ")
