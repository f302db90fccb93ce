"""What is forgotten of a course's tests so that they can be collected anew, and what stays."""
import sys
import types

import pytest

from grader.judge import baselines
from grader.judge.renewal import forget_tests


@pytest.fixture
def modules(monkeypatch):
    """Put modules into sys.modules for the time of a test: {name: what it holds}."""
    def put(**held):
        for name, attributes in held.items():
            module = types.ModuleType(name)
            vars(module).update(attributes)
            monkeypatch.setitem(sys.modules, name, module)
    return put


def test_modules_and_packages_of_the_courses_tests_are_forgotten_and_no_others(tmp_path, modules):
    modules(of_suite={"__file__": str(tmp_path / "tests/p1/test_first.py")}, of_package={"__path__": [str(tmp_path / "tests")]},
            beside={"__file__": str(tmp_path / "tests_of_others.py")}, library={"__path__": ["/usr/lib/python"]},
            built_in={"__file__": None}, odd={"__path__": None})
    forget_tests(tmp_path)
    assert not {"of_suite", "of_package"} & {*sys.modules} and {"beside", "library", "built_in", "odd"} <= {*sys.modules}
    assert __name__ in sys.modules, "another course's"


def test_what_suites_keep_is_read_anew(tmp_path):
    baselines.kept_in(tmp_path / "kept.json")["x"] = 1
    forget_tests(tmp_path)
    assert baselines.kept_in(tmp_path / "kept.json") == {}
