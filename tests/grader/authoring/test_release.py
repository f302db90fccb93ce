"""Release, reset and the bundle: what is written, and that no edit and no secret is lost."""
import ast
import re
import subprocess
from pathlib import Path

import pytest

from grader.authoring.release import bundle, bundle_files, release, released_texts, reset
from grader.course.hints import hints_for
from grader.course.manifest import load_course
from grader.course.sections import hints_of, solution_regions, stub_of
from grader.files import STRANGERS
from tests.grader.helpers.errors import error_of
from tests.grader.helpers.small_course import FIRST, MANIFEST, SHARED, small_course, write

ROOT = Path(__file__).resolve().parents[3]
STUB = "exercises/p1/letters/first.py"


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


def released(course, **options):
    said = []
    written = release(course, say=said.append, **options)
    return [path.as_posix() for path in written], said


# ── release ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_release_writes_stubs_given_code_and_hints_once(course):
    written, said = released(course)
    assert sorted(written) == [
        "exercises/p1/digits/hints.md", "exercises/p1/digits/third.py", "exercises/p1/letters/first.py",
        "exercises/p1/letters/hints.md", "exercises/p1/letters/second.py", "exercises/p1/letters/shared.py"]
    assert (course.root / STUB).read_text(encoding="utf-8") == stub_of(FIRST)
    assert (course.root / "exercises/p1/letters/shared.py").read_text(encoding="utf-8") == SHARED
    assert said == [] and released(course) == ([], [])


def test_release_of_one_exercise_leaves_the_others(course):
    written, _ = released(course, only=[course.find_one("third")])
    assert sorted(written) == ["exercises/p1/digits/hints.md", "exercises/p1/digits/third.py"]


def test_a_new_solution_renews_an_untouched_stub(course):
    release(course)
    small_course(course.root, first=FIRST.replace('"""The first.', '"""The very first.'))
    assert released(course) == ([STUB], [])
    assert "The very first." in (course.root / STUB).read_text(encoding="utf-8")


def test_the_page_folds_each_hint_under_its_exercises_title(course):
    release(course)
    page = (course.root / "exercises/p1/letters/hints.md").read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", page, re.M) == ["The first one", "The second one"]
    assert page.count("<details>") == page.count("</details>") == 6
    unfolded = re.sub("<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "nudge" in page and "nudge" not in unfolded


@pytest.mark.parametrize("solution_changes", [False, True])
def test_an_edited_stub_is_left_alone_and_named(course, solution_changes):
    release(course)
    (course.root / STUB).write_text("mine\n", encoding="utf-8")
    if solution_changes:
        small_course(course.root, first=FIRST.replace("given_function", "other_function"))
    written, said = released(course)
    assert written == [] and len(said) == 1 and STUB in said[0]
    assert (course.root / STUB).read_text(encoding="utf-8") == "mine\n"
    assert released(course)[1] == said, "a release that left it alone does not make it the release's own"


def test_a_stub_as_git_has_it_is_not_edited(course):
    """In a fresh clone nothing says what a release wrote last, and nobody has touched a stub."""
    released(course)
    for command in (["init", "-q"], ["add", "exercises"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "stubs"]):
        subprocess.run(["git", *command], cwd=course.root, check=True)
    (course.root / ".grader/released.json").unlink()
    solution = course.root / "solutions/p1/letters/first.py"
    solution.write_text(solution.read_text().replace('"""The first.', '"""The first, said otherwise.'))
    assert released(course) == ([STUB], [])
    (course.root / STUB).write_text("somebody's work\n")
    (course.root / ".grader/released.json").unlink()
    assert "was edited and is left alone" in released(course)[1][0]


def test_an_unknown_file_is_somebodys_work(course):
    write(course.root, {STUB: "mine\n"})
    assert STUB not in released(course)[0]
    assert (course.root / STUB).read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("record", ["", "[]", "{", '{"p1/letters/first.py": 5}'])
def test_a_broken_record_costs_no_edit(course, record):
    release(course)
    write(course.root, {".grader/released.json": record, STUB: "mine\n"})
    assert STUB not in released(course)[0]
    assert (course.root / STUB).read_text(encoding="utf-8") == "mine\n"


def test_edited_given_code_and_hints_are_left_alone_too(course):
    release(course)
    paths = ["exercises/p1/letters/shared.py", "exercises/p1/letters/hints.md"]
    write(course.root, dict.fromkeys(paths, "mine\n"))
    written, said = released(course)
    assert written == [] and len(said) == 2
    assert all((course.root / path).read_text(encoding="utf-8") == "mine\n" for path in paths)


def test_line_ends_of_another_system_are_no_edit(course):
    release(course)
    (course.root / STUB).write_bytes(stub_of(FIRST).replace("\n", "\r\n").encode())
    assert released(course) == ([], [])


def test_force_overwrites_and_keeps_every_backup(course):
    for mine in ("one\n", "two\n", "three\n"):  # within one second, too
        write(course.root, {STUB: mine})
        assert STUB in released(course, force=True)[0]
    assert (course.root / STUB).read_text(encoding="utf-8") == stub_of(FIRST)
    kept = (course.root / ".grader/backups/exercises/p1/letters").glob("first.py.*")
    assert sorted(path.read_text(encoding="utf-8") for path in kept) == ["one\n", "three\n", "two\n"]


def test_force_backs_up_nothing_that_a_release_wrote(course):
    release(course)
    small_course(course.root, first=FIRST.replace("given_function", "other_function"))
    assert released(course, force=True)[0] == [STUB]
    assert not (course.root / ".grader/backups").exists()


def test_one_bad_solution_stops_a_release_before_it_writes(course):
    write(course.root, {"solutions/p1/letters/second.py": "### BEGIN SOLUTION\n"})
    assert error_of(release, course).startswith("solutions/p1/letters/second.py, line 1:")
    assert not (course.root / STUB).exists()


def test_an_exercise_without_marks_is_not_handed_out(course):
    write(course.root, {"solutions/p1/letters/first.py": "def first(x):\n    return 2 * x + 1\n"})
    assert "solutions/p1/letters/first.py" in error_of(release, course)


def test_errors_are_sentences(course, tmp_path):
    write(course.root, {"exercises/p1/letters": "a file where a folder must be"})
    assert "cannot be" in error_of(release, course)
    (course.root / "solutions/p1/letters/shared.py").write_bytes(b"\xff\xfe")
    assert "UTF-8" in error_of(release, course)
    write(tmp_path / "empty", {"course.yml": MANIFEST, **{
        f"exercises/p1/{name}.py": "" for name in ("letters/first", "letters/second", "digits/third")}})
    assert "no solutions" in error_of(release, load_course(tmp_path / "empty"))


def test_a_backup_that_cannot_be_kept_saves_the_edit(course):
    release(course)
    write(course.root, {STUB: "mine\n", ".grader/backups": "a file where a folder must be"})
    assert "cannot be written" in error_of(reset, course, course.find_one("first"))
    assert "cannot be written" in error_of(lambda: release(course, force=True))
    assert (course.root / STUB).read_text(encoding="utf-8") == "mine\n"


# ── reset ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reset_puts_the_stub_back_and_keeps_the_edit(course):
    release(course)
    first = course.find_one("first")
    assert reset(course, first) is None, "nothing was edited"
    write(course.root, {STUB: "mine\n"})
    backup = reset(course, first)
    assert (course.root / backup).read_text(encoding="utf-8") == "mine\n"
    assert (course.root / STUB).read_text(encoding="utf-8") == stub_of(FIRST)


def test_reset_keeps_bytes_that_are_no_text(course):
    release(course)
    (course.root / STUB).write_bytes(b"\xff\x00")
    assert (course.root / reset(course, course.find_one("first"))).read_bytes() == b"\xff\x00"


def test_reset_brings_back_a_lost_file(course):
    assert reset(course, course.find_one("first")) is None
    assert (course.root / STUB).read_text(encoding="utf-8") == stub_of(FIRST)


def test_reset_and_hints_work_in_a_bundle(course, tmp_path):
    bundle(course, tmp_path / "class")
    copy = load_course(tmp_path / "class")
    first = copy.find_one("first")
    write(copy.root, {STUB: "mine\n"})
    assert (copy.root / reset(copy, first)).read_text(encoding="utf-8") == "mine\n"
    assert (copy.root / STUB).read_text(encoding="utf-8") == stub_of(FIRST)
    assert hints_for(copy, first) == hints_for(course, course.find_one("first")) == hints_of(FIRST)


def test_reset_without_a_pristine_copy_is_a_sentence(course, tmp_path):
    bundle(course, tmp_path / "class")
    copy = load_course(tmp_path / "class")
    (copy.root / "exercises/.stubs/p1/letters/first.py").unlink()
    write(copy.root, {STUB: "mine\n"})
    error_of(reset, copy, copy.find_one("first"))
    assert (copy.root / STUB).read_text(encoding="utf-8") == "mine\n"


# ── bundle ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bundle_holds_what_a_class_needs_and_nothing_else(course, tmp_path):
    write(course.root, {
        STUB: FIRST, "exercises/p1/letters/scratch.py": "secret", "exercises/p1/letters/notes.txt": "secret",
        "exercises/p1/letters/README.md": "chapter", "exercises/p1/letters/figures/one.svg": "<svg/>",
        "exercises/common/data.py": "x = 1\n", "exercises/common/__pycache__/data.pyc": "", "LICENSE": "MIT",
        "grader/engine.py": "y = 1\n", "grader/report/page.j2": "p", "grader/__pycache__/engine.pyc": "",
        "exercises/p1/letters/.figures/hidden.svg": "secret"})
    folder = tmp_path / "class"
    folder.mkdir()
    bundle(course, folder)
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    stubs = ["p1/digits/third.py", "p1/letters/first.py", "p1/letters/second.py"]
    assert there == sorted([
        "LICENSE", "README.md", "course.yml", "grader/engine.py", "grader/report/page.j2", "exercises/common/data.py",
        "exercises/p1/letters/README.md", "exercises/p1/letters/figures/one.svg", "exercises/p1/letters/hints.md",
        "exercises/p1/digits/hints.md", "exercises/p1/letters/shared.py",
        *(f"exercises/{path}" for path in stubs), *(f"exercises/.stubs/{path}" for path in stubs)])
    assert (folder / STUB).read_text(encoding="utf-8") == stub_of(FIRST), "not what lay in the maintainer's folder"
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# Small\n\nYour instructor gave you")


def test_a_bundle_goes_into_an_empty_folder_only(course, tmp_path):
    write(tmp_path / "full", {"theirs.txt": "x"})
    write(tmp_path, {"file": "x"})
    for name in ("full", "file", "file/below"):
        error_of(bundle, course, tmp_path / name)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["theirs.txt"]


def test_a_bundle_of_half_a_course_is_refused(course, tmp_path):
    write(course.root, {"exercises/p1/digits/third.py": "x"})
    (course.root / "solutions/p1/digits/third.py").unlink()
    assert "third" in error_of(bundle, course, tmp_path / "class")
    assert not (tmp_path / "class").exists()


IDIOMS = (  # lines that say nothing of a solution: what a library's every user writes
    "except ", "with torch.no_grad():", "optimizer.zero_grad()", "for group in optimizer.param_groups:",
    "for module in model.modules():", "modes = {module: module.training", "module.training = training",
    "layer = model.get_submodule(name)", "options = onnxruntime.SessionOptions()", "options.intra_op_num_threads = options.inter",
    "self.registry = CollectorRegistry()", "return generate_latest(self.registry)", "return file.getvalue()",
    "return list(found.values())")


def leaks(course, files: dict[str, str]) -> list[str]:
    """Which files hold a solution's region, a line that only a region has, or a function of a hidden suite."""
    found = []
    solutions = {e.path: (course.root / "solutions" / e.path).read_text(encoding="utf-8")
                 for e in course.exercises.values()}
    for path, text in solutions.items():
        lines = text.split("\n")
        regions = ["\n".join(lines[r.begin:r.end - 1]).strip() for r in solution_regions(text, path)]
        given = stub_of(text, path) + "\n".join(hints_of(text, path))
        translate_errors = [line.strip() for region in regions for line in region.split("\n")
                   if len(line.strip()) > 20 and line.strip() not in given and not line.strip().startswith(IDIOMS)]
        for name, content in files.items():
            if not name.endswith("hints.md"):  # a hint may come near a line
                found += [f"{name}: {line}" for line in translate_errors if line in content]
            found += [f"{name}: a region of {path}" for region in regions if "\n" in region and region in content]
    for suite in (course.root / "tests").rglob("*.py"):
        text = suite.read_text(encoding="utf-8")
        # A stranger's file holds what its exercise gave out, and a probe runs beside a submission: it is no secret.
        if not suite.name.startswith("probes") and "grader" not in suite.relative_to(course.root / "tests").parts[:1] and not STRANGERS & {*suite.parts}:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    source = ast.get_source_segment(text, node)
                    found += [f"{name}: {node.name} of {suite.name}" for name, content in files.items()
                              if source in content]
    return found


def as_text(files: dict[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "replace") for path, content in files.items()}


def test_no_solution_and_no_hidden_test_is_in_a_bundle(course):
    write(course.root, {STUB: FIRST})  # the maintainer's own attempt lies there
    files = as_text(bundle_files(course))
    assert not any(path.startswith(("solutions", "tests")) for path in files)
    assert leaks(course, files) == []


def test_the_search_for_leaks_finds_one(course):
    assert leaks(course, {"grader/x.py": FIRST})
    assert leaks(course, {"grader/x.py": "doubled_for_the_first = twice(x)"})
    assert leaks(course, {"notes.md": (course.root / "tests/p1/letters/test_first.py").read_text(encoding="utf-8")})


def test_no_solution_and_no_hidden_test_is_in_this_courses_bundle():
    course = load_course(ROOT)
    unwritten = [e for e in course.exercises.values()
                 if not solution_regions((ROOT / "solutions" / e.path).read_text(encoding="utf-8"), e.path)]
    if unwritten:  # a course in the making has no bundle, but what is ready can be searched
        files = released_texts(course, [e for e in course.exercises.values() if e not in unwritten])
        files |= {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "grader").rglob("*.py")}
    else:
        files = as_text(bundle_files(course))
        assert {"course.yml", "pyproject.toml", "LICENSE", "grader/cli.py"} <= set(files)
    assert leaks(course, files) == []
