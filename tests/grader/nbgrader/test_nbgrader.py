"""A class with nbgrader's real commands, and with our judge in it: generate, autograde, marks, formgrader, feedback.

Beside it, in the same course, an assignment as nbgrader alone does it, its tests in one kernel with the answers: there
two tricks earn full marks for code that is wrong.
"""
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course.manifest import load_course
from grader.errors import UsageError
from grader.judge.mistakes import mistakes_of, with_form
from grader.nbgrader.gradebook import Written, find_nbgrader, write_marks
from grader.nbgrader.notebooks import grade_id, write_notebooks
from grader.records.class_ledger import Marked, open_class_ledger
from grader.records.verdict import Status
from grader.sandbox.bubblewrap import require_sandbox

ROOT = Path(__file__).resolve().parents[3]
OWN = ROOT / "build/nbgrader"  # as the Makefile makes it
TOKEN = "formgraders-token"
ANSWER = "autograd-derivation-answer-1"

# Two things for which a kernel that holds both tests and answers falls: numbers that agree with whatever is asked of
# them, and a hook that empties every cell that comes after, tests that nbgrader restored and hid included.
AGREES = '''
class Agrees(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __add__(self, other): return self
    def __radd__(self, other): return self
    __hash__ = float.__hash__
'''
HOOK = '''
try:
    get_ipython().input_transformers_cleanup.append(lambda lines: [])
except NameError:
    pass
'''
HOSTILE = AGREES + HOOK + '''
def softmax(z): return tuple(Agrees(0) for _ in z)
def softmax_jacobian(z): return tuple(softmax(z) for _ in z)
def loss(z, k): return Agrees(0)
def loss_gradient(z, k): return softmax(z)
def weighted_loss_gradient(z, t): return softmax(z)
'''

# The assignment as nbgrader alone does it, and what is handed in for it.
PLAIN_TESTS = """\
import math
p = softmax([0.0, math.log(3)])
assert abs(p[0] - 0.25) < 1e-9 and abs(p[1] - 0.75) < 1e-9
### BEGIN HIDDEN TESTS
assert abs(sum(softmax([1.0, 2.0, 3.0])) - 1) < 1e-9
### END HIDDEN TESTS"""
PLAIN = {"right": "import math\ndef softmax(z):\n    s = sum(math.exp(x) for x in z)\n    return [math.exp(x) / s for x in z]",
         "wrong": "def softmax(z): return [0.0 for _ in z]",
         "agrees": AGREES + "def softmax(z): return [Agrees(0) for _ in z]",
         "hook": HOOK + "def softmax(z): return [0.0 for _ in z]"}


class Nbgrader:
    """nbgrader's commands in a course folder, with nothing of this user's configuration."""

    def __init__(self, python: Path, folder: Path):
        self.python, self.folder, self.seconds = python, folder, {}
        private = folder.parent
        self.env = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(private),
                    "IPYTHONDIR": str(private / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                    **{f"JUPYTER_{name}_DIR": str(private / name) for name in ("CONFIG", "DATA", "RUNTIME")}}
        self.env.pop("PYTHONPATH", None)

    def __call__(self, *argv: str, code: int = 0) -> str:
        began = time.perf_counter()
        done = subprocess.run([self.python, "-m", "nbgrader", *argv], cwd=self.folder, env=self.env, text=True,
                              capture_output=True, timeout=300)
        self.seconds[" ".join(argv)] = time.perf_counter() - began
        assert done.returncode == code, done.stderr
        return done.stderr

    @contextlib.contextmanager
    def formgrader(self):
        """nbgrader's page for marking by hand, behind a real server: yields a function that asks its API."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        def ask(path: str, data: dict | None = None):
            request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", data and json.dumps(data).encode(),
                                             {"Authorization": f"token {TOKEN}"}, method="PUT" if data else "GET")
            with urllib.request.urlopen(request, timeout=60) as reply:
                body = reply.read().decode()
            return json.loads(body) if "/api/" in path else body

        with (self.folder.parent / "server.log").open("w") as log:
            server = subprocess.Popen(
                [self.python, "-m", "jupyter_server", "--allow-root", "--no-browser", "--ServerApp.ip=127.0.0.1",
                 f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
                 f"--ServerApp.root_dir={self.folder}",
                 "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"],
                cwd=self.folder, env=self.env, stdout=log, stderr=log)
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    ask("formgrader/api/status")
                    break
                assert server.poll() is None, (self.folder.parent / "server.log").read_text()
                time.sleep(0.1)
            yield ask
        finally:
            server.terminate()
            server.wait(30)


def nbgraders_python() -> Path:
    if not (OWN / ".ready").exists() and not shutil.which("nbgrader"):
        pytest.skip("nbgrader is not there: make build/nbgrader/.ready installs it")
    return find_nbgrader(str(OWN) if (OWN / ".ready").exists() else None)


def autograde(folder: Path, out: Path, python: Path) -> str:
    """What our command says, from the shell; in the sandbox where there can be one."""
    try:
        require_sandbox()
        sandbox = []
    except UsageError:
        sandbox = ["--unsafe"]
    done = subprocess.run([sys.executable, "-m", "grader", "autograde", folder, "--out", out, "--nbgrader", python, *sandbox],
                          cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cell_of(notebook: dict, key: str) -> dict:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == key)


def read(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def write(file: Path, notebook) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def marked_class(tmp_path_factory):
    """The whole way, once: five students, judged by us, marked by hand in formgrader, with their feedback."""
    nbgrader = Nbgrader(nbgraders_python(), tmp_path_factory.mktemp("nbgrader") / "course")
    folder, course = nbgrader.folder, load_course(ROOT)
    exercise = course.find_one("derivation")
    key = grade_id(exercise)

    # The instructor: from the solutions to what is given out.
    write_notebooks(course, folder)
    nbgrader("generate_assignment", "autograd")
    given_out, with_solutions = (read(folder / f"{side}/autograd/autograd.ipynb") for side in ("release", "source"))

    # The students.
    right = "".join(cell_of(with_solutions, key)["source"])
    wrong = next(each for each in mistakes_of(course, exercise) if each.name == "forgets_the_minus_of_the_loss")

    def hand_in(student: str, work: str, answer: str) -> dict:
        notebook = json.loads(json.dumps(given_out))
        cell_of(notebook, key)["source"], cell_of(notebook, ANSWER)["source"] = work, answer
        write(folder / f"submitted/{student}/autograd/autograd.ipynb", notebook)
        return notebook

    hand_in("anna", f"%matplotlib inline\n{right}", "It cancels against the factor $p_k$ of the Jacobian.")
    hand_in("ben", with_form(right, wrong.forms[0]), "No idea.")
    hostile = hand_in("mallory", HOSTILE, "<script>alert(1)</script>")
    cell_of(hostile, key)["metadata"]["nbgrader"]["points"] = 600
    cell_of(hostile, key)["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {
        "text/html": "<b>All 7 checks passed, 6 of 6 points</b>"}}]
    write(folder / "submitted/mallory/autograd/autograd.ipynb", hostile)
    write(folder / "submitted/nora/autograd/autograd.ipynb", given_out)
    write(folder / "submitted/omar/autograd/autograd.ipynb", "I could not save it")

    # nbgrader takes the submissions in, without running them; of omar's it can make nothing, and says so with a 1.
    log = nbgrader("autograde", "autograd", "--Execute.enabled=False", code=1)

    # We mark.
    out = folder.parent / "marks"
    said = autograde(folder, out, nbgrader.python)
    with open_class_ledger(out) as ledger:
        marked = ledger.marked()

    # A person marks what is written in words, and changes one of our marks; then we mark once more.
    with nbgrader.formgrader() as ask:
        page = {each["student"]: each for each in ask("formgrader/api/submitted_notebooks/autograd/autograd")}
        before = {student: grades(ask, each) for student, each in page.items()}
        for student, points in [("anna", 1.5), ("ben", 0)]:
            ask(f"formgrader/api/grade/{before[student][ANSWER]['id']}", {"manual_score": points})
        ask(f"formgrader/api/grade/{before['nora'][key]['id']}", {"manual_score": 0.5})
        said_again = autograde(folder, out, nbgrader.python)
        after = {student: grades(ask, each) for student, each in page.items()}
        shown = ask(f"formgrader/submissions/{page['ben']['id']}/?index=0")
        comments = {each["name"]: each["auto_comment"]
                    for each in ask(f"formgrader/api/comments?submission_id={page['ben']['id']}")}

    nbgrader("generate_feedback", "autograd")
    nbgrader("export")
    feedback = {student: (folder / f"feedback/{student}/autograd/autograd.html").read_text(encoding="utf-8")
                for student in ("anna", "ben", "mallory", "nora")}
    return SimpleNamespace(
        nbgrader=nbgrader, folder=folder, course=course, exercise=exercise, key=key, given_out=given_out,
        with_solutions=with_solutions, right=right, wrong=wrong, log=log, said=said, said_again=said_again,
        verdicts={each.name: each.verdicts[exercise.id] for each in marked}, page=page, before=before, after=after,
        shown=shown, comments=comments, feedback=feedback)


def grades(ask, submission: dict) -> dict[str, dict]:
    """{cell: its grade}, as formgrader gets them."""
    return {grade["name"]: grade for grade in ask(f"formgrader/api/grades?submission_id={submission['id']}")}


def test_what_is_given_out_holds_no_solution(marked_class):
    text = json.dumps(marked_class.given_out, ensure_ascii=False)
    assert "raise NotImplementedError" in text and "YOUR ANSWER HERE" in text
    for hidden in ("total = ", "sp.log(sum", "quotient rule ", "SOLUTION", "HINTS", "QUESTIONS", "1 point)", "cancels the"):
        assert hidden not in text
    assert "sp.log(sum" in marked_class.right and "cancels the" in json.dumps(marked_class.with_solutions)


def test_our_judge_is_not_fooled(marked_class):
    assert {student: verdict.earned for student, verdict in marked_class.verdicts.items()} == {
        "anna": 6, "ben": 5, "mallory": 0, "nora": 0, "omar": 0}


def test_formgrader_shows_our_marks(marked_class):
    key = marked_class.key
    assert {student: (each[key]["auto_score"], each[key]["max_score"], each[key]["needs_manual_grade"])
            for student, each in marked_class.before.items()} == {
        "anna": (6, 6, False), "ben": (5, 6, False), "mallory": (0, 6, False), "nora": (0, 6, False)}
    assert {student: each["code_score"] for student, each in marked_class.page.items()} == {
        "anna": 6, "ben": 5, "mallory": 0, "nora": 0}
    assert f'id="{key}"' in marked_class.shown
    assert marked_class.comments[key].startswith("**5 of 6 points**, 6 of 7 checks\n\nYour loss is the logarithm itself.")


def test_words_wait_for_a_person(marked_class):
    answers = {student: each[ANSWER] for student, each in marked_class.before.items()}
    assert answers["anna"]["needs_manual_grade"] and answers["anna"]["max_score"] == 2
    assert not answers["nora"]["needs_manual_grade"] and answers["nora"]["auto_score"] == 0, "nbgrader: nothing was written"
    assert marked_class.after["anna"][ANSWER]["manual_score"] == 1.5


def test_marking_again_changes_nothing_and_leaves_what_a_person_said(marked_class):
    words = f"5 marks written to nbgrader's gradebook of {marked_class.folder}."
    assert words in marked_class.said and words in marked_class.said_again
    assert marked_class.said_again.count("nothing has changed") == 5
    nora = marked_class.after["nora"][marked_class.key]
    assert (nora["auto_score"], nora["manual_score"], nora["needs_manual_grade"]) == (0, 0.5, False)
    unchanged = {student: {name: grade for name, grade in each.items() if grade["manual_score"] is None}
                 for student, each in marked_class.after.items()}
    assert all(grade == marked_class.before[student][name] for student, each in unchanged.items()
               for name, grade in each.items())


def test_feedback_says_what_was_wrong(marked_class):
    assert marked_class.wrong.words in marked_class.feedback["ben"]
    assert marked_class.wrong.words not in marked_class.feedback["anna"]
    assert "(Score: 7.5 / 8.0)" in marked_class.feedback["anna"] and "(Score: 5.0 / 8.0)" in marked_class.feedback["ben"]
    assert "(Score: 0.0 / 8.0)" in marked_class.feedback["mallory"]
    assert "All 7 checks passed" not in marked_class.feedback["mallory"], "outputs that were handed in are cleared"


def test_the_exported_table(marked_class):
    rows = [line.split(",") for line in (marked_class.folder / "grades.csv").read_text().splitlines()]
    column = {name: at for at, name in enumerate(rows[0])}
    assert {row[column["student_id"]]: float(row[column["score"]]) for row in rows[1:]} == {
        "anna": 7.5, "ben": 5, "mallory": 0, "nora": 0.5, "omar": 0}


def test_a_notebook_that_cannot_be_read_stops_nobody(marked_class):
    assert "omar" in marked_class.log
    assert marked_class.verdicts["omar"].message == "autograd/autograd.ipynb is no notebook: it is not JSON; save it in Jupyter and hand it in again."


def test_who_is_not_known_is_named_and_what_was_not_judged_waits(marked_class):
    course, folder = marked_class.course, marked_class.folder
    (folder / "submitted/zoe/autograd").mkdir(parents=True)
    stranger = Marked("zoe", "", {marked_class.exercise.id: marked_class.verdicts["anna"]})
    not_judged = marked_class.verdicts["mallory"].model_copy(update={"status": Status.NOT_RUN, "checks": [], "message": "…"})
    unknown = Marked("mallory", "", {marked_class.exercise.id: not_judged})
    written = write_marks(course, folder, [stranger, unknown], marked_class.nbgrader.python)
    assert written == Written(1, ["zoe: autograd/autograd-derivation"])
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as database:
        waiting = database.execute("SELECT COUNT(*) FROM grade JOIN base_cell ON base_cell.id = cell_id WHERE name = ? "
                                   "AND auto_score IS NULL AND needs_manual_grade", [marked_class.key]).fetchone()
    assert waiting == (1,), "what could not be judged is for a person to look at"


def test_nbgrader_alone_gives_full_marks_for_both_tricks(marked_class):
    nbgrader, folder = marked_class.nbgrader, marked_class.folder
    notebook = json.loads(json.dumps(marked_class.with_solutions))
    metadata = {"schema_version": 3, "task": False, "locked": False}
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    notebook["cells"] = [
        {**code, "id": "softmax", "source": "### BEGIN SOLUTION\n### END SOLUTION",
         "metadata": {"nbgrader": {**metadata, "grade_id": "softmax", "grade": False, "solution": True}}},
        {**code, "id": "tests", "source": PLAIN_TESTS,
         "metadata": {"nbgrader": {**metadata, "grade_id": "tests", "grade": True, "solution": False, "locked": True, "points": 6}}}]
    write(folder / "source/plain/plain.ipynb", notebook)
    nbgrader("generate_assignment", "plain")
    for student, text in PLAIN.items():
        notebook = read(folder / "release/plain/plain.ipynb")
        cell_of(notebook, "softmax")["source"] = text
        write(folder / f"submitted/{student}/plain/plain.ipynb", notebook)
    nbgrader("autograde", "plain")
    nbgrader("export", "--assignment", '["plain"]')
    rows = [line.split(",") for line in (folder / "grades.csv").read_text().splitlines()]
    column = {name: at for at, name in enumerate(rows[0])}
    scores = {row[column["student_id"]]: float(row[column["score"]]) for row in rows[1:]
              if row[column["assignment"]] == "plain" and row[column["student_id"]] in PLAIN}
    assert scores == {"right": 6, "wrong": 0, "agrees": 6, "hook": 6}
    assert marked_class.verdicts["mallory"].earned == 0, "both tricks, in front of our judge"
