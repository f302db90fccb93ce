"""What an exercise is done without: refused by whatever way, told with its line, and nothing else is refused.

`decimal` stands for a forbidden library that is loaded already, `netrc` for one that is not, `numpy.linalg.inv` for
a forbidden function of an allowed one.
"""
import numpy as np
import pytest

from grader.judge import expect
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import Judge, start_fork_server
from tests.grader.worker import probes_of_policy as probes
from tests.grader.worker.allowed_programs import INNOCENT
from tests.grader.worker.refused_programs import DETOURS, FILE, program

FORBIDS = ["decimal", "netrc", "numpy.linalg.inv", "numpy.kron"]
X = np.array([[2.0, 1.0], [1.0, 3.0]])


@pytest.fixture(scope="module")
def loaded():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "decimal", "sympy")
    yield fork_server
    fork_server.end()


@pytest.fixture
def judge(tmp_path, loaded):
    judge = Judge(tmp_path, loaded)
    judge.course.find_one("first").forbids = FORBIDS
    yield judge
    assert judge.left_running() == []


def uses(work):
    """The function is called."""
    work.run(probes.call, X)


def doubles(work):
    """A matrix is doubled."""
    expect(work.first(X), equals=2 * X)


@pytest.mark.parametrize("check", [uses, doubles], ids=["by a probe", "by the judge"])
@pytest.mark.parametrize("name", DETOURS)
def test_a_detour_is_refused_and_told_with_its_line(judge, name, check):
    text, line = program(DETOURS[name][0])
    if "\nfirst = " in text and check is uses:
        pytest.skip("a probe may call what it likes")
    failed, = judge(text, check).checks
    place = f"{FILE}, line {line}: " if line and name != "a thread" else ""
    told = failed.note.removeprefix(f"{FILE}, line {line}: ") if name == "a thread" else failed.note
    assert failed.kind == Kind.FORBIDDEN, failed
    assert told.startswith(f"{place}this exercise is done without {DETOURS[name][1]}"), told


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_program_passes(judge, name):
    verdict = judge(program(INNOCENT[name])[0], doubles, memory_mb=800)
    assert verdict.status == Status.PASSED, (verdict.message, verdict.checks)


def test_a_refusal_while_the_file_is_loaded_is_told(judge):
    text = "try:\n    __import__('net' + 'rc')\nexcept ImportError:\n    pass\n\n\ndef first(x):\n    return 2 * x\n"
    verdict = judge(text, doubles)
    assert (verdict.status, verdict.earned, verdict.checks) == (Status.FAILED, 0, [])
    assert verdict.message == f"{FILE}, line 2: this exercise is done without netrc; take the import out."


def test_one_function_that_is_refused_does_not_cost_the_others_their_checks(judge):
    text = ("import numpy as np\n\n\ndef first(x):\n    return 2 * x\n\n\n"
            "def other(x):\n    return getattr(np.linalg, 'i' + 'nv')(x)\n")

    def inverts(work):
        """A matrix is inverted."""
        expect(work.other(X), equals=np.linalg.inv(X))

    verdict = judge(text, inverts, doubles)
    assert [c.status for c in verdict.checks] == [Status.FAILED, Status.PASSED]
    assert "line 9" in verdict.checks[0].note


def test_a_probe_may_use_what_the_learner_may_not(judge):

    def uses_them(work):
        """A probe inverts and imports."""
        expect(work.run(probes.inverse_by_all_means, X), equals=np.linalg.inv(X))

    assert judge("def first(x):\n    return 2 * x\n", uses_them).status == Status.PASSED


LOADS_A_LIBRARY = """
    import numpy as np

    def first(x):
        np.ctypeslib.load_library("libm.so.6", "/lib/x86_64-linux-gnu")
        return 2 * x
    """
CTYPES_BESIDE_A_TRUSTED_LIBRARY = {  # name: (the text, what is refused)
    "imported": ("""
        def first(x):
            import ctypes
            ctypes.CDLL(None)  # here
            return 2 * x
        """, "ctypes"),
    "taken out of the trusted library": ("""
        import numpy as np

        def first(x):
            np.ctypeslib._ctypeslib.ctypes.CDLL(None)  # here
            return 2 * x
        """, "ctypes"),
    "by a type that the trusted library gave": ("""
        import numpy as np

        def first(x):
            kind = np.ctypeslib.as_ctypes_type(np.float64)
            kind.from_address(x.ctypes.data)  # here
            return 2 * x
        """, "ctypes"),
    "inside of what the trusted library calls": ("""
        import numpy as np

        class Odd:
            @property
            def __array_interface__(self):
                np.ctypeslib.as_ctypes_type(np.float64).from_address(8)  # here

        def first(x):
            np.ctypeslib.as_ctypes(Odd())
            return 2 * x
        """, "ctypes"),
}


def test_a_library_that_the_course_trusts_uses_ctypes(judge):
    exercise = judge.course.find_one("first")
    for trusts, status in ([], Status.FAILED), (["numpy.fft"], Status.FAILED), (["numpy.ctypeslib"], Status.PASSED):
        exercise.trusts = trusts
        assert judge(program(LOADS_A_LIBRARY)[0], doubles).status == status, trusts


@pytest.mark.parametrize("name", CTYPES_BESIDE_A_TRUSTED_LIBRARY)
def test_ctypes_is_not_the_learners_where_a_library_is_trusted(judge, name):
    judge.course.find_one("first").trusts = ["numpy.ctypeslib"]
    text, what = CTYPES_BESIDE_A_TRUSTED_LIBRARY[name]
    text, line = program(text)
    failed, = judge(text, doubles).checks
    assert failed.kind == Kind.FORBIDDEN, failed
    assert failed.note.startswith(f"{FILE}, line {line}: this exercise is done without {what}"), failed.note
