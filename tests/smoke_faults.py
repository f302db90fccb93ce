"""Planted faults: a right project with one thing wrong must fail the smoke check that is meant for it, by name.

A project's `faults_smoke.py` lists its faults and calls `run_faults`; `make faults` runs them all, one after another.
"""
import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.records.verdict import Status
from grader.smoke.run import smoke_verdict, workers

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Fault:
    check: str     # of smoke.py, without test_
    file: str      # the exercise whose file it is in
    code: str      # at its end; or in place of `instead`
    instead: str = ""

    def plant(self, text: str) -> str:
        """Raises ValueError where the text to replace is not there exactly once."""
        if not self.instead:
            return f"{text}\n{self.code}"
        if text.count(self.instead) != 1:
            raise ValueError(f"{self.file}: {self.instead!r} stands there {text.count(self.instead)} times")
        return text.replace(self.instead, self.code)


def run_faults(project_id: str, faults: dict[str, Fault]) -> int:
    """Judge the reference with each fault, show what was seen, and return the exit code: 0 where all were seen."""
    parser = argparse.ArgumentParser(description="Smoke checks of services with one fault each.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *faults], help="these faults alone")
    parser.add_argument("--sandbox", action="store_true", help="in the sandbox, as a stranger's")
    asked = parser.parse_args()
    chosen = {name: fault for name, fault in faults.items() if name in asked.names or not asked.names}
    course = load_course(ROOT)
    project, reference = course.projects[project_id], local_workspace(course, "solutions")
    paths = {exercise.name: exercise.path for exercise in project.exercises}
    seen = elsewhere = 0
    with workers(course, project, asked.sandbox) as fork_server:
        for name, fault in chosen.items():
            began, path = time.monotonic(), paths[fault.file]
            wrong = reference.with_text(path, fault.plant(reference.read(path)))
            verdict = smoke_verdict(course, project, wrong, only=fault.check, fork_server=fork_server)
            (check,) = verdict.checks or [None]
            status = check.status if check else verdict.status
            seen += check is not None and status == Status.FAILED
            elsewhere += check is not None and status == Status.NOT_RUN and not check.counts
            mark = "✓" if status == Status.FAILED and check else "–" if status == Status.NOT_RUN else "✗"
            words = (check.got or check.note) if check else verdict.message
            print(f"{mark} {name}: {fault.check} ({time.monotonic() - began:.0f} s): {' '.join(words.split())}"[:200], flush=True)
    print(f"{project.name}: {seen} of {len(chosen)} faults fail the check that is meant for them"
          + (f"; {elsewhere} were not run here" if elsewhere else ""))
    return 0 if seen + elsewhere == len(chosen) else 1
