"""The verdict on one exercise in the format of Exercism's test runners, version 3 of
https://exercism.org/docs/building/tooling/test-runners/interface

`test_code` is left out, because it would be the text of a hidden check. The interface requires it for Concept
Exercises, where a student could not know otherwise what is tested. Here the exercise's contract and the check's title
say that. `task_id` is left out, because an exercise has no numbered tasks.
"""
from grader.records.outcome import Outcome, outcome, passes
from grader.records.verdict import Check, Status, Verdict
from grader.report.classroom.sentences import HIDDEN_NOT_RUN, NOT_JUDGED_YET, UNSAFE, why_not_run
from grader.report.templates import shown_check
from grader.text import safe, safe_line, short

VERSION = 3
LONGEST_OUTPUT = 500     # characters, the limit of the interface
TRUNCATED = "\nOutput was truncated. Please limit to 500 chars"  # the words that the interface requires
LONGEST_MESSAGE = 10_000  # characters; the interface allows 65 535


def exercism_results(verdict: Verdict | None, unsafe: bool = False) -> dict:
    """The content of `results.json` for one exercise.

    `unsafe` says that some verdict of the class was made without the sandbox. The status is `pass` if every hidden
    check passed that can be run on this machine, `fail` if one did not, and `error`, with a message, if none was run: not judged, not started, no file,
    not Python. A check that was not run is an `error` among the tests.
    """
    unsafe = unsafe or (verdict is not None and verdict.unsafe)
    stands = outcome(verdict)
    if stands in (Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED) and verdict.checks:
        whole = stands == Outcome.PASSED and all(passes(verdict, check) or check.missing for check in verdict.checks)
        return {"version": VERSION, "status": "pass" if whole else "fail", "message": None,
                "tests": [test_of(verdict, check, unsafe) for check in verdict.checks]}
    words = [reason(verdict), verdict.excerpt if verdict else "", UNSAFE if unsafe else ""]
    return {"version": VERSION, "status": "error", "message": joined(words), "tests": []}


def reason(verdict: Verdict | None) -> str:
    """The reason why no check was run, as a sentence."""
    if verdict is None:
        return NOT_JUDGED_YET
    if not verdict.hidden_checks_run:
        return HIDDEN_NOT_RUN
    return verdict.message or f"{str(verdict.status).capitalize()}."


def test_of(verdict: Verdict, check: Check, unsafe: bool) -> dict:
    passed, failed = passes(verdict, check), check.status == Status.FAILED
    words = ([] if passed else failure(check) if failed else [safe_line(why_not_run(check))]) + ([UNSAFE] if unsafe else [])
    return {"name": safe_line(short(check.title, 300)), "status": "pass" if passed else "fail" if failed else "error",
            "message": joined(words) or None, "output": output(check.output)}


def failure(check: Check) -> list[str]:
    shown = shown_check(check.model_dump())
    facts = [f"{label}: {shown[name]}" for label, name in (("for", "given"), ("got", "got"), ("want", "want"))
             if shown[name]]
    told = [f"{check.kind}: {shown['note']}" if check.kind and not facts else shown["note"], *shown["traceback"],
            shown["diagnosis"]]
    return [*facts, *(words for words in told if words)] or [str(check.kind or "failed")]


def joined(words: list[str]) -> str:
    return short(safe("\n".join(short(part, LONGEST_MESSAGE) for part in words if part)), LONGEST_MESSAGE)


def output(text: str) -> str | None:
    """What a check printed, cut as the interface requires; None if it printed nothing."""
    text = safe(short(text, LONGEST_OUTPUT * 2)).strip("\n")
    if len(text) > LONGEST_OUTPUT:
        text = text[:LONGEST_OUTPUT - len(TRUNCATED)] + TRUNCATED
    return text or None
