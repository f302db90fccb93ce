"""What the local server does while no request waits: it prepares exercises that were asked for, then a learner's project.

An exercise is prepared once its suite is collected and the examples are drawn. Its catalogue is built by a process of
its own. The rest of the course is left alone, however large it is.
"""
import os

from grader.course.manifest import Exercise
from grader.judge.diagnose import load_catalogue
from grader.judge.fork_server import JudgeForkServer
from grader.judge.suites import Suite
from grader.local.handlers import known_faults


class IdleWork:
    """The exercises that are still to be prepared and to be catalogued, the next first."""

    def __init__(self, server: JudgeForkServer):
        self.server = server
        self.to_prepare: list[Exercise] = []
        self.to_catalogue: list[Exercise] = []
        self.prepared: set[str] = set()
        self.catalogued: set[str] = set()
        self.builder = 0  # the pid of the process that builds a catalogue

    def asked(self, exercise: Exercise, catalogue: bool) -> None:
        """Put `exercise` first and, with `catalogue`, its project after it, and their catalogues.

        Without it an author waits for more verdicts on this exercise, and nothing slower comes before them.
        """
        project = self.server.course.projects[exercise.project].exercises if catalogue else [exercise]
        first = sorted(project, key=lambda each: each is not exercise)
        self.to_prepare = front(first, self.to_prepare, self.prepared)
        if catalogue:
            self.to_catalogue = front(first, self.to_catalogue, self.catalogued)

    def forget(self) -> None:
        """Begin anew: the suites changed on disk."""
        for known in (self.to_prepare, self.to_catalogue, self.prepared, self.catalogued):
            known.clear()

    def seconds_until_due(self) -> float | None:
        """How long to wait for a request before `step`; None if there is nothing to do."""
        return 0 if self.to_prepare else 0.2 if self.to_catalogue else None

    def step(self, judging: bool) -> None:
        """Prepare one exercise, or start to build one catalogue. While a judge runs, no catalogue is begun."""
        if not self.builder and not judging and self.to_catalogue and self.to_catalogue[0].id in self.prepared:
            self.build(self.to_catalogue.pop(0))
        elif self.to_prepare:
            self.prepare(self.to_prepare.pop(0))
            if not self.to_prepare:
                self.server.freeze()

    def prepare(self, exercise: Exercise) -> None:
        self.prepared.add(exercise.id)
        self.server.collect([exercise])
        if isinstance(suite := self.server.suites.get(exercise.id), Suite):
            suite.draw()

    def build(self, exercise: Exercise) -> None:
        """Fork a process that builds the exercise's catalogue, if it has one and it is not built yet."""
        self.catalogued.add(exercise.id)
        suite = self.server.suites.get(exercise.id)  # none where its libraries are not installed
        if isinstance(suite, Suite) and (self.server.root / exercise.mistakes).exists():
            self.builder = self.server.fork(lambda: self.load(exercise, suite))

    def load(self, exercise: Exercise, suite: Suite) -> None:
        os.nice(10)
        context = self.server.context(None, turn=0)
        load_catalogue(self.server.course, exercise, suite, context)
        known_faults(self.server, exercise, context)


def front(first: list[Exercise], others: list[Exercise], done: set[str]) -> list[Exercise]:
    """`first`, then `others`: each once, without those that are done."""
    return [each for each in {each.id: each for each in [*first, *others]}.values() if each.id not in done]
