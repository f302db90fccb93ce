"""The attack corpus, marked as one class, as root and as an ordinary user."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from grader.course.manifest import load_course
from grader.course.sections import solution_regions, stub_of
from grader.records.class_ledger import open_class_ledger
from tests.grader.attacks.corpus import EXERCISE, attacks, make_class
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.users import USERS, as_user, folder_of, give

ROOT = Path(__file__).parents[3]
MARK = "mldd-attack"  # is in the name of whatever an attack tries to leave behind
LIMITS = {"cpu_seconds": 1, "wall_seconds": 4, "memory_mb": 1000, "output_kb": 256}  # so that loops end soon
ATTACKS = attacks()
POINTS = 6
SHORTEST_SECRET = 25  # letters and digits of a line that is distinctive


def copy_of_the_course(root: Path) -> None:
    """The course with nothing but the exercises that are attacked."""
    for name in ("solutions", "exercises/common"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", root / "tests", ignore=shutil.ignore_patterns("__pycache__", "grader"))
    shutil.copy(ROOT / "pyproject.toml", root)
    whole = load_course(ROOT)
    attacked = {needed.name for attack in ATTACKS for needed in [
        *whole.requirements(whole.exercises[attack.exercise]), whole.exercises[attack.exercise]]}
    course = yaml.safe_load((ROOT / "course.yml").read_text())
    project = course["pipelines"][0]["projects"][0]
    project["exercises"] = [e for e in project["exercises"] if e["name"] in attacked]
    course["pipelines"] = [{**course["pipelines"][0], "projects": [project]}]
    (root / "course.yml").write_text(yaml.safe_dump({**course, "limits": LIMITS}))


def host(*folders: Path) -> dict:
    """What attacks could change of this machine."""
    places = [Path("/dev/shm"), Path("/var/tmp"), Path("/run"), Path.home(), *folders]
    left = {path for place in places if place.is_dir() for path in found(place)} | {
        path for path in Path("/tmp").iterdir() if MARK in path.name}
    files = {path: (path.stat().st_size, path.stat().st_mtime_ns) for folder in folders for path in folder.rglob("*")
             if path.is_file() and ".grader" not in path.parts and "__pycache__" not in path.parts}
    ours = {p.pid for p in psutil.process_iter(["cmdline"]) if is_orphan(p)}
    return {"left behind": left, "files": files, "processes": ours, "mounts": Path("/proc/self/mounts").read_text(),
            "shared memory": shutil.disk_usage("/dev/shm").used}


def is_orphan(process: psutil.Process) -> bool:
    """An attack's process, or one of a sandbox, that no command is waiting for. (Others may be marking here, too.)"""
    if not any(each in " ".join(process.info["cmdline"] or []) for each in (MARK, "grader.autograde.class_server", "grader.worker")):
        return False
    try:
        above = [" ".join(parent.cmdline()) for parent in process.parents()]
    except psutil.Error:  # it ends just now
        return False
    return not any("-m grader" in line and "grader.autograde.class_server" not in line and "grader.worker" not in line for line in above)


def found(place: Path) -> set[Path]:
    return {Path(folder) / name for folder, folders, files in os.walk(place) for name in [*folders, *files]
            if MARK in name and "pytest" not in folder}


@pytest.fixture(scope="module", params=USERS)
def marked(request):
    """The class, marked: what the ledger has, everything that was written and printed, and the host before and after."""
    sandbox_or_skip()
    for folder in folder_of(request.param):
        root, handed_in, out = folder / "course", folder / "class", folder / "out"
        copy_of_the_course(root)
        make_class(handed_in, ATTACKS, (ROOT / "solutions" / f"{EXERCISE}.py").read_text())
        give(folder, request.param)
        before, memory = host(root), psutil.virtual_memory().available
        command = as_user(request.param, [sys.executable, "-m", "grader", "autograde", handed_in, "--out", out], [ROOT, folder])
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace", timeout=1500,
                              env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": "", "HOME": str(folder),
                                   "A_SECRET_OF_THE_INSTRUCTOR": "hunter2-is-not-for-submissions"})
        after = host(root)
        assert done.returncode in (0, 1), done.stderr[-3000:]  # 1: some archives cannot be read
        with open_class_ledger(out) as ledger:
            verdicts = {m.name: m for m in ledger.marked()}
        yield load_course(root), verdicts, out, done.stdout + done.stderr, before, after, memory


def test_there_are_enough_and_each_says_what_it_tries():
    assert (len(ATTACKS) >= 40 or "MLDD_ATTACKS" in os.environ) and all(attack.tries.endswith((".", "?", "!")) for attack in ATTACKS)


def test_no_attack_earns_a_mark(marked):
    _, verdicts, *_ = marked
    earned = {name: each.earned for name, each in verdicts.items() if not name.endswith("_then_honest")}
    assert {name for name, marks in earned.items() if marks} == set()
    assert len(earned) == len(ATTACKS)


def test_each_honest_submission_after_one_has_its_full_marks(marked):
    _, verdicts, *_ = marked
    honest = {name: each.verdicts[EXERCISE] for name, each in verdicts.items() if name.endswith("_then_honest")}
    assert len(honest) == len(ATTACKS)
    assert {name: (v.earned, v.message) for name, v in honest.items() if v.earned != POINTS} == {}


@pytest.mark.parametrize("name", ["frames_main_module", "detours_fork_exec", "limits_timers"])
def test_what_it_reached_for_was_out_of_reach(marked, name):
    _, verdicts, *_ = marked
    said = [check.output for each, whole in verdicts.items() if each.endswith(name)
            for verdict in whole.verdicts.values() for check in verdict.checks]
    assert not [words for words in said if "reached" in words]


def test_every_verdict_was_made_in_the_sandbox(marked):
    course, verdicts, *_ = marked
    assert all(set(each.verdicts) == set(course.exercises) for each in verdicts.values())
    assert not [name for name, each in verdicts.items() if any(v.unsafe for v in each.verdicts.values())]


def test_the_host_is_as_before(marked):
    *_, before, after, memory = marked
    assert after["left behind"] - before["left behind"] == set()
    assert after["processes"] - before["processes"] == set()
    assert after["files"] == before["files"] and after["mounts"] == before["mounts"]
    assert after["shared memory"] <= before["shared memory"] + (16 << 20)
    assert psutil.virtual_memory().available > memory - (2 << 30)


def test_nothing_of_suites_solutions_or_the_environment_is_in_what_was_written(marked):
    course, _, out, said, *_ = marked
    hidden = secrets(course.root)
    assert len(hidden) > 100
    leaks = {}
    for name, text in [("stdout", said), *((str(p), p.read_text(errors="replace")) for p in out.rglob("*") if p.is_file())]:
        written = squeezed(text)
        if leaked := [line for line in hidden if line in written]:
            leaks[name] = leaked[:3]
    assert leaks == {}


def secrets(root: Path) -> set[str]:
    """Distinctive lines of solutions and suites that a class is not given, squeezed. (Probes run beside a submission, and
    hold no expected value: they are no secret.)"""
    given = {"hunter2isnotforsubmissions"}
    shown: set[str] = set()
    hidden = {"hunter2isnotforsubmissions"}
    for path in (root / "solutions").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        shown |= {squeezed(line) for line in stub_of(text).splitlines()}
        lines = text.splitlines()
        for block in solution_regions(text):
            hidden |= {squeezed(line) for line in lines[block.begin:block.end - 1]}
    for path in (root / "tests").rglob("test_*.py"):
        text = re.sub(r'""".*?"""|note="[^"]*"', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)  # these are told
        hidden |= {squeezed(line) for line in text.splitlines()}
    return {line for line in hidden - shown if len(line) >= SHORTEST_SECRET} | given


def squeezed(text: str) -> str:
    """Letters and digits: the same in HTML, in JSON, and wrapped."""
    return re.sub(r"[^A-Za-z0-9]+", "", text)
