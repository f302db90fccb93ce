"""From what a learner's code can reach, no attribute leads to the grader's policy."""
import textwrap

import numpy as np
import pytest

from grader.judge import expect
from grader.records.verdict import Status
from tests.grader.helpers.judging import Judge, start_fork_server

X = np.array([[2.0, 1.0], [1.0, 3.0]])
# Follows all that Python follows without a word to the audit hooks, from all that is at hand.
CRAWL = """
    import sys
    import types

    def classes():
        found, waiting = {}, [object]
        while waiting:
            cls = waiting.pop()
            if id(cls) not in found:
                found[id(cls)] = cls
                waiting += type.__subclasses__(cls)
        return list(found.values())

    def next_ones(thing):
        if isinstance(thing, types.FunctionType):
            space = thing.__globals__
            cells = thing.__closure__ or ()
            yield "globals", space
            for cell in cells:
                try:
                    yield "closure", cell.cell_contents
                except ValueError:
                    continue
        elif type(thing).__name__ == "Policy" or callable(vars(type(thing)).get("trust")):
            raise LookupError
        if isinstance(thing, (types.MethodType, staticmethod, classmethod)):
            yield "function", thing.__func__
        if isinstance(thing, (types.MethodType, types.BuiltinMethodType)):
            yield "self", thing.__self__
        if type(thing) is property:
            yield from (("property", f) for f in (thing.fget, thing.fset, thing.fdel))
        if type(thing) is dict:
            yield from ((repr(key)[:40], value) for key, value in list(thing.items()))
        elif type(thing) in (list, tuple, set, frozenset):
            yield from (("item", value) for value in list(thing))
        elif isinstance(thing, type):
            yield from vars(thing).items()
        else:
            try:
                yield from list(object.__getattribute__(thing, "__dict__").items())
            except (AttributeError, TypeError):
                pass
            for cls in type(thing).__mro__:
                slots = vars(cls).get("__slots__", ())
                for name in (slots,) if isinstance(slots, str) else slots:
                    try:
                        yield name, object.__getattribute__(thing, name)
                    except (AttributeError, TypeError):
                        continue
        yield "type", type(thing)

    def routes():
        first = [("sys.modules", dict(sys.modules)), ("a class", classes()), ("sys", vars(sys))]
        seen, kept, found = set(), [], []
        waiting = [((name,), thing) for name, thing in first]
        while waiting:
            way, thing = waiting.pop()
            if id(thing) in seen or isinstance(thing, (str, int, float, bytes, type(None))):
                continue
            seen.add(id(thing))
            kept.append(thing)
            try:
                waiting += [((*way, name), each) for name, each in next_ones(thing)]
            except LookupError:
                found.append(" > ".join(map(str, way[-6:])))
        return found

    def first(x):
        return str(sorted(routes())[:20])
"""


@pytest.fixture(scope="module")
def loaded():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "sympy", "grader.worker.examples")
    yield fork_server
    fork_server.end()


@pytest.fixture
def judge(tmp_path, loaded):
    return Judge(tmp_path, loaded)


def finds_nothing(work):
    """The routes to the policy."""
    expect(work.first(X), equals="[]")


@pytest.mark.parametrize("forbids", [[], ["numpy.linalg.inv"], ["differentiation"]], ids=str)
def test_no_attribute_leads_to_the_policy(judge, forbids):
    judge.course.find_one("first").forbids = forbids
    verdict = judge(textwrap.dedent(CRAWL), finds_nothing, memory_mb=1500)
    assert verdict.status == Status.PASSED, (verdict.message, verdict.checks)


def test_it_is_said_of_an_error_that_it_only_has_a_builtin_name(judge):
    def raises(work):
        """It raises a ValueError."""
        from grader.judge import expect_raises
        with expect_raises(ValueError):
            work.first(X)

    text = "class ValueError(Exception):\n    pass\n\n\ndef first(x):\n    raise ValueError\n"
    verdict = judge(text, raises)
    assert verdict.status == Status.FAILED
    verdict = judge(text.replace("class ValueError(Exception):\n    pass\n", ""), raises)
    assert verdict.status == Status.PASSED


class TestProbes:
    """A probe works with libraries and builtins as they were before the learner's code."""

    PATCHES = {
        "numpy.shares_memory": "np.shares_memory = lambda *_: False",
        "builtins.all": "import builtins\n    builtins.all = lambda _: True",
        "the module": "import sys, types\n    fake = types.ModuleType('numpy')\n    vars(fake).update(vars(np))\n"
                      "    fake.shares_memory = lambda *_: False\n    sys.modules['numpy'] = fake",
    }

    @pytest.mark.parametrize("when", ["loaded", "called"])
    @pytest.mark.parametrize("name", PATCHES)
    def test_what_the_learner_puts_in_its_place_is_not_used(self, judge, name, when):
        from tests.grader.worker import probes_of_memory as probes

        def looks(work):
            """The results share memory, and not all are true."""
            expect(work.run(probes.shared_and_all, X), equals=[True, False, True])

        body = f"    {self.PATCHES[name]}\n"
        patch = "def patch():\n" + body + "\n\n" + ("patch()\n\n\n" if when == "loaded" else "")
        text = f"import numpy as np\n\n\n{patch}def first(x):\n    {'patch()' if when == 'called' else 'pass'}\n    return x\n"
        verdict = judge(text, looks)
        assert verdict.status == Status.PASSED, (verdict.message, verdict.checks)

    def test_what_a_probe_sets_the_learner_sees(self, judge):
        from tests.grader.worker import probes_of_memory as probes

        def counts(work):
            """The calls are counted."""
            expect(work.run(probes.count_calls_of_sum, X), equals=1)

        verdict = judge("import numpy as np\n\n\ndef first(x):\n    return np.sum(x)\n", counts)
        assert verdict.status == Status.PASSED, (verdict.message, verdict.checks)
