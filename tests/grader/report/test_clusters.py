"""Clusters: failures of a class that have the same cause are put together."""
import re
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.judge import expect
from grader.judge.diagnose import build_catalogue, diagnosed
from grader.judge.mistakes import mistakes_of, with_mistake
from grader.records.class_ledger import open_class_ledger
from grader.records.outcome import Outcome, outcome
from grader.records.verdict import Kind, Reason, Status
from grader.report.classroom.clusters import clusters
from tests.grader.helpers.classes import autograde, finished, sandbox_or_skip
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.marked_class import PASSES, WORDS, classes, fails, marked, verdict
from tests.grader.helpers.realistic_class import make_class
from tests.grader.helpers.small_course import write

ROOT = Path(__file__).parents[3]
PLANTED = ["student_000", "student_003", "student_005", "student_006", "student_009"]


def told(exercises, of_class):
    """[(number, words or fingerprints' checks, names)] of the clusters."""
    return [(c.exercise.number, c.words or c.titles, c.names) for c in clusters(exercises, of_class)]


def at(exercise, **checks_by_name):
    """{name: checks} as a class."""
    return [marked(name, verdict(exercise, *checks, PASSES, submission=name)) for name, checks in checks_by_name.items()]


def test_a_mistake_is_one_cluster_whatever_else_is_wrong(exercises):
    """Its further failures belong to it; what only one of its submissions fails does not."""
    first = exercises[0]
    mistake = [fails("test_a", "1", diagnosis=WORDS), fails("test_b", "2")]
    of_class = at(first, ada=mistake, ben=mistake, cleo=[*mistake, fails("test_c", "3")], dan=[fails("test_c", "3")])
    assert told(exercises, of_class) == [("1.1.1", WORDS, ["ada", "ben", "cleo"]),
                                         ("1.1.1", ["Title of test_c"], ["cleo", "dan"])]
    largest = clusters(exercises, of_class)[0]
    assert largest.catalogued and largest.titles == ["Title of test_a", "Title of test_b"]
    assert largest.sample.name == "test_a"


def test_two_mistakes_under_one_check_are_two_clusters(exercises):
    both = fails("test_a", "1", diagnosis=f"{WORDS}\nAnd more.")
    assert told(exercises, at(exercises[0], ada=[both], ben=[fails("test_a", "9", diagnosis="And more.")])) == [
        ("1.1.1", "And more.", ["ada", "ben"]), ("1.1.1", WORDS, ["ada"])]


def test_the_same_behaviour_is_a_cluster_without_words(exercises):
    a, b, other = fails("test_a", "1"), fails("test_b", "2"), fails("test_a", "7", got="another")
    of_class = at(exercises[0], ada=[a, b], ben=[a, b], cleo=[other], dan=[a])
    assert told(exercises, of_class) == [("1.1.1", ["Title of test_a", "Title of test_b"], ["ada", "ben"]),
                                         ("1.1.1", ["Title of test_a"], ["cleo"]), ("1.1.1", ["Title of test_a"], ["dan"])]
    assert clusters(exercises, of_class)[1].sample.got == "another"


def test_the_commonest_behaviour_is_recognized_in_those_who_do_more(exercises):
    a, b = fails("test_a", "1"), fails("test_b", "2")
    of_class = at(exercises[0], ada=[a], ben=[a], cleo=[a], dan=[a, b], eve=[a, b], fay=[b])
    assert told(exercises, of_class) == [("1.1.1", ["Title of test_a"], ["ada", "ben", "cleo", "dan", "eve"]),
                                         ("1.1.1", ["Title of test_b"], ["dan", "eve", "fay"])]


def test_ends_are_known_by_their_kind_or_reason_and_its_detail(exercises):
    """Whichever check met a loop, and in whichever line of whosever file the same name is missing; our words decide nothing."""
    first = exercises[0]
    loop = [fails(f"test_{letter}", letter, Kind.TIMEOUT, got="", want="", note=f"it took too long {letter}", detail="cpu")
            for letter in "ab"]
    failed, unreadable = {"reason": Reason.IMPORT_FAILED, "detail": "NameError"}, {"reason": Reason.UNREADABLE_FILE}
    rest = {
        "eve": {**failed, "summary": "NameError: name 'np' is not defined."},
        "fay": {**failed, "summary": "NameError: name 'np' is not defined."},
        "fin": {**failed, "summary": "NameError: name 'torch' is not defined."},
        "gus": {**unreadable, "detail": "missing", "summary": "There is no such file."},
        "hal": {**unreadable, "detail": "not UTF-8", "summary": "The file is not UTF-8 text; save it as UTF-8."},
        "ivy": {**unreadable, "detail": "not UTF-8", "summary": "The file is not UTF-8 text; save it as UTF-8."},
        "jan": {"reason": Reason.FORBIDDEN, "detail": "torch", "summary": "The same words."},
        "kim": {"reason": Reason.FORBIDDEN, "detail": "scipy", "summary": "The same words."},
        "lea": {"message": "A verdict of before there were reasons."}, "mia": {"message": "Another one."}}
    of_class = [*at(first, ada=loop[:1], ben=loop[1:], cleo=loop),
                *(marked(name, verdict(first, submission=name, **said)) for name, said in rest.items())]
    assert told(exercises, of_class) == [
        ("1.1.1", "timeout: it took too long a", ["ada", "ben", "cleo"]),
        ("1.1.1", "NameError: name 'np' is not defined.", ["eve", "fay"]),
        ("1.1.1", "The file is not UTF-8 text; save it as UTF-8.", ["hal", "ivy"]),
        ("1.1.1", "NameError: name 'torch' is not defined.", ["fin"]),
        ("1.1.1", "There is no such file.", ["gus"]), ("1.1.1", "The same words.", ["jan"]),
        ("1.1.1", "The same words.", ["kim"]), ("1.1.1", "A verdict of before there were reasons.", ["lea"]),
        ("1.1.1", "Another one.", ["mia"])]


def test_two_mistakes_never_share_a_comment(exercises):
    """Nor two loops in two functions, nor two exceptions of one class; numbers in a message make no difference."""
    loop = {"kind": Kind.TIMEOUT, "got": "", "want": "", "note": "it took too long", "detail": "cpu"}
    raised = {"kind": Kind.EXCEPTION, "want": "", "detail": "AttributeError"}
    assert told(exercises, at(
        exercises[0], ada=[fails(functions=["first"], **loop)], ben=[fails("test_b", functions=["second"], **loop)],
        cleo=[fails(functions=["first", "second"], **loop), fails("test_b", functions=["second"], **loop)])) == [
        ("1.1.1", "timeout: it took too long", ["ben", "cleo"]), ("1.1.1", "timeout: it took too long", ["ada"])]
    none, text = ("AttributeError: 'NoneType' object has no attribute 'x3'", "AttributeError: 'str' object has no attribute 'x3'")
    found = clusters(exercises, at(exercises[0], ada=[fails(got=none, **raised)], ben=[fails(got=text, **raised)],
                                   cleo=[fails(got=text.replace("3", "7"), **raised)]))
    assert [(c.names, c.sample.got) for c in found] == [(["ben", "cleo"], text), (["ada"], none)]


def test_what_follows_from_a_mistake_is_no_cluster_of_its_own(exercises):
    """Also where an exception names something of the learner's own."""
    raised = {"kind": Kind.EXCEPTION, "want": "", "detail": "NameError", "follows": "test_a"}
    mistake = fails("test_a", diagnosis=WORDS)
    of_class = at(exercises[0], ada=[mistake, fails("test_b", got="NameError: name 'mine' is not defined", **raised)],
                  ben=[mistake, fails("test_b", got="NameError: name 'yours' is not defined", **raised)])
    assert told(exercises, of_class) == [("1.1.1", WORDS, ["ada", "ben"])]


def test_a_cluster_knows_its_functions(exercises):
    """Of a mistake those that it is a change of, not a helper that only the reference has; else what the check asked for."""
    def functions(*checks):
        return [c.functions for c in clusters(exercises, at(exercises[0], ada=checks))]

    mistake = {"diagnosis": WORDS, "functions": ["first", "second"]}
    assert functions(fails(**mistake, mistake_functions=["Tensor.sum"])) == [["Tensor.sum"]]
    assert functions(fails(**mistake, mistake_functions=["_helper"])) == [["first", "second"]]
    assert functions(fails(**mistake, mistake_functions=["Tensor.__add__"])) == [["Tensor.__add__"]]
    assert functions(fails(functions=["first"])) == [["first"]]
    assert functions(fails(functions=["a", "b", "c", "d"])) == [[]], "too many say nothing"


def test_what_is_no_failure_is_in_no_cluster(exercises):
    first = exercises[0]
    assert clusters(exercises, [
        marked("ada", verdict(first, PASSES)), marked("ben"), marked("cleo", problem="It is no archive."),
        marked("dan", verdict(first, status=Status.NOT_STARTED)), marked("eve", verdict(first, status=Status.NOT_RUN)),
        marked("fay", verdict(first, fails(), hidden_checks_run=False))]) == []


def test_the_largest_come_first_over_the_whole_class(exercises):
    first, second, _ = exercises
    of_class = [marked(name, verdict(first, fails(fingerprint="1" if name in "ab" else name)),
                       verdict(second, fails(fingerprint="2"))) for name in "abc"]
    assert [(c.exercise.number, len(c.names)) for c in clusters(exercises, of_class)] == [
        ("1.1.2", 3), ("1.1.1", 2), ("1.1.1", 1)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_failure_is_in_a_cluster_and_nothing_else_is(exercises, data):
    of_class = data.draw(classes(exercises[:2]))
    found = clusters(exercises, of_class)
    assert [len(c.names) for c in found] == sorted((len(c.names) for c in found), reverse=True)
    for exercise in exercises:
        here = [c for c in found if c.exercise is exercise]
        assert all(max(Counter(c.names).values()) == 1 and (c.words or c.sample) for c in here)
        failing = {one.name for one in of_class
                   if outcome(one.verdicts.get(exercise.id)) in (Outcome.PARTLY, Outcome.FAILED)
                   and (not one.verdicts[exercise.id].checks
                        or any(c.status == Status.FAILED for c in one.verdicts[exercise.id].checks))}
        assert {name for c in here for name in c.names} == failing


def doubles(work):
    """Twice the number."""
    expect(work.first(3), equals=6)


def signs(work):
    """The sign stays."""
    expect(work.first(-1), equals=-2)


def test_verdicts_of_the_judge_cluster(judge, exercises):
    """The same mistake in other words, alone or with another in the file, catalogued or not."""
    suite = suite_of(doubles, signs)
    (judge.course.root / "solutions/p1/letters/first.py").write_text("def first(x):\n    return 2 * x\n", encoding="utf-8")
    first = judge.course.find_one("first")
    catalogue = build_catalogue(judge.course, first, suite, judge.context)
    texts = {"ada": "def first(x):\n    return 0\n", "ben": "def first(number):\n    return number - number\n",
             "cleo": "def first(x):\n    return x * x - x\n", "dan": "first = lambda n: n ** 2 - n\n",
             "eve": "def first(x):\n    return undefined\n", "fay": "def first(x):\n    return x + x\n",
             "gus": "def first(x:\n", "hal": "import nothing\n"}
    of_class = [marked(name, diagnosed(judge(text, suite), catalogue)) for name, text in texts.items()]
    shown = {tuple(c.names): c for c in clusters(exercises, of_class)}
    assert shown.keys() == {("ada", "ben"), ("cleo", "dan"), ("eve",), ("gus",), ("hal",)}
    assert shown["ada", "ben"].words == "Words a." and shown["cleo", "dan"].sample.title == "The sign stays"
    assert shown["eve",].words == "" and shown["gus",].words == "'(' was never closed."


def test_a_planted_mistake_stands_first_on_the_page_of_a_realistic_class(tmp_path):
    """Marked for real: of twelve, five take the mean over the copies in unbroadcast."""
    sandbox_or_skip()
    course = load_course(ROOT)
    exercises, planted = course.find("autograd"), course.find_one("unbroadcast")
    mean = next(m for m in mistakes_of(course, planted) if m.name == "takes_the_mean")
    text = with_mistake(local_workspace(course, "solutions"), planted, mean).read(planted.path)
    make_class(course, exercises, tmp_path / "class", 12)
    write(tmp_path / "class", {f"{name}/{planted.path}": text for name in PLANTED})
    code, out, err = finished(autograde(ROOT, tmp_path / "class", "--out", tmp_path / "marks", "--only", "autograd"))
    assert code == 0, out + err
    with open_class_ledger(tmp_path / "marks") as ledger:
        first = clusters(exercises, ledger.marked())[0]
    assert first.exercise.name == "unbroadcast" and first.words.startswith(mean.words[:60])
    assert set(PLANTED) <= set(first.names)
    assert "You take the mean over the copies" in (tmp_path / "marks/report.html").read_text(encoding="utf-8")
    page = (tmp_path / "marks/projects/p1_fundamentals.autograd.html").read_text(encoding="utf-8")
    assert re.search(r'<p class="diagnosis">(.*?)[.:]', page)[1] == "You take the mean over the copies"
