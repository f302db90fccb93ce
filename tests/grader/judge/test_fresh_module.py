"""An author's file is read as it is, also where it was saved twice within a second and is as long as before."""
import os
import sys

import pytest

from grader.judge.fresh_module import fresh_module, nothing_compiled_is_kept


def test_a_second_save_in_the_same_second_is_seen(tmp_path):
    file = tmp_path / "file.py"
    for number in (1, 2):
        file.write_text(f"x = {number}\n")
        os.utime(file, (1e9, 1e9))
        module = fresh_module("a_fresh_module", file)
        assert module.x == number and sys.modules.pop("a_fresh_module") is module and module.__file__ == str(file)
    assert [*tmp_path.iterdir()] == [file], "nothing compiled is left"
    file.write_text("raise KeyError('x')\n")
    with pytest.raises(KeyError):
        fresh_module("a_fresh_module", file)
    del sys.modules["a_fresh_module"]


def test_what_is_imported_leaves_nothing_compiled(tmp_path, monkeypatch):
    (tmp_path / "an_ordinary_module.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with nothing_compiled_is_kept():
        import an_ordinary_module  # noqa: F401
    del sys.modules["an_ordinary_module"]
    assert not (tmp_path / "__pycache__").exists() and sys.dont_write_bytecode is False
