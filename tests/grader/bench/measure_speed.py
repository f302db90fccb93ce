"""What the grader promises of its speed: `make bench`. Each figure stands beside its baseline from the same run.

A learner saves a file and runs `grader check`: that whole process, from the shell, against a whole process of cold
`pytest` on the same suite and a file that passes. Wall time, since a learner waits; medians of interleaved turns.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.authoring.release import stub_text
from grader.course.manifest import Course, Exercise, load_course
from grader.course.workspace import local_workspace
from grader.errors import FAILED, PASSED
from grader.judge.mistakes import mistakes_of, with_mistake

ROOT = Path(__file__).resolve().parents[3]
TURNS = 9
EXERCISES = ("autograd/arithmetic", "autograd/reductions", "autograd/losses")
SLOWEST = "surgery/channel_pruning"  # of all that are no race: `passing` has a bound of its own
AT_MOST = {"passing": 0.08, "failing": 0.15, "untouched": 0.05}
SLOWEST_AT_MOST = {"passing": 0.10}
EXPECTED = {"passing": PASSED, "failing": FAILED, "untouched": FAILED}
CATALOGUE_WITHIN = 600  # seconds: else something is wrong
LIST_AT_MOST = 11   # times `python -c pass`
BIN = Path(sys.executable).parent


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ml-deepdive-") as folder:
        course = copy_of_the_course(Path(folder) / "course")
        kept = [check_against_pytest(course, name, AT_MOST) for name in EXERCISES]
        kept.append(check_against_pytest(course, SLOWEST, SLOWEST_AT_MOST))
        kept.append(list_against_python(course))
        (course.root / "course.yml").unlink()  # the local server of the copy sees it and goes
    return PASSED if all(kept) else FAILED


def copy_of_the_course(root: Path) -> Course:
    """The course in a folder of its own, with the reference as the learner's work: nothing of yours is touched."""
    for name in ("solutions", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "solutions", root / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "exercises/common", root / "exercises/common", ignore=shutil.ignore_patterns("__pycache__"))
    return load_course(root)


def check_against_pytest(course: Course, name: str, at_most: dict[str, float]) -> bool:
    exercise = course.find_one(name)
    file = course.root / "exercises" / exercise.path
    reference = local_workspace(course, "solutions")
    texts = {
        "passing": reference.read(exercise.path),
        "failing": with_mistake(reference, exercise, mistakes_of(course, exercise)[0]).read(exercise.path),
        "untouched": stub_text(course, exercise),
    }
    seconds: dict[str, list[float]] = {"cold": [], **{state: [] for state in texts}}
    grader = [BIN / "grader", "check", exercise.short]
    pytest = [BIN / "pytest", "-q", "-p", "no:cacheprovider", exercise.suite]
    timed(course, grader, EXPECTED["passing"])  # starts the local server, draws the examples
    waited = until_its_catalogue_is_there(course, exercise)
    for _ in range(TURNS):
        file.write_text(texts["passing"])
        seconds["cold"].append(timed(course, pytest, 0))
        for state, text in texts.items():
            file.write_text(text)
            seconds[state].append(timed(course, grader, EXPECTED[state]))
    file.write_text(texts["passing"])
    medians = {state: statistics.median(values) for state, values in seconds.items()}
    print(f"{exercise.short}: grader check, warm, against cold pytest; medians of {TURNS}")
    print(f"    after a change of suite, mistakes or engine its words are there in {waited:.0f} s")
    print(f"    cold pytest {medians['cold'] * 1000:8.0f} ms")
    kept = True
    for state, limit in at_most.items():
        ratio = medians[state] / medians["cold"]
        kept &= ratio <= limit
        print(f"  {'✓' if ratio <= limit else '✗'} {state:<11} {medians[state] * 1000:8.0f} ms   {ratio:.3f}x, "
              f"at most {limit}x", flush=True)
    return kept


def until_its_catalogue_is_there(course: Course, exercise: Exercise) -> float:
    """How long it takes, in seconds; until then a check that fails waits for it, ten seconds at most, and is not warm."""
    began = time.perf_counter()
    while not list((course.root / ".grader/catalogue").glob(f"{exercise.id.replace('/', '.')}-{'?' * 16}.json")):
        if time.perf_counter() - began > CATALOGUE_WITHIN:
            raise SystemExit(f"{exercise.short}: there is no catalogue after {CATALOGUE_WITHIN} s")
        time.sleep(1)
    return time.perf_counter() - began


def list_against_python(course: Course) -> bool:
    commands = {"python -c pass": [sys.executable, "-c", "pass"], "grader list": [BIN / "grader", "list"]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(TURNS):
        for name, command in commands.items():
            seconds[name].append(timed(course, command, 0))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["grader list"] / medians["python -c pass"]
    kept = ratio <= LIST_AT_MOST
    print(f"grader list; medians of {TURNS}\n    python -c pass {medians['python -c pass'] * 1000:5.0f} ms")
    print(f"  {'✓' if kept else '✗'} grader list  {medians['grader list'] * 1000:7.0f} ms   {ratio:.1f}x, "
          f"at most {LIST_AT_MOST}x")
    return kept


def timed(course: Course, command: list, expected: int) -> float:
    """Wall seconds of one process, which must exit as expected: a fast crash is no result."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True,
                          env={**os.environ, "GRADER_WORKSPACE": str(course.root / "exercises")})
    elapsed = time.perf_counter() - started
    if done.returncode != expected:
        raise SystemExit(f"{' '.join(map(str, command))} exited {done.returncode}, expected {expected}:\n"
                         f"{done.stdout}\n{done.stderr}")
    return elapsed


if __name__ == "__main__":
    sys.exit(main())
