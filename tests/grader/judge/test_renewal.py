"""What is forgotten of a course's tests so that they can be collected anew, and what stays."""
import importlib
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


def test_modules_of_the_courses_tests_are_forgotten_with_their_packages_and_no_others(tmp_path, modules):
    modules(**{"of_suite": {"__file__": str(tmp_path / "tests/p1/test_first.py")}, "made.up.help": {"__file__": f"{tmp_path}/tests/help.py"},
               "made": {}, "made.up": {"__file__": None}, "made.other": {}, "beside": {"__file__": str(tmp_path / "tests_of_others.py")},
               "library": {"__file__": "/usr/lib/library.py", "__path__": ["/usr/lib"]}, "library.tests": {"__file__": f"{tmp_path}/tests/x.py"}})
    forget_tests(tmp_path)
    assert not {"of_suite", "made", "made.up", "made.up.help", "library.tests"} & {*sys.modules}
    assert {"beside", "library", "made.other", __name__} <= {*sys.modules}


def test_packages_within_packages_are_forgotten_with_their_parents(tmp_path, monkeypatch):
    (tmp_path / "tests/outer/inner").mkdir(parents=True)
    (tmp_path / "tests/outer/inner/help.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "tests"))
    importlib.import_module("outer.inner.help")
    forget_tests(tmp_path)
    assert not {"outer", "outer.inner", "outer.inner.help"} & {*sys.modules}


def test_what_suites_keep_is_read_anew(tmp_path):
    baselines.kept_in(tmp_path / "kept.json")["x"] = 1
    forget_tests(tmp_path)
    assert baselines.kept_in(tmp_path / "kept.json") == {}
