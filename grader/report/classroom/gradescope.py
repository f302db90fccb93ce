"""The results of a submission for Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/

A student sees everything that Gradescope shows of them, and a suite is hidden. So a check has its title, whether it
passed, and a mistake's words. There is no counterexample, and nothing that the student's code printed.
"""
import math

from grader.course.manifest import Course, Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, engines, is_unsafe, judged, out_of, outcome, passes, unjudged
from grader.records.verdict import Check, Status, Verdict
from grader.report.classroom.sentences import HIDDEN_NOT_RUN, NOT_JUDGED_YET, UNSAFE, why_not_run
from grader.text import count, safe, safe_line, short

LONGEST_NAME, LONGEST = 200, 2000  # characters of a title, and of any other text
PARTS = 4  # scores are given in quarters: short to read, and their sums are exact in binary


def gradescope_results(course: Course, exercises: list[Exercise], marked: Marked, unsafe: bool = False) -> dict:
    """The content of `results.json` for one submission.

    `unsafe` says that some verdict of the class was made without the sandbox. Gradescope knows only `passed` and
    `failed`, so a test that was not judged, not run or not started is `failed`, and its output says which. The scores
    of an exercise's checks: see `scores`.
    """
    tests = [test for e in exercises for test in tests_of(e, marked.verdicts.get(e.id))]
    return {
        "score": earned(exercises, marked),
        "execution_time": math.ceil(sum(verdict.seconds for verdict in judged(exercises, marked))),
        "output": "\n".join(summary(course, exercises, marked, unsafe)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"out_of": out_of(exercises, marked), "not_judged": [e.id for e in unjudged(exercises, marked)],
                       "unsafe": unsafe or is_unsafe(exercises, [marked]), "engines": [*engines(exercises, [marked])]},
        "tests": tests,
    }


def summary(course: Course, exercises: list[Exercise], marked: Marked, unsafe: bool) -> list[str]:
    passed = sum(outcome(v) == Outcome.PASSED for v in judged(exercises, marked))
    lines = [f"{safe_line(course.title)}: {passed} of {count(len(exercises), 'exercise')} passed, "
             f"{earned(exercises, marked)} of {count(out_of(exercises, marked), 'point')}."]
    if marked.problem:
        lines.append(safe(short(marked.problem, LONGEST)))
    if missing := unjudged(exercises, marked):
        lines.append(f"Not judged yet: {', '.join(e.number for e in missing)}. The score is not final.")
    if unsafe or is_unsafe(exercises, [marked]):
        lines.append(UNSAFE)
    return lines


def tests_of(exercise: Exercise, verdict: Verdict | None) -> list[dict]:
    """An entry for each check, or one for the exercise if it has no checks."""
    name = f"{exercise.number} {safe_line(exercise.title)}"
    if verdict is None:
        return [entry(exercise, name, exercise.number, False, 0, exercise.points, NOT_JUDGED_YET, "not judged")]
    if not verdict.checks:
        words = safe(short(verdict.message, LONGEST)) or f"{str(verdict.status).capitalize()}."
        return [entry(exercise, name, exercise.number, False, 0, verdict.points, words, verdict.status)]
    return [entry(exercise, f"{name}: {safe_line(short(check.title, LONGEST_NAME))}", f"{exercise.number}.{at}",
                  passes(verdict, check), *score_of_one, words_of(verdict, check), check.status)
            for at, (check, score_of_one) in enumerate(zip(verdict.checks, scores(verdict), strict=True), 1)]


def entry(exercise: Exercise, name: str, number: str, passed: bool, score: float, most: float, output: str,
          status: str) -> dict:
    return {"score": score, "max_score": most, "status": "passed" if passed else "failed", "name": name,
            "name_format": "text", "number": number, "output": output, "output_format": "text",
            "tags": [exercise.short], "visibility": "visible",
            "extra_data": {"exercise": exercise.id, "status": str(status)}}


def words_of(verdict: Verdict, check: Check) -> str:
    if not verdict.hidden_checks_run:
        return HIDDEN_NOT_RUN
    if check.status in (Status.NOT_RUN, Status.NOT_STARTED):
        return safe_line(why_not_run(check))
    return safe(short(check.diagnosis or check.observation, LONGEST)) if check.status == Status.FAILED else ""


def scores(verdict: Verdict) -> list[tuple[float, float]]:
    """(score, max_score) of each check. Their sums are exactly what the verdict earned, and its points.

    A check that could not be run on this machine has no share. The checks that passed share the earned points, and the score of each is its whole share. The others share the
    remaining points, and their score is 0. A share is a multiple of a quarter point. Shares are as equal as possible,
    the earlier checks have the larger ones, and a share can be 0. A fixed price for each check would not add up,
    because a verdict's points are rounded down to whole points.
    """
    if any(check.missing for check in verdict.checks):
        others = iter(scores(verdict.model_copy(update={"checks": [c for c in verdict.checks if not c.missing]})))
        return [(0, 0) if check.missing else next(others) for check in verdict.checks]
    passed = [passes(verdict, check) for check in verdict.checks]
    if all(passed) or not any(passed):
        return list(zip(shares(verdict.earned, len(passed)), shares(verdict.points, len(passed)), strict=True))
    won = iter(shares(verdict.earned, sum(passed)))
    missed = iter(shares(verdict.points - verdict.earned, len(passed) - sum(passed)))
    return [(share := next(won), share) if one else (0, next(missed)) for one in passed]


def shares(points: int, parts: int) -> list[float]:
    """`points` divided into `parts` shares, each a multiple of a quarter."""
    least, more = divmod(points * PARTS, parts or 1)
    return [exact((least + (at < more)) / PARTS) for at in range(parts)]


def exact(number: float) -> float:
    """A whole number as an int, which is shorter to read."""
    return int(number) if number == int(number) else number
