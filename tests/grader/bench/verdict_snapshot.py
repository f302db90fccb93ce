"""Judge every reference, stub and mistake of the course, to prove that a change of the grader changes no verdict.

    python -m tests.grader.bench.verdict_snapshot before.json     # then change the grader, and
    python -m tests.grader.bench.verdict_snapshot after.json
    python -m tests.grader.bench.verdict_snapshot before.json after.json    # what differs; exit code 1 where anything does
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.authoring.commands import judge_on_server
from grader.authoring.release import stub_text
from grader.course.manifest import Course, Exercise, load_course
from grader.course.workspace import Workspace, local_workspace
from grader.judge.mistakes import mistakes_of, with_mistake

AT_ONCE = 2
OF_THE_RUN = {"seconds", "judged_at", "engine_hash"}  # fields of a verdict that differ from run to run, or from grader to grader


def judged_texts(course: Course) -> dict[str, tuple[Workspace, Exercise]]:
    """{what it is: what to judge}."""
    reference = local_workspace(course, "solutions")
    found = {}
    for exercise in course.exercises.values():
        found[f"{exercise.id} reference"] = reference, exercise
        found[f"{exercise.id} stub"] = reference.with_text(exercise.path, stub_text(course, exercise)), exercise
        for wrong in mistakes_of(course, exercise):
            for form in range(len(wrong.forms)):
                name = f"{exercise.id} mistake {wrong.name}" + (f", form {form + 1}" if form else "")
                found[name] = with_mistake(reference, exercise, wrong, form), exercise
    return found


def snapshot(course: Course) -> dict[str, dict]:
    texts = judged_texts(course)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = pool.map(lambda each: judge_on_server(course, *each).model_dump(mode="json"), texts.values())
        return dict(zip(texts, verdicts))


def differences(before: dict[str, dict], after: dict[str, dict]) -> list[str]:
    """A line for each field that both have and that differs, and for each verdict that only one has."""
    lines = [f"only in one: {name}" for name in sorted(before.keys() ^ after.keys())]
    for name in sorted(before.keys() & after.keys()):
        lines += [f"{name}: {line}" for line in compared(before[name], after[name])]
    return lines


def compared(before, after, at: str = "") -> list[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        return [line for key in before.keys() & after.keys() - OF_THE_RUN
                for line in compared(before[key], after[key], f"{at}.{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [line for at_, pair in enumerate(zip(before, after)) for line in compared(*pair, f"{at}[{at_}]")]
    return [] if before == after else [f"{at}: {before!r} -> {after!r}"]


def main(arguments: list[str]) -> int:
    if len(arguments) == 2:
        before, after = (json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments)
        found = differences(before, after)
        print("\n".join([*found, f"{len(before)} and {len(after)} verdicts, {len(found)} differences"]))
        return 1 if found else 0
    verdicts = snapshot(load_course(Path.cwd()))
    Path(arguments[0]).write_text(json.dumps(verdicts, indent=1, sort_keys=True), encoding="utf-8")
    print(f"{len(verdicts)} verdicts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
