"""What a hundred exercises cost, beside fourteen: `python -m tests.grader.bench.measure_scale [TREE]`.

The course of a hundred is made of copies of the real exercises, with four mistakes each, in several projects, every second
of which has torch loaded. It is served by this grader; the fourteen are served by the grader of TREE, such as a checkout
of an earlier commit, or by this one. Wall times are medians of interleaved turns. Exits with 1 where a bound is missed.
"""
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

from grader.errors import FAILED, PASSED
from grader.files import socket_path
from grader.local.client import _try
from tests.grader.helpers.classes import below

ROOT = Path(__file__).resolve().parents[3]
ORIGINAL, MISTAKES = "autograd", 4
COLD_TURNS, WARM_TURNS = 3, 9
QUIET_SECONDS, QUIET_AT_MOST = 3, 0.1  # a server rests once its processes used this little CPU time for so long
AT_MOST = {"cold check": 1.6, "warm check": 1.1, "list": 1.1, "memory of the server": 1.5}  # 1.1: no slower, but for noise


@dataclass
class Side:
    """A course and the grader that serves it, with what was measured."""

    root: Path
    tree: Path
    measured: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, value: float) -> None:
        self.measured.setdefault(what, []).append(value)

    def timed(self, *arguments: str) -> float:
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=self.root, capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(self.tree)})
        if done.returncode != PASSED:
            raise SystemExit(f"grader {' '.join(arguments)} exited {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return time.perf_counter() - started

    def server(self) -> psutil.Process | None:
        """The running local server."""
        if connection := _try(socket_path(self.root)):
            with connection, connection.makefile("rw") as stream:
                stream.write('{"command": "ping"}\n')
                stream.flush()
                return psutil.Process(json.loads(stream.readline())["pid"])
        return None

    def fork_servers(self) -> list[psutil.Process]:
        return below(self.server(), "grader.worker.fork_server")

    def cpu_seconds(self) -> float:
        """CPU time of the server, its fork servers, and all that they started and that has ended."""
        server = self.server()
        return sum(sum(process.cpu_times()[:4]) for process in [server, *server.children(recursive=True)])

    def rest(self) -> float:
        """Wait until the server has no work left; return the CPU time that it has used."""
        before = self.cpu_seconds()
        while True:
            time.sleep(QUIET_SECONDS)
            now = self.cpu_seconds()
            if now - before <= QUIET_AT_MOST:
                return now
            before = now

    def stop(self) -> None:
        if server := self.server():
            server.terminate()
            with contextlib.suppress(psutil.TimeoutExpired):
                server.wait(30)

    def catalogues(self) -> list[Path]:
        return list((self.root / ".grader/catalogue").glob("*.json"))


def make_course(root: Path, exercises: int) -> Path:
    """A course of copies: projects autograd0, autograd1, ... of the same pipeline."""
    manifest = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
    pipeline = manifest["pipelines"][0]
    project = next(p for p in pipeline["projects"] if p["name"] == ORIGINAL)
    projects = []
    while exercises:
        name = f"{ORIGINAL}{len(projects)}"
        copied = {**project, "name": name, "exercises": project["exercises"][:exercises]}
        if len(projects) % 2:
            copied |= {"preload": ["torch", "torch._dynamo"], "forbids": []}
        projects.append(copied)
        exercises -= len(copied["exercises"])
        for top, source in (("solutions", "solutions"), ("exercises", "solutions"), ("tests", "tests")):
            copy_project(ROOT / source / pipeline["name"], root / top / pipeline["name"], name)
    pipeline["projects"] = projects
    for file in (ROOT / "tests").glob("*.py"):
        shutil.copy(file, root / "tests" / file.name)
    shutil.copytree(ROOT / "exercises/common", root / "exercises/common", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    (root / "course.yml").write_text(yaml.safe_dump({**manifest, "pipelines": [pipeline]}), encoding="utf-8")
    return root


def copy_project(source: Path, target: Path, name: str) -> None:
    (target / name).mkdir(parents=True)
    for file in (source / ORIGINAL).glob("*.py"):
        text = file.read_text(encoding="utf-8")
        for mark in "./":
            text = text.replace(f"{source.name}{mark}{ORIGINAL}", f"{source.name}{mark}{name}")
        if file.name.startswith("mistakes_"):
            text += f"\n\ndel __mistakes__[{MISTAKES}:]\n"
        (target / name / file.name).write_text(text, encoding="utf-8")


def measure(side: Side, exercise: str) -> None:
    """A cold check with every catalogue built or begun before, the memory afterwards, and what it cost at rest."""
    side.stop()
    side.note("cold check", side.timed("check", exercise))
    side.note("CPU of a start", side.rest())
    side.note("memory of the server", side.server().memory_full_info().pss / 2**20)
    side.note("memory of the fork servers", sum(p.memory_full_info().pss for p in side.fork_servers()) / 2**20)


def main(tree: Path = ROOT) -> int:
    exercise = "p1_fundamentals/autograd0/arithmetic"
    with tempfile.TemporaryDirectory(prefix="ml-deepdive-") as folder:
        few = Side(make_course(Path(folder) / "few", 14), tree)
        many = Side(make_course(Path(folder) / "many", 100), ROOT)
        try:
            for side in (few, many):
                side.note("first start: check", side.timed("check", exercise))
                side.note("first start: CPU", side.rest())
                side.note("first start: catalogues", len(side.catalogues()))
            for _ in range(COLD_TURNS):
                for side in (few, many):
                    measure(side, exercise)
            for side in (few, many):
                side.note("CPU of the catalogues",
                          side.measured["first start: CPU"][0] - statistics.median(side.measured["CPU of a start"]))
            for _ in range(WARM_TURNS):
                for side in (few, many):
                    side.note("warm check", side.timed("check", exercise))
                    side.note("list", side.timed("list"))
        finally:
            for side in (few, many):
                side.stop()
    return table(few, many)


def table(few: Side, many: Side) -> int:
    kept = True
    print(f"{'':<28}{'14':>10}{'100':>10}   ratio   (seconds; memory in MB)")
    for what, values in few.measured.items():
        one, other = statistics.median(values), statistics.median(many.measured[what])
        ratio, limit = other / one if one else 0.0, AT_MOST.get(what)
        kept &= limit is None or ratio <= limit
        mark = " " if limit is None else "✓" if ratio <= limit else "✗"
        print(f"{mark} {what:<26}{one:10.2f}{other:10.2f}   {ratio:.2f}x{f', at most {limit}x' if limit else ''}")
    return PASSED if kept else FAILED


if __name__ == "__main__":
    sys.exit(main(*(Path(each).resolve() for each in sys.argv[1:])))
