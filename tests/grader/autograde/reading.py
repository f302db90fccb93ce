"""Make submissions and read them, asserting that nothing is written and that time and memory stay within bounds."""
import contextlib
import io
import os
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from grader.autograde.content import UnreadableError
from grader.autograde.hand_in import read_submission
from grader.autograde.submissions import Submission, find_submissions
from grader.course.manifest import Course, load_course
from tests.grader.helpers.small_course import MANIFEST, small_course, write

MINE = "def first(x):\n    return 'mine'\n"
FIRST, SECOND, THIRD = "p1/letters/first.py", "p1/letters/second.py", "p1/digits/third.py"
NAMESAKE = "p1/numbers/first.py"
LONGEST_SECONDS, MOST_MEGABYTES = 20, 200


def course_with_namesakes(root: Path) -> Course:
    """The small course, with a second exercise `first` in another project."""
    small_course(root)
    write(root, {f"solutions/{NAMESAKE}": "pass\n", "course.yml": MANIFEST + (
        "      - name: numbers\n        title: Numbers\n        exercises:\n"
        "          - {name: first, title: Another first one, points: 1, minutes: 5}\n")})
    return load_course(root)


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    """An archive of the kind that the path's ending says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    kind = path.name.lower().partition(".")[2]
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in packed.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, f"w:{kind.partition('.')[2]}") as archive:
            for name, content in packed.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


WATCHED = {"active": False, "written": []}


def watch(event: str, arguments: tuple) -> None:
    if WATCHED["active"] and (event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove", "subprocess.Popen")
                              or event == "open" and isinstance(arguments[2], int)
                              and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        WATCHED["written"].append((event, arguments))


sys.addaudithook(watch)  # once and for ever: there is no way to take one out


def memory(field: str) -> int:
    """Of this process, in megabytes: what it has (VmRSS), the most that it had (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) >> 10


@contextlib.contextmanager
def bounded():
    """In here nothing is written, and neither memory nor time runs away."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the most that it had is what it has now
    except OSError:
        pytest.skip("how much memory is used cannot be measured here")
    before, started = memory("VmRSS"), time.monotonic()
    WATCHED.update(active=True, written=[])
    try:
        yield
    finally:
        WATCHED["active"] = False
    assert WATCHED["written"] == []
    assert time.monotonic() - started < LONGEST_SECONDS
    assert memory("VmHWM") - before < MOST_MEGABYTES


def read(course, path: Path, *names: str):
    """What a submission holds of the exercises, all where none is named."""
    exercises = [course.find_one(name) for name in names] or list(course.exercises.values())
    with bounded():
        return read_submission(course, Submission("alice", path), exercises)


def texts(course, path: Path) -> dict[str, str]:
    hand_in = read(course, path)
    assert hand_in.problems == {}
    return hand_in.texts


def why_unreadable(course, path: Path) -> str:
    """The end of the sentence: one line that can be printed and kept."""
    with pytest.raises(UnreadableError) as raised:
        read(course, path)
    words = str(raised.value)
    assert words.isprintable() and words.encode("utf-8") and len(words) < 200 and not words.endswith(".")
    return words


def problem(course, path: Path, at: str = FIRST) -> str:
    hand_in = read(course, path)
    assert at not in hand_in.texts
    words = hand_in.problems[at].message
    assert words.isprintable() and words.encode("utf-8") and len(words) < 300 and words.endswith(".")
    return words


def names(course, *paths: Path) -> list[str]:
    return [submission.name for submission in find_submissions(course, [*paths])]
