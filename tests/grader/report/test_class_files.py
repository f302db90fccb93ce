"""The files of a class's report: which are written, and what happens where they cannot be."""
import json
import os
from pathlib import Path
from urllib.parse import unquote

import pytest

from grader.course.manifest import load_course
from grader.errors import UsageError
from grader.records.class_ledger import Marked
from grader.report.classroom.class_page import class_page, projects_of
from grader.report.classroom.clusters import clusters
from grader.report.classroom.file_names import file_names
from grader.report.classroom.project_page import project_page
from grader.report.classroom.sentences import UNSAFE
from grader.report.classroom.write import write, write_class_report
from tests.grader.helpers.marked_class import NOON, PASSES, WORDS, fails, marked, verdict
from tests.grader.report.pages import Page

ROOT = Path(__file__).parents[3]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def some_class(exercises, **more) -> list[Marked]:
    return [marked(name, *(verdict(e, PASSES, fails(diagnosis=WORDS), **more) for e in exercises))
            for name in ("../../x", "Ada", "ada", "王伟")] + [marked("zoe", problem="It is no archive.")]


def test_what_is_written(small, exercises, tmp_path):
    folder = tmp_path / "out"
    write_class_report(small, exercises, some_class(exercises), folder, NOON)
    written = tree(folder)
    stems = file_names(["../../x", "Ada", "ada", "王伟", "zoe"]).values()
    assert set(written) == {"report.html", "projects/p1.letters.html", "projects/p1.digits.html", "grades.csv", "junit.xml", *(f"students/{s}.html" for s in stems),
                            *(f"gradescope/{s}.json" for s in stems),
                            *(f"exercism/{s}/{e}.json" for s in stems
                              for e in ("p1.letters.first", "p1.letters.second", "p1.digits.third"))}
    assert sorted(tmp_path.iterdir()) == [folder]
    for name in ("report.html", "projects/p1.letters.html", "projects/p1.digits.html"):
        for link in Page(written[name].decode()).links:
            target = (folder / name).parent / unquote(link).partition("#")[0]
            assert link.startswith("#") or target.is_file(), link
            assert "#" not in link or link.partition("#")[2] in Page((target if target.is_file() else folder / name).read_text()).ids
    assert all(json.loads(text) for name, text in written.items() if name.endswith(".json"))
    write_class_report(small, exercises, some_class(exercises), tmp_path / "again", NOON)
    assert tree(tmp_path / "again") == written
    write_class_report(small, exercises, some_class(exercises)[:1], folder)  # now is not then
    assert tree(folder)["report.html"] != written["report.html"]


def test_every_file_says_that_there_was_no_sandbox(small, exercises, tmp_path):
    of_class = some_class(exercises[:2])
    unsafe = marked("eve", verdict(exercises[0], PASSES, unsafe=True))
    write_class_report(small, exercises[:2], [*of_class, unsafe], tmp_path / "out", NOON)
    assert [name for name, text in tree(tmp_path / "out").items() if UNSAFE.encode() not in text] == []


def test_an_unwritable_folder_is_one_sentence(small, exercises, tmp_path):
    (tmp_path / "file").write_text("here already", encoding="utf-8")
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "out"):
        with pytest.raises(UsageError, match=r"^[^\n]* cannot be written: [\w ]+; [^\n]*--out\.$"):
            write_class_report(small, exercises, some_class(exercises), folder, NOON)
    assert tree(tmp_path) == {"file": b"here already"}


def test_a_full_disk_leaves_the_old_file(small, exercises, tmp_path, monkeypatch):
    write_class_report(small, exercises, some_class(exercises), tmp_path, NOON)
    before = tree(tmp_path)

    def full(path, content):
        with open(path, "wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_class_report(small, exercises, [], tmp_path, NOON)
    assert tree(tmp_path) == before


def test_a_class_of_two_hundred(tmp_path):
    """The real course, every exercise, all outputs: as much as is ever asked for, and no page of it too large."""
    course = load_course(ROOT)
    exercises = list(course.exercises.values())
    checks = [[fails(f"test_{c}", f"{n % 7}", diagnosis=WORDS if n % 7 == 0 else "") if (n + c) % 3 == 0 else
               PASSES.model_copy(update={"name": f"test_{c}"}) for c in range(9)] for n in range(200)]
    of_class = [marked(f"student{n:03}", *(verdict(e, *checks[n]) for e in exercises)) for n in range(200)]
    started = os.times()
    write_class_report(course, exercises, of_class, tmp_path, NOON)
    assert os.times().user - started.user < 60  # 2 s where it was written; this is there to catch a square of the class
    projects = {e.project for e in exercises}
    assert len(tree(tmp_path)) == 3 + len(projects) + 200 * (2 + len(exercises))
    no_page_is_too_large(tmp_path, len(projects))


def no_page_is_too_large(folder: Path, projects: int) -> None:
    pages = sorted((folder / "projects").iterdir())
    assert len(pages) == projects and max(page.stat().st_size for page in pages) <= 2_000_000
    assert (folder / "report.html").stat().st_size <= 500_000


def test_the_worst_class_of_two_hundred(tmp_path):
    """Long names in a script of three bytes a letter, nobody's mistake like another's but one for all, long values."""
    course = load_course(ROOT)
    exercises = list(course.exercises.values())
    of_class = []
    for n in range(200):
        own = [fails(f"test_{c}", f"{c} {n if c % 3 == 0 else n // (c % 3 * 2)}", got="x" * 900, want="y" * 900,
                     title="t" * 300) for c in range(9)]
        of_class.append(marked(f"{n:03}_" + "長い名前" * 12, *(
            verdict(e, fails("test_same", diagnosis=WORDS, functions=["a_function_of_it"]), *own) for e in exercises)))
    projects = projects_of(course, exercises)
    names = file_names(one.name for one in of_class)
    found = clusters(exercises, of_class)
    write(tmp_path / "report.html", class_page(course, exercises, of_class, names, NOON, found))
    largest = max(range(len(projects)), key=lambda at: len(projects[at][1]))
    write(tmp_path / "projects/largest.html", project_page(course, projects, largest, of_class, names, NOON, found))
    no_page_is_too_large(tmp_path, 1)
