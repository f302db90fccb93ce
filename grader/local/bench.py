"""`grader bench`: let the local server measure a project's benchmarks, and print a table of ratios."""
import json

from grader.course.manifest import Course
from grader.errors import FAILED, PASSED, UsageError
from grader.local.client import ask
from grader.local.study import find_project


def bench_project(course: Course, words: str, workspace: str | None, as_json: bool) -> int:
    """Measure and print; return FAILED if a threshold is missed. Raises UsageError for a project without benchmarks."""
    project = find_project(course, words)
    if not project.benchmarks:
        raise UsageError(f"{project.title} has no benchmarks.")
    measured = []
    for line in ask(course.root, {"command": "bench", "project": project.id, "workspace": workspace}):
        if "measured" in line:
            measured.append(line["measured"])
            if not as_json:
                print(row(line["measured"], workspace or "exercises"), flush=True)
    if as_json:
        print(json.dumps(measured, indent=2))
    return PASSED if all(m["passed"] for m in measured) else FAILED


def row(m: dict, workspace: str) -> str:
    def compared(who: str, ms: float, ratio: float, whom: str, limit: float) -> str:
        return f"  {'✓' if ratio <= limit else '✗'} {who:<12} {ms:7.2f} ms   {ratio:.2f}x {whom}, at most {limit:g}x"
    return "\n".join([
        f"{m['title']}: CPU time on one thread, medians of {m['turns']} interleaved turns",
        f"    {m['library']:<12} {m['library_ms']:7.2f} ms",
        compared("reference", m["reference_ms"], m["reference_ratio"], m["library"], m["reference_at_most"]),
        compared(workspace.rstrip("/").rpartition("/")[2], m["learner_ms"], m["learner_ratio"], "the reference",
                 m["learner_at_most"])])
