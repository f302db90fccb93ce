"""`grader watch`: judge an exercise whenever it is saved, and react to single keys. It never moves on by itself."""
import contextlib
import os
import select
import subprocess
import sys

from grader.course.manifest import Course, Exercise
from grader.errors import PASSED, UsageError
from grader.local.file_events import POLL_SECONDS, Saves, exercises_saved
from grader.local.hints import next_hint
from grader.records.ledger import statuses
from grader.report.learner.course_map import course_map
from grader.report.learner.terminal import list_text

KEYS = "r run again · h hint · n next · p previous · l list · q quit · ? keys"


def watch_course(course: Course, exercise: Exercise | None, color: bool) -> int:
    """Watch `exercise`, or the next one, until q or Ctrl-C. Raises UsageError if there is no exercises/."""
    folder = course.root / "exercises"
    if not folder.is_dir():
        raise UsageError("There is no folder exercises/ to watch; run grader in the course's folder.")
    saves = Saves(folder)
    watching = Watching(course, exercise or next_exercise(course), color)
    try:
        with single_keys() as keys:
            if saves.polling:
                print(f"This file system gives no events: looking every {POLL_SECONDS} seconds.")
            print("Watching exercises/" + (f" · {KEYS}" if keys is not None else " · Ctrl-C ends"), flush=True)
            watching.judge([watching.current])
            while True:
                sources = [saves.fd, *([keys] if keys is not None else []), *watching.output]
                ready = select.select(sources, [], [])[0]
                if saves.fd in ready:
                    watching.saved(exercises_saved(course, folder, saves.take(), watching.current))
                if keys in ready and not watching.key(os.read(keys, 1).decode("utf-8", "replace")):
                    return PASSED
                if watching.output and watching.output[0] in ready:
                    watching.show()
    finally:
        watching.stop()
        saves.close()


def next_exercise(course: Course) -> Exercise:
    """The exercise that `grader list` shows as the next; the last one if all are passed."""
    coming = course_map(course, statuses(course.root))["next"]
    return course.exercises[coming["id"]] if coming else list(course.exercises.values())[-1]


class Watching:
    """The current exercise, and the process of its check while one runs."""

    def __init__(self, course: Course, current: Exercise, color: bool):
        self.course, self.current, self.color = course, current, color
        self.waiting: list[Exercise] = []
        self.process: subprocess.Popen | None = None

    @property
    def output(self) -> list:
        return [self.process.stdout] if self.process else []

    def saved(self, exercises: list[Exercise]) -> None:
        """Judge the exercises that were saved. A check that still runs is ended, because its file is outdated."""
        there = []
        for exercise in exercises:
            if (self.course.root / "exercises" / exercise.path).exists():
                there.append(exercise)
            else:
                print(f"\nexercises/{exercise.path} is gone; `grader reset {exercise.number}` brings the stub back.",
                      flush=True)
        if there:
            self.judge(there)

    def judge(self, exercises: list[Exercise]) -> None:
        """Start to judge the exercises one after another. The last one stays the current exercise."""
        self.stop()
        self.waiting = list(exercises)
        self.start_next()

    def start_next(self) -> None:
        # A separate process, so that the next save can end it together with everything that runs for it.
        self.current = self.waiting.pop(0)
        environment = {**os.environ, **({"FORCE_COLOR": "1"} if self.color else {})}
        self.process = subprocess.Popen([sys.executable, "-m", "grader", "check", self.current.id],
                                        cwd=self.course.root, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                        env=environment)

    def show(self) -> None:
        """Print the verdict when its process has ended, then judge the next waiting exercise."""
        text = self.process.stdout.read().decode("utf-8", "replace")  # the process prints everything at its end
        code = self.process.wait()
        self.process.stdout.close()
        self.process = None
        print("\n" + text.rstrip(), flush=True)
        if self.waiting:
            self.start_next()
        elif code == PASSED:
            after = self.neighbour(1)
            print(f"\n  Passed. n goes on to {after.number}  {after.title}." if after else "\n  Passed, the last one too.",
                  flush=True)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def key(self, key: str) -> bool:
        """Run the command of a key. Returns False if the key means quit."""
        if key in ("q", "\x04", ""):
            return False
        if key in ("r", "\n", "\r"):
            self.judge([self.current])
        elif key == "h":
            try:
                print("\n" + next_hint(self.course, self.current), flush=True)
            except UsageError as error:
                print(f"\n{error}", flush=True)
        elif key in ("n", "p"):
            other = self.neighbour(1 if key == "n" else -1)
            if other:
                self.judge([other])
            else:
                print(f"\n{self.current.number} is the {'last' if key == 'n' else 'first'} exercise.", flush=True)
        elif key == "l":
            print("\n" + list_text(course_map(self.course, statuses(self.course.root)), self.color), flush=True)
        elif key == "?":
            print(f"\n{self.current.number}  {self.current.title} · exercises/{self.current.path}\n{KEYS}", flush=True)
        return True

    def neighbour(self, step: int) -> Exercise | None:
        exercises = list(self.course.exercises.values())
        place = [exercise.id for exercise in exercises].index(self.current.id) + step
        return exercises[place] if 0 <= place < len(exercises) else None


@contextlib.contextmanager
def single_keys():
    """The descriptor from which single keys can be read without Enter and without echo; None without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield None
        return
    import termios
    import tty
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield fd
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
