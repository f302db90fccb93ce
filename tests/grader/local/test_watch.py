"""`grader watch` in a real terminal (a pty), and what decides which exercise a save is about."""
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from grader.local import file_events
from grader.local.file_events import Saves, exercises_saved, file_system, gives_events, is_source
from tests.grader.helpers.shell import edit, wait_until
from tests.grader.helpers.small_course import FIRST, small_course

WRONG = FIRST.replace("return doubled_for_the_first + 1", "return doubled_for_the_first")


class Terminal:
    """`grader watch` at work in a terminal of its own."""

    def __init__(self, course, *arguments: str, **environment: str):
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen([sys.executable, "-m", "grader", *arguments], cwd=course.root, stdin=theirs,
                                        stdout=theirs, stderr=theirs, start_new_session=True,
                                        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", **environment})
        os.set_blocking(self.ours, False)
        self.text = ""

    def read(self) -> str:
        try:
            while chunk := os.read(self.ours, 65536):
                self.text += chunk.decode().replace("\r\n", "\n")
        except (BlockingIOError, OSError):
            pass
        return self.text

    def expect(self, words: str) -> str:
        """Wait for `words`; returns what came up to and with them, and forgets it."""
        assert wait_until(lambda: words in self.read()), f"no {words!r} in:\n{self.text}"
        end = self.text.index(words) + len(words)
        came, self.text = self.text[:end], self.text[end:]
        return came

    def press(self, key: str) -> None:
        os.write(self.ours, key.encode())

    def end(self) -> int:
        assert wait_until(lambda: (self.read(), self.process.poll())[1] is not None)
        return self.process.returncode

    def restored(self) -> bool:
        return termios.tcgetattr(self.theirs)[3] == self.before[3]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal(course):
    opened = []

    def start(*arguments, **environment):
        opened.append(Terminal(course, *arguments, **environment))
        return opened[-1]
    yield start
    for each in opened:
        each.close()


def test_a_session(course, terminal):
    """Saves, every key, and never a step on by itself."""
    for name in ("letters/first", "letters/second", "digits/third"):
        assert (course.root / f"exercises/p1/{name}.py").exists()
    first = course.root / "exercises/p1/letters/first.py"
    screen = terminal()  # bare `grader` in a terminal is watch
    assert "r run again" in screen.expect("Watching exercises/") + screen.expect("? keys")
    screen.expect("1 of 1 check · 3 of 3 points")
    screen.expect("Passed. n goes on to 1.1.2  The second one.")
    assert not screen.restored()  # single keys, no echo

    edit(first, WRONG)
    came = screen.expect("0 of 3 points")
    assert "got   14" in came and "want  15" in came
    edit(course.root / "exercises/p1/letters/.first.py.swp", "x")  # an editor's own files are no saves
    edit(course.root / "exercises/p1/letters/first.py~", "x")
    swap = first.with_name("new.tmp")  # and one that writes another file and renames it
    swap.write_text(FIRST)
    swap.rename(first)
    came = screen.expect("Passed.")
    assert came.count("The first one") == 1 and "3 of 3 points" in came

    screen.press("r")
    screen.expect("3 of 3 points")
    screen.press("h")
    screen.expect("hint 1 of 3")
    screen.press("h")
    screen.expect("hint 2 of 3")
    screen.press("p")
    screen.expect("1.1.1 is the first exercise.")
    screen.press("n")
    screen.expect("4 of 4 points")
    screen.press("n")
    screen.expect("5 of 5 points")
    screen.expect("Passed, the last one too.")
    screen.press("n")
    screen.expect("1.2.1 is the last exercise.")
    screen.press("p")
    screen.expect("4 of 4 points")
    screen.press("l")
    screen.expect("12 of 12 points")
    screen.press("?")
    screen.expect("1.1.2  The second one · exercises/p1/letters/second.py")

    edit(course.root / "exercises/p1/letters/shared.py", "broken(")  # given code: the reference's is used
    screen.expect("4 of 4 points")
    first.unlink()
    screen.expect("exercises/p1/letters/first.py is gone; `grader reset 1.1.1` brings the stub back.")
    screen.press("q")
    assert screen.end() == 0 and screen.restored() and "Traceback" not in screen.read()


def test_a_save_gives_up_the_check_of_what_was_there_before(course, terminal):
    first = course.root / "exercises/p1/letters/first.py"
    edit(first, FIRST.replace("return doubled_for_the_first + 1", "while True: pass"))
    screen = terminal("watch", "third")
    screen.expect("5 of 5 points")
    edit(first, FIRST.replace("return doubled_for_the_first + 1", "while True: x += 1"))
    assert wait_until(lambda: any("check" in p.cmdline() for p in children(screen)))
    edit(first, FIRST)
    assert "loop" not in screen.expect("3 of 3 points")
    os.killpg(screen.process.pid, signal.SIGINT)  # Ctrl-C
    assert screen.end() == 130 and screen.restored() and "Traceback" not in screen.read()


def children(screen: Terminal):
    import psutil
    return psutil.Process(screen.process.pid).children()


def test_a_file_system_without_events_is_watched_and_said(course, terminal):
    screen = terminal("watch", "first", WATCHFILES_FORCE_POLLING="1")
    screen.expect("This file system gives no events: looking every 0.3 seconds.")
    screen.expect("3 of 3 points")
    edit(course.root / "exercises/p1/letters/first.py", WRONG)
    screen.expect("0 of 3 points")
    screen.press("q")
    assert screen.end() == 0


def test_without_a_terminal_there_are_no_keys(course):
    process = subprocess.Popen([sys.executable, "-m", "grader", "watch", "first"], cwd=course.root, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = iter(process.stdout.readline, "")
    assert next(lines) == "Watching exercises/ · Ctrl-C ends\n"
    assert any("3 of 3 points" in line for line in lines)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err.strip() == "Stopped."


def test_without_exercises_it_says_so(course):
    shutil.rmtree(course.root / "exercises")
    done = subprocess.run([sys.executable, "-m", "grader", "watch"], cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 2 and "There is no folder exercises/ to watch" in done.stderr


@pytest.mark.parametrize("saved, judged", [
    (["p1/letters/second.py"], ["second"]),
    (["p1/digits/third.py", "p1/letters/first.py"], ["first", "third"]),
    (["p1/letters/shared.py"], ["first"]),
    (["common/plots.py"], ["first"]),
    (["p1/digits/new.py"], []),
    (["../outside.py"], []),
])
def test_which_exercise_a_save_is_about(tmp_path, saved, judged):
    small = small_course(tmp_path)
    folder = tmp_path / "exercises"
    found = exercises_saved(small, folder, {folder / path for path in saved}, small.find_one("first"))
    assert [exercise.name for exercise in found] == judged


@pytest.mark.parametrize("name, counts", [
    ("first.py", True), (".first.py", False), ("#first.py#", False), ("first.py~", False), (".first.py.swp", False),
    ("4913", False), ("first.pyc", False), ("notes.md", False), (".#first.py", False)])
def test_what_is_a_source_file(name, counts):
    assert is_source(None, f"/somewhere/{name}") is counts


def test_the_file_system_decides_whether_there_are_events(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"overlay / overlay rw 0 0\nhost {tmp_path} 9p rw 0 0\nx {tmp_path}/my\\040disk ext4 rw 0 0\n")
    assert file_system(tmp_path / "course", mounts) == "9p"
    assert file_system(tmp_path / "my disk" / "course", mounts) == "ext4"
    assert file_system(Path("/usr"), mounts) == "overlay"
    assert file_system(tmp_path, tmp_path / "none") == ""
    assert gives_events(tmp_path)
    monkeypatch.setattr(file_events, "file_system", lambda folder: "nfs4")
    assert not gives_events(tmp_path)


def test_where_the_systems_watches_are_used_up_it_polls(tmp_path, monkeypatch):
    real = file_events.watchfiles.watch

    def scarce(folder, *args, force_polling=None, **options):
        if not force_polling:
            raise OSError(28, "No space left on device")
        return real(folder, *args, force_polling=force_polling, **options)
    monkeypatch.setattr(file_events.watchfiles, "watch", scarce)
    saves = Saves(tmp_path)
    assert saves.polling
    (tmp_path / "first.py").write_text("x")
    assert saves.take() == {tmp_path / "first.py"}
    saves.close()


def test_the_keys_that_are_shown_are_the_keys_that_work():
    from grader.local.watch import KEYS, Watching
    shown = set(re.findall(r"(?:^|· )(\S) ", KEYS))
    assert shown == set("rhnplq?")
    assert Watching(None, None, False).key("x") is True  # any other does nothing
