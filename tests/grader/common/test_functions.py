"""The task that is made of installed packages: functions are read and never imported, and nobody learns from what is asked."""
import sys

import numpy as np
import pytest

from exercises.common import functions

MODULE = '''
"""A module's own sentence does not count."""

def butter(N, Wn, /, btype="low", *more, fs=None, _hidden=1, **rest):
    r"""Design a :func:`~scipy.signal.filter` of ``N`` poles, e.g. for sound. A second sentence.

    N : int
    """

def _private(x):
    """Nobody calls this one from outside."""

def short(x):
    """Too short."""

class Holder:
    def method(self):
        """A method is no function of the module."""

async def wait_for_it(seconds):
    """
    Wait for some seconds and
    then return
    """
'''


def test_functions_are_read_from_text():
    found = list(functions.functions_of(MODULE, "scipy._signal.filters"))
    assert [each.name for each in found] == ["scipy.filters.butter", "scipy.filters.wait_for_it"]
    assert found[0].parameters == ("N", "Wn", "btype", "more", "fs", "rest")
    assert found[0].sentence == "Design a scipy.signal.filter of N poles, e.g. for sound."
    assert found[1].sentence == "Wait for some seconds and then return"
    assert found[0].document == "filters butter: N, Wn, btype, more, fs, rest"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that must not be imported, with a module of tests and with sentences that come twice."""
    for name, text in {
        "__init__": "raise RuntimeError('imported')", "one": MODULE, "broken": "def f(:\n",
        "other": 'def butter2(x):\n    """Design a scipy.signal.filter of N poles, e.g. for sound."""\n'
                 + "".join(f'def f{i}(x):\n    """Return the number {i} of x."""\n' for i in range(9)),
        "tests/test_one": 'def hidden(x):\n    """This one is only a test."""\n',
    }.items():
        file = tmp_path / "unimported" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "unimported"


def test_nothing_is_imported_and_no_sentence_comes_twice(package):
    found = functions.harvest([package])
    assert package not in sys.modules
    assert len(found) == len({each.sentence for each in found}) == 11
    assert not any("hidden" in each.name for each in found)


def test_a_missing_package_is_named():
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        functions.harvest(["no_such_package"])


def made(modules, each):
    return [functions.Function(f"p.m{m}.f{m}_{i}", ("x",), f"Sentence {i} of module {m}.", f"p.m{m}")
            for m in range(modules) for i in range(each)]


def test_what_is_learned_from_is_in_other_modules():
    task = functions.make_task(made(10, 7), size=30)
    searched = {each.module for each in task.functions}
    assert len(task.functions) == len(task.queries) == len(task.documents) == 30
    assert not any(f"of module {module.removeprefix('p.m')}." in text for module in searched for text in task.training)
    assert task.training and not set(task.queries) & set(task.training)
    assert [task.functions[place].sentence for place in task.answers] == task.queries
    assert not any(query in document for query, document in zip(task.queries, task.documents))
    assert task.queries == functions.make_task(made(10, 7), size=30).queries != functions.make_task(made(10, 7), size=30, seed=1).queries
    with pytest.raises(ValueError):
        functions.make_task(made(1, 3), size=3)


def test_an_index_answers_with_the_best_and_of_equal_ones_the_earlier():
    found = made(1, 4)
    vectors = np.array([[1, 0], [0, 1], [0, 1], [0.6, 0.8]], np.float32)
    ((first, second, third),) = functions.Index(found, vectors).search(np.array([[0, 1]], np.float32), 3)
    assert [first[0], second[0], third[0]] == [found[1], found[2], found[3]] and third[1] == pytest.approx(0.8)
    with pytest.raises(ValueError):
        functions.Index(found, vectors[:2])
