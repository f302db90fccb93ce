"""The engine's digest: another one where the grader's code or a library that decides has changed, and else the same."""
import shutil

import pytest

from grader.judge import engine
from grader.judge.engine import DECIDE, GRADER, LIBRARIES, engine_digest


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The engine as a copy that may be changed; `digest()` is what it has now."""
    shutil.copytree(GRADER, tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(engine, "GRADER", tmp_path / "grader")
    return tmp_path / "grader"


def digest() -> str:
    return engine_digest.__wrapped__()


def test_the_same_code_and_libraries_have_the_same_digest(copy):
    assert digest() == digest() == engine_digest()


@pytest.mark.parametrize("file", ["judge/expect.py", "judge/scoring.py", "worker/serve.py", "worker/policy/rules.py",
                                  "ipc/wire.py", "course/forbidden.py", "sandbox/confine.py", "records/verdict.py"])
def test_a_change_of_what_decides_shows(copy, file):
    before = digest()
    with (copy / file).open("a") as changed:
        changed.write("\n# changed\n")
    assert digest() != before


@pytest.mark.parametrize("file", ["report/verdict_text.py", "local/watch.py", "cli.py", "records/ledger.py"])
def test_a_change_of_what_only_shows_or_keeps_does_not(copy, file):
    before = digest()
    with (copy / file).open("a") as changed:
        changed.write("\n# changed\n")
    assert digest() == before


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_shows(copy, monkeypatch, library):
    before, version_of = digest(), engine.version_of
    monkeypatch.setattr(engine, "version_of", lambda name: "another one" if name == library else version_of(name))
    assert digest() != before


def test_what_decides_is_there():
    assert all((GRADER / part).exists() for part in DECIDE)
    assert all(engine.version_of(library) for library in LIBRARIES) and engine.version_of("no such library") == ""
