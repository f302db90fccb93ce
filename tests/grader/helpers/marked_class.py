"""Classes to draw reports of: verdicts by hand, in as few words as a test needs."""
from datetime import UTC, datetime

from hypothesis import strategies as st

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.verdict import Check, Kind, Status, Verdict

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)> & \"quoted\" \x1b[2J\u202e\ud800\x00\ufffe ]]>"
WORDS = "You return what came in. It is to be doubled."
PASSES = Check(name="test_whole", title="It is whole", status=Status.PASSED)
STOPPED = Check(name="test_last", title="It was not reached", status=Status.NOT_RUN)


def fails(name: str = "test_a", fingerprint: str = "f", kind: Kind = Kind.VALUE, **more) -> Check:
    mistakes = [words for words in more.get("diagnosis", "").split("\n") if words]  # here, a mistake's id is its words
    return Check(**{"mistake_ids": mistakes, "name": name, "title": f"Title of {name}", "status": Status.FAILED, "kind": kind,
                    "fingerprint": fingerprint, "got": "1", "want": "2", "given": {"x": "3"}, **more})


def verdict(exercise: Exercise, *checks: Check, submission: str = "ada", **more) -> Verdict:
    """As the judge would make it: `earned` by the share of checks that passed, rounded down."""
    passed = sum(c.status == Status.PASSED for c in checks)
    status = Status.PASSED if checks and passed == len(checks) else Status.FAILED
    values = {"exercise": exercise.id, "number": exercise.number, "title": exercise.title, "status": status,
              "file": f"{submission}/{exercise.path}", "points": exercise.points, "checks": list(checks),
              "earned": exercise.points * passed // len(checks) if checks else 0, "seconds": 0.31, "judged_at": NOON,
              **more}
    return Verdict(**values)


def marked(name: str, *verdicts: Verdict, problem: str = "") -> Marked:
    return Marked(name, problem, {v.exercise: v for v in verdicts})


def hostile_verdict(exercise: Exercise, text: str = HOSTILE) -> Verdict:
    """Every text of it that could come from a student is `text`."""
    check = fails(title=text, got=text, want=text, note=text, given={text: text}, traceback=[text, text], output=text,
                  diagnosis=text, fingerprint=text)
    return verdict(exercise, check, PASSES.model_copy(update={"title": text}), message=text, excerpt=text, file=text)


# Any text at all: control characters, marks of writing direction, halves of surrogate pairs, and what begins a formula.
any_text = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    [HOSTILE, "=1+1", "\t=1", "-2", "../../x", "con", "", ".", " ", "a\r\nb", "x" * 400, "İ", "ﬁ", "fi"])


@st.composite
def verdicts(draw, exercise: Exercise):
    """Any verdict that a judge could give, or None where it is still due."""
    kind = draw(st.sampled_from(["checks", "checks", "checks", "no file", "not started", "not run", "examples", "due"]))
    words = draw(any_text)
    if kind == "due":
        return None
    if kind == "no file":
        return verdict(exercise, message=words)
    if kind in ("not started", "not run"):
        return verdict(exercise, message=words, status=Status(kind))
    checks = draw(st.lists(st.builds(
        lambda status, fingerprint, failure, words, told: Check(
            name="", title=words, status=status,
            **({"kind": failure, "got": words, "note": words, "output": words, "fingerprint": fingerprint,
                "diagnosis": told} if status == Status.FAILED else {})),
        st.sampled_from([Status.PASSED, Status.FAILED, Status.NOT_RUN]), st.sampled_from(["f", "g", ""]),
        st.sampled_from(Kind), any_text, st.sampled_from(["", "", "You did it wrong.", "One.\nTwo."])),
        min_size=1, max_size=9))
    checks = [check.model_copy(update={"name": f"test_{at}"}) for at, check in enumerate(checks)]
    if kind == "examples":
        return verdict(exercise, *checks, status=Status.EXAMPLES_PASSED, hidden_checks_run=False, earned=0)
    return verdict(exercise, *checks, unsafe=draw(st.booleans()))


@st.composite
def classes(draw, exercises: list[Exercise]) -> list[Marked]:
    names = draw(st.lists(any_text, max_size=5, unique=True))
    return [marked(name, *(v for v in (draw(verdicts(e)) for e in exercises) if v),
                   problem=draw(st.just("") | any_text)) for name in sorted(names)]
