"""The maintainer's commands from the shell, with the warm judge behind them."""
import json
import shutil
import signal
import subprocess
import sys
import threading

from tests.grader.helpers.shell import edit
from tests.grader.helpers.small_course import FIRST, SECOND


def run(course, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=course.root, text=True, capture_output=True,
                          timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_verify_and_mutants(course):
    assert run(course, "release", "--force")[0] == 0
    code, out, err = run(course, "verify")
    assert (code, err) == (0, ""), out
    assert out.count("✓") == 24 and out.endswith("24 of 24 proofs hold\n")
    of_first = sorted((course.root / ".grader/catalogue").glob("p1.letters.first-" + "?" * 16 + ".json"))
    kept = [file.read_text(encoding="utf-8") for file in of_first]
    of_first[0].unlink()
    wrong = course.root / "elsewhere/p1/letters"
    shutil.copytree(course.root / "solutions", course.root / "elsewhere")
    edit(wrong / "first.py", FIRST.replace("the_first + 1", "the_first + 2"))
    run(course, "check", "first", "--workspace", "elsewhere")  # fails, so the local server makes the catalogue
    assert len(kept) == 1 and of_first[0].read_text(encoding="utf-8") == kept[0], "it is the one that verify made"

    code, out, err = run(course, "verify", "--changed")
    assert (code, out) == (0, "0 of 0 proofs hold\n") and err.startswith("3 of 3 exercises left out")
    code, out, _ = run(course, "verify", "first", "--json")
    proofs = json.loads(out)
    assert code == 0 and [p["number"] for p in proofs] == [1, 2, 3, 4, 5, 6, 7, 8] and all(p["ok"] for p in proofs)
    assert [("mistakes" in p) for p in proofs] == [p["number"] == 4 for p in proofs]
    assert proofs[3]["mistakes"][0] == {"name": "a", "form": 1, "fails": ["test_of_first"]}
    code, out, _ = run(course, "verify", "first", "--mistakes")
    assert code == 0 and "      ✗  a\n" in out and "1 test_of_first (4 of 4)\n" in out

    code, out, err = run(course, "mutants", "third", "--changed")
    assert code == 0 and err.startswith("0 of 1") and out.endswith("(100.0%)\n") and "1.2.1  The third one: " in out

    code, out, err = run(course, "mutants", "third", "--changed")
    assert (code, out) == (0, "In all: 0 of 0 mutants killed (100.0%)\n") and err.startswith("1 of 1 exercises left out")

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


def test_verify_watch_proves_again_after_each_save(course):
    run(course, "release", "--force")
    reference = course.root / "solutions/p1/letters/first.py"
    with subprocess.Popen([sys.executable, "-m", "grader", "verify", "--watch", "first"], cwd=course.root, text=True,
                          stdout=subprocess.PIPE) as process:
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()

        def until(words):
            lines = []
            for line in process.stdout:
                lines.append(line.rstrip())
                if line.startswith(words):
                    break
            return lines

        shown = until("in ")
        assert any("✓ 8" in line for line in shown) and "8 of 8 proofs hold" in shown
        edit(reference, FIRST.replace("the_first + 1", "the_first + 2"))
        shown = until("in ")
        assert any("✗ 2" in line for line in shown) and any("✗ 5" in line for line in shown) and not any(" 7 " in line for line in shown)
        assert {"got 16", "want 15"} <= {" ".join(line.split()) for line in shown}
        edit(course.root / "solutions/p1/letters/second.py", SECOND)  # no matter to first
        edit(reference, FIRST)
        assert "8 of 8 proofs hold" in until("in ")
        process.send_signal(signal.SIGINT)
        assert until("nothing") == [] and process.wait() in (130, 1, 0)
        watchdog.cancel()


def test_watch_takes_one_exercise(course):
    code, _, err = run(course, "verify", "--watch")
    assert code == 2 and "--watch proves one exercise; name it" in err
