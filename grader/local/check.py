"""`grader check`: print the local server's verdicts, or run the suite in this process with a debugger."""
import json
import os
import sys
from pathlib import Path

from grader.errors import FAILED, PASSED, UsageError
from grader.local.client import ask


def check_exercises(root: Path, exercises: list[str], workspace: str | None, *, as_json: bool, verbose: bool,
                    color: bool) -> int:
    """Print a verdict on each exercise and return the exit code.

    Without exercises, the next one is judged. Verdicts on another workspace are not recorded.
    """
    request = {"command": "check", "exercises": exercises, "workspace": workspace, "record": workspace is None,
               "json": as_json, "verbose": verbose, "color": color}
    code, verdicts, passed, earned, points, notice = PASSED, [], 0, 0, 0, ""
    for line in ask(root, request):
        if "exit" in line:
            code = line["exit"]
            continue
        if not as_json:
            print(line["text"], flush=True)
        verdicts.append(line.get("verdict"))
        passed, earned, points = passed + (line["status"] == "passed"), earned + line["earned"], points + line["points"]
        notice = line.get("notice") or notice
    if as_json:
        print(json.dumps(verdicts, indent=2))
    elif len(verdicts) > 1:
        print(f"{passed} of {len(verdicts)} exercises passed · {earned} of {points} points")
    if notice:
        print(notice, file=sys.stderr)
    return code


def check_with_debugger(root: Path, exercises: list[str], workspace: str | None) -> int:
    """Run the suites in this process with pytest's debugger; return the exit code. Nothing is recorded."""
    import pytest

    from grader.course.manifest import load_course
    course = load_course(root)
    suites = [str(root / e.suite) for words in exercises for e in course.find(words)]
    if not suites:
        raise UsageError("Name the exercise to debug, as in `grader check 1.1.3 --pdb`.")
    os.environ["GRADER_WORKSPACE"] = workspace or str(root / "exercises")
    return FAILED if pytest.main([*suites, "--pdb", "-x", "-q", "-p", "no:cacheprovider", f"--rootdir={root}",
                                  "-c", str(root / "pyproject.toml")]) else PASSED
