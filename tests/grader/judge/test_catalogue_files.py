"""A catalogue is built once, by one process, and anew only when something changed that decides it."""
import os
import subprocess
import sys
import threading
import time

import pytest

from grader.judge import diagnose
from grader.judge.catalogue_files import NotReadyError, one_builder
from grader.judge.suites import Suite, suite_digest
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.shell import wait_until
from tests.grader.helpers.small_course import write
from tests.grader.judge.checks import is_there

BUILT = [{"name": "a", "words": "Words a.", "forms": [{"x": "1"}]}]
HOLDER = """
import sys, time
from pathlib import Path
from grader.course.manifest import load_course
from grader.judge.catalogue_files import one_builder
course = load_course(Path(sys.argv[1]))
with one_builder(course.root / ".grader/catalogue", course.find_one("first")):
    print("held", flush=True)
    time.sleep(600)
"""


def nothing(work):
    """It."""


def paths(course) -> dict:
    return {e.name: diagnose.catalogue_path(course, e, Suite([], suite_digest(course, e))) for e in course.exercises.values()}


def renewed(course, file: str) -> list[str]:
    """The exercises whose catalogues are new once `file` was edited."""
    before = paths(course)
    with open(course.root / file, "a") as changed:
        changed.write("\n# changed\n")
    return [name for name, path in paths(course).items() if path != before[name]]


def test_an_edit_renews_the_catalogues_that_it_decides(judge):
    write(judge.course.root, {each.suite: "" for each in judge.course.exercises.values()})
    assert renewed(judge.course, "tests/p1/letters/test_first.py") == ["first"]
    assert renewed(judge.course, "tests/p1/letters/mistakes_second.py") == ["second"]
    assert renewed(judge.course, "solutions/p1/letters/second.py") == ["second"]
    assert renewed(judge.course, "solutions/p1/letters/first.py") == ["first", "second"], "second needs first"
    assert renewed(judge.course, "solutions/p1/letters/shared.py") == ["first", "second"], "given code"


def test_two_that_need_it_at_once_build_it_once(judge, monkeypatch):
    course, exercise = judge.course, judge.course.find_one("first")
    suite, builds, found = suite_of(nothing), [], []
    return_when = threading.Event()

    def build(*_):
        builds.append(1)
        return_when.wait(20)
        return BUILT

    monkeypatch.setattr(diagnose, "build_catalogue", build)
    both = [threading.Thread(target=lambda: found.append(diagnose.load_catalogue(course, exercise, suite, judge.context)))
            for _ in range(2)]
    for thread in both:
        thread.start()
    assert wait_until(lambda: builds)
    time.sleep(0.05)
    return_when.set()
    for thread in both:
        thread.join()
    assert found == [BUILT, BUILT] and builds == [1]


def test_the_lock_of_a_killed_builder_is_free(judge):
    folder, exercise = judge.course.root / ".grader/catalogue", judge.course.find_one("first")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(judge.course.root)], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    entered = threading.Event()

    def enter():
        with one_builder(folder, exercise):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.1)
    with one_builder(folder, judge.course.find_one("second")):  # another exercise is built meanwhile
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert entered.wait(20)
    thread.join()


def test_where_no_lock_can_be_made_each_builds_for_itself(judge):
    (judge.course.root / "file").touch()
    with one_builder(judge.course.root / "file" / "folder", judge.course.find_one("first")):
        assert os.path.isfile(judge.course.root / "file")


def test_who_does_not_want_to_wait_is_told_and_the_next_one_builds(judge, monkeypatch):
    course, exercise = judge.course, judge.course.find_one("first")
    suite = suite_of(is_there)
    with pytest.raises(NotReadyError):
        diagnose.load_catalogue(course, exercise, suite, judge.context, patience=0)
    with one_builder(course.root / ".grader/catalogue", exercise), pytest.raises(NotReadyError):
        diagnose.load_catalogue(course, exercise, suite, judge.context, patience=0.1)  # another one is building
    assert [entry["name"] for entry in diagnose.load_catalogue(course, exercise, suite, judge.context, patience=600)] == [*"abcg"]


def test_a_new_catalogue_removes_those_of_its_exercise_that_are_older_than_a_day(judge):
    course, first = judge.course, judge.course.find_one("first")
    folder = course.root / ".grader/catalogue"
    now, day = time.time(), 24 * 60 * 60
    ages = {"p1.letters.first-0000000000000001.json": 2 * day, "p1.letters.first-0000000000000002.json": day / 2,
            "p1.letters.second-0000000000000003.json": 2 * day, "p1.letters.first-more-0000000000000004.json": 2 * day,
            "p1.letters.first.lock": 2 * day, "p1.letters.first-0000000000000001.faults.json": 2 * day,
            diagnose._path(course, first, "0" * 16).with_suffix(".faults.json").name: 2 * day}
    for name, age in ages.items():
        write(folder, {name: "[]"})
        os.utime(folder / name, (now - age, now - age))
    diagnose.keep_catalogue(course, first, "0" * 16, [{"name": "a", "words": "Words a.", "forms": [{}]}])
    assert {path.name for path in folder.iterdir()} == set(ages), "nothing was written"
    diagnose.keep_catalogue(course, first, "0" * 16, BUILT)
    removed = set(ages) - {path.name for path in folder.iterdir()}
    assert removed == {"p1.letters.first-0000000000000001.json", "p1.letters.first-0000000000000001.faults.json"}
    assert len(list(folder.iterdir())) == len(ages) - 1, "the new one has come"
