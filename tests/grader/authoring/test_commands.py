"""The maintainer's commands from the shell, with the warm judge behind them."""
import json
import subprocess
import sys

from tests.grader.helpers.shell import edit
from tests.grader.helpers.small_course import FIRST


def run(course, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=course.root, text=True, capture_output=True,
                          timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_verify_and_mutants(course):
    assert run(course, "release", "--force")[0] == 0
    code, out, err = run(course, "verify")
    assert (code, err) == (0, ""), out
    assert out.count("✓") == 21 and out.endswith("21 of 21 proofs hold\n")
    code, out, _ = run(course, "verify", "first", "--json")
    proofs = json.loads(out)
    assert code == 0 and [p["number"] for p in proofs] == [1, 2, 3, 4, 5, 6, 7] and all(p["ok"] for p in proofs)

    code, out, _ = run(course, "mutants", "third")
    assert code == 0 and out.endswith("(100.0%)\n") and "1.2.1  The third one: " in out

    # A suite that looks at a sign only lets most mutants live, and the maintainer sees which.
    edit(course.root / "tests/p1/digits/test_third.py",
         'def test_it(work):\n    """It is positive."""\n    assert work.third(7) > 0\n')
    code, out, _ = run(course, "mutants", "third")
    assert code == 1 and "survives, in third:" in out and "+    return x + 4" in out
    code, out, _ = run(course, "mutants", "third", "--json")
    (score,) = json.loads(out)
    assert code == 1 and score["survivors"] and score["killed"] < score["counted"]

    edit(course.root / "solutions/p1/letters/first.py", FIRST.replace("the_first + 1", "the_first + 2"))
    code, out, _ = run(course, "verify", "first")
    assert code == 1 and "✗ 1 the stub on disk" not in out and "✗ 2 the reference passes every check and threshold" in out
    assert "got 16, want 15" in out and "✗ 5 each docstring example runs" in out
