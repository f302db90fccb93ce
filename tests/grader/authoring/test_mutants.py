"""Mutants: where they are made, that each is one real change, and how they are counted."""
import ast
import builtins
import random
import threading
from datetime import UTC, datetime

import pytest

from grader.authoring.equivalent_mutants import read_equivalents
from grader.authoring.mutants import SAMPLE, mutants_of, run_mutants, score_lines
from grader.errors import GraderError, UsageError
from grader.judge.reach import STOP
from grader.records.verdict import Status, Verdict
from tests.grader.helpers.small_course import small_course, write

pytest.importorskip("mutmut.mutation.mutators", reason="a maintainer's dependency: pip install -e .[dev]")
NOW = datetime(2025, 1, 1, tzinfo=UTC)
LIST = "tests/p1/digits/equivalent_mutants.yml"


def region(*lines):
    return "\n".join(["def f(a, b, items=()):", "    ### BEGIN SOLUTION", *(f"    {line}" for line in lines),
                      "    ### END SOLUTION", ""])


def changes(*lines):
    return {(m.minus, m.plus) for m in mutants_of(region(*lines))}


# ── which there are ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before, after", [
    ("return a + b", "return a - b"), ("return a * b", "return a / b"), ("return a ** b", "return a * b"),
    ("return a < b", "return a <= b"), ("return a == b", "return a != b"), ("return a and b", "return a or b"),
    ("return a is b", "return a is not b"), ("return a in b", "return a not in b"), ("return not a", "return a"),
    ("return a + 1", "return a + 2"), ("return a(b, 1)", "return a(b, )"), ("a = b", "a = None"),
    ("a += b", "a -= b"), ("return lambda x: x", "return lambda x: None"), ("return True", "return False"),
    ("return 1 if a else b", "return 1 if (a) and False else b"),
])
def test_the_standard_operators_are_there(before, after):
    assert (before, after) in changes(before)


def test_coroutine_functions_have_them_too():
    text = "class C:\n    async def f(self, a):\n" + "        ### BEGIN SOLUTION\n        return await self.g(a + 1)\n        ### END SOLUTION\n"
    assert {(m.function, m.plus) for m in mutants_of(text)} >= {("C.f", "return await self.g(a - 1)"), ("C.f", "return await self.g(a + 2)")}


def test_break_and_continue_too():
    assert ("break", "return") in changes("for a in b:", "    break")


def test_only_code_between_the_marks_is_changed():
    text = '''\
"""Module: 1 + 1."""
LIMIT = 1 + 2


def given(a, b=3):
    return a + b


def f(a: "1 + 2", b: int = 4) -> "3 + 4":
    """Text: 1 + 1.

    >>> f(1, 2)
    5
    """
    c = a + 5
    ### BEGIN SOLUTION
    def inner(x: list[1 + 1]) -> tuple[2 + 2]:
        "One plus one."
        return x

    count: int = inner(a)
    if count == 7:
        raise ValueError("a message " + str(8 + 9))
    assert count, "a message" + str(8 + 9)
    return count * 2
    ### END SOLUTION

### BEGIN HINTS
# 1. 1 + 1
### END HINTS
'''
    found = mutants_of(text)
    assert {m.minus for m in found} == {"count: int = inner(a)", "if count == 7:", "return count * 2"}
    assert {m.function for m in found} == {"f"}


def test_each_mutant_is_one_change_of_the_whole_file():
    text = region("if a < 1:", "    return a + b", "return [a, 2]")
    found = mutants_of(text)
    dumps = {ast.dump(ast.parse(m.text)) for m in found} | {ast.dump(ast.parse(text))}
    assert len(dumps) == len(found) + 1, "all differ from one another and from the reference"
    for m in found:
        before, after = text.splitlines(), m.text.splitlines()
        assert len(before) == len(after) and sum(x != y for x, y in zip(before, after)) == 1
        assert m.minus != m.plus and f"-    {m.minus}" in m.diff.replace("-        ", "-    ")


def test_what_does_not_compile_is_dropped():
    for m in mutants_of(region("for a in b:", "    pass", "return {**a, 'k': 1}", "x: int = 1")):
        compile(m.text, "mutant", "exec")


def test_a_change_over_several_lines_is_one_text():
    found = {(m.minus, m.plus) for m in mutants_of(region("x = [", "    a,", "    1]", "return x"))}
    assert found == {("x = [\na,\n1]", "x = None"), ("1]", "2]")}


def test_methods_are_named_with_their_class():
    text = "class Box:\n    def get(self):\n        ### BEGIN SOLUTION\n        return self.x + 1\n        ### END SOLUTION\n"
    assert {m.function for m in mutants_of(text)} == {"Box.get"}


def test_decorated_functions_are_changed_and_their_decorators_are_not():
    text = ("import contextlib\n\n\n### BEGIN SOLUTION\n@contextlib.contextmanager\ndef f(a):\n    yield a + 1\n"
            "### END SOLUTION\n")
    assert {m.minus for m in mutants_of(text)} == {"yield a + 1"}


def test_no_region_no_mutant():
    assert mutants_of("def f(a):\n    return a + 1\n") == []


def test_without_mutmut_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name.partition(".")[0] == "mutmut":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=r"pip install -e \.\[dev\]"):
        mutants_of(region("return a + b"))


# ── judging them ────────────────────────────────────────────────────────────────────────────────────────────────

THIRD = region("if a < 1:", "    return a + b", "return a * 2").replace("def f", "def third")


class FakeJudge:
    """Kills every mutant but those in which one of `blind` is to be read."""

    def __init__(self, blind=(), seconds=0.1, reference=Status.PASSED, answer=Status.FAILED):
        self.blind, self.seconds, self.reference, self.answer = blind, seconds, reference, answer
        self.texts, self.threads = [], set()

    def __call__(self, workspace, exercise, quick=True, only=None, until_failed=False):
        text = workspace.read(exercise.path)
        if STOP in text:  # asks which checks a function reaches: all
            return self.verdict(exercise, Status.FAILED)
        self.texts.append(text)
        self.threads.add(threading.current_thread().name)
        if not workspace.replaced:
            status = self.reference
        else:
            status = Status.PASSED if any(line in text for line in self.blind) else self.answer
        return self.verdict(exercise, status)

    def verdict(self, exercise, status):
        return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title, file=exercise.path,
                       status=status, earned=0, points=exercise.points, seconds=self.seconds, judged_at=NOW)


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path, third=THIRD)


def scored(course, judge, **options):
    score = run_mutants(course, [course.find_one("third")], judge, **options)
    return score, score.exercises[0]


def test_a_suite_that_notices_everything(course):
    judge = FakeJudge()
    score, each = scored(course, judge)
    made = len(mutants_of(THIRD))
    assert each.made == each.killed == each.counted == made > 4 and not each.survivors
    assert score.complete and not each.sampled
    assert len(judge.texts) == made + 1 and len(set(judge.texts)) == made + 1
    assert sum(name.startswith("ThreadPool") for name in judge.threads) <= 2


@pytest.mark.parametrize("answer", [s for s in Status if s != Status.PASSED])
def test_whatever_is_not_passed_is_killed(course, answer):
    assert scored(course, FakeJudge(answer=answer))[0].complete


def test_survivors_are_counted_and_kept_with_their_diff(course):
    score, each = scored(course, FakeJudge(blind=["a <= 1", "a * 3"]))
    assert [(m.minus, m.plus) for m in each.survivors] == [("if a < 1:", "if a <= 1:"), ("return a * 2", "return a * 3")]
    assert each.killed == each.made - 2 and each.counted == each.made and not score.complete
    text = "\n".join(score_lines(score))
    assert f"1.2.1  The third one: {each.killed} of {each.made} mutants killed" in text
    assert "-    if a < 1:\n    +    if a <= 1:" in text and f"In all: {each.killed} of {each.made} mutants killed" in text


def test_survivors_are_in_the_order_of_the_file_whatever_ends_first(course):
    lines = [m.plus for m in scored(course, FakeJudge(answer=Status.PASSED))[1].survivors]
    assert lines == [m.plus for m in mutants_of(THIRD)]


def entry(**changed):
    return {"function": "third", "minus": "if a < 1:", "plus": "if a <= 1:", "why": "The same comes out.", **changed}


def listing(course, *entries, exercise="third"):
    lines = [f"{exercise}:"]
    for each in entries:
        lines += [f"  {'-' if i == 0 else ' '} {key}: {value!r}" for i, (key, value) in enumerate(each.items())]
    write(course.root, {LIST: "\n".join(lines) + "\n"})


def test_listed_survivors_do_not_count(course):
    listing(course, entry(minus="   if a < 1:"))
    score, each = scored(course, FakeJudge(blind=["a <= 1"]))
    assert score.complete and each.counted == each.made - 1 and [e.why for e in each.equivalent] == ["The same comes out."]
    assert "1 equivalent" in "\n".join(score_lines(score))


def test_a_list_holds_where_lines_move_and_only_in_its_function(course):
    listing(course, entry())
    more = "\n\ndef before():\n    return 1\n\n\n"
    small_course(course.root, third=more + THIRD)
    assert scored(course, FakeJudge(blind=["a <= 1"]))[0].complete
    small_course(course.root, third=THIRD + "\n\n" + THIRD.replace("def third", "def other"))
    _, each = scored(course, FakeJudge(blind=["a <= 1"]))
    assert [m.function for m in each.survivors] == ["other"]


@pytest.mark.parametrize("changed, words", [
    ({"plus": "if a > 1:"}, "is no mutant any more"), ({"function": "fourth"}, "is no mutant any more"),
    ({"minus": "return a * 2", "plus": "return a / 2"}, "is noticed by the suite"),
])
def test_stale_entries_are_reported(course, changed, words):
    listing(course, entry(**changed))
    score, each = scored(course, FakeJudge())
    assert len(each.stale) == 1 and words in each.stale[0] and not score.complete
    assert each.stale[0] in "\n".join(score_lines(score))


@pytest.mark.parametrize("text, words", [
    ("- 1\n", "must map"), ("third: [", "cannot be read"), ("third:\n  - 1\n", "entry 1 of 'third'"),
    ("fourth:\n  - {}\n", "'fourth'"), ("third:\n  - {function: f, minus: a, plus: b}\n", "entry 1 of 'third'"),
    ("third:\n  - {function: f, minus: a, plus: b, why: ''}\n", "entry 1 of 'third'"),
])
def test_a_list_that_is_not_as_it_must_be_is_a_sentence(course, text, words):
    write(course.root, {LIST: text})
    with pytest.raises(UsageError) as caught:
        read_equivalents(course, "p1/digits")
    assert LIST in str(caught.value) and words in str(caught.value) and "\n" not in str(caught.value)


def test_an_empty_list_is_none(course):
    write(course.root, {LIST: "# nothing\n"})
    assert read_equivalents(course, "p1/digits") == [] == read_equivalents(course, "p1/letters")


def test_a_slow_suite_is_judged_by_a_fixed_sample(course):
    long = region(*(f"a = a + {n}" for n in range(50)), "return a").replace("def f", "def third")
    small_course(course.root, third=long)
    random.seed(1)
    runs = []
    for seconds in (2.1, 2.1, 1.9):
        judge = FakeJudge(seconds=seconds)
        score, each = scored(course, judge)
        runs.append(sorted(judge.texts[1:]))
        assert each.sampled == (seconds > 2)
        assert each.killed == (SAMPLE if each.sampled else each.made)
        assert ("a sample of 40 of" in "\n".join(score_lines(score))) == each.sampled
    assert runs[0] == runs[1] and len(runs[2]) > len(runs[0]) == SAMPLE


def test_a_slow_suite_with_few_mutants_is_judged_by_all(course):
    _, each = scored(course, FakeJudge(seconds=9))
    assert not each.sampled and each.killed == each.made


def test_an_entry_that_was_not_drawn_is_not_stale(course):
    long = region(*(f"a = a + {n}" for n in range(50)), "return a").replace("def f", "def third")
    small_course(course.root, third=long)
    listing(course, *(entry(minus=f"a = a + {n}", plus=f"a = a - {n}") for n in range(50)))
    _, each = scored(course, FakeJudge(seconds=9, blind=["a = a - "]))
    assert not each.stale and 0 < len(each.equivalent) < 40


def test_a_reference_that_does_not_pass_proves_nothing(course):
    with pytest.raises(UsageError, match="digits/third"):
        scored(course, FakeJudge(reference=Status.FAILED))


def test_progress_counts_to_the_end(course):
    seen = []
    _, each = scored(course, FakeJudge(), progress=lambda exercise, done, total: seen.append((exercise.name, done, total)))
    assert seen == [("third", n, each.made) for n in range(each.made + 1)]


def test_a_grader_error_stops_the_run_and_its_threads(course):
    class Broken(FakeJudge):
        def __call__(self, workspace, exercise, **options):
            if workspace.replaced:
                raise GraderError("The suite is broken.")
            return super().__call__(workspace, exercise)

    with pytest.raises(GraderError):
        scored(course, Broken())
    assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")]


def test_the_total_is_over_all_exercises(course):
    score = run_mutants(course, [course.find_one("third"), course.find_one("second")], FakeJudge())
    assert score.counted == sum(each.made for each in score.exercises) and len(score.exercises) == 2
    assert list(score_lines(score))[-1] == f"In all: {score.counted} of {score.counted} mutants killed (100.0 %)"
