"""A verdict as text for the terminal. The judge's process makes the text and sends it to the client."""
import textwrap

from grader.records.verdict import Check, Kind, Reason, Status, Verdict
from grader.report.style import COLORS, FOLLOWS, SYMBOLS, fail_too, paint
from grader.text import count, safe, safe_line, short

WIDTH = 100        # columns; longer lines are wrapped
SECOND = (48, 72)  # columns in which the path in the header and the hint in the closing line begin
INDENT = "      "
PRINTED_LINES = 12  # the last lines of what a check printed, unless all are requested
LONGEST = 2000      # characters of any other text, because an error's message can be very long

# Advice on a failure that is not about a value. The judge's note says what happened; some notes advise already.
HELP = {
    Kind.TIMEOUT: "Look for a loop that never ends, for input(), or for a wait.",
    Kind.OUTPUT: "Look for a print in a loop.",
    Kind.MEMORY: "Look for a list that grows in a loop, or for shapes that broadcasting multiplies.",
    Kind.CRASHED: "Look for exit(), for recursion that never ends, or for a call into C with wrong sizes.",
    Kind.PROTOCOL: "Leave the process's open files alone: the grader talks to your code through one of them.",
}
ASKS_ALREADY = {(Kind.TIMEOUT, "cpu"), (Kind.OUTPUT, "too much")}
NAMED = {Kind.TIMEOUT, Kind.MEMORY, Kind.OUTPUT, Kind.CRASHED, Kind.PROTOCOL, Kind.FORBIDDEN}

# First words of a title that keep their capital letter. Other titles begin in lower case, after a symbol.
PROPER_NAMES = {"Adam", "Bayes", "Bernoulli", "Bessel", "Cholesky", "Dirichlet", "Euler", "Fourier", "Frobenius",
                "Gauss", "Gaussian", "Hessian", "Huber", "Jacobian", "Kaiming", "Laplace", "Lion", "Markov", "Muon",
                "Nesterov", "Newton", "Poisson", "Prometheus", "Python", "Xavier"}


def verdict_text(verdict: Verdict, color: bool, verbose: bool) -> str:
    """The whole text of one verdict, without a newline at its end. `verbose` includes all printed lines."""
    lines = [_header(verdict, color)]
    if verdict.message and (verdict.hidden_checks_run or not verdict.checks):
        lines += _message(verdict, color)
    told: set[str] = set()  # diagnoses: the same words are shown once
    waiting = any(c.status != Status.PASSED and c.counts and not c.supporting for c in verdict.checks)
    for check in verdict.checks:
        lines += _check(check, told, color, verbose, waiting)
    if any(c.status == Status.NOT_RUN and c.counts for c in verdict.checks):
        lines += _wrapped("Checks marked – were not run, because others had to be stopped; mend those first.", "  ")
    return "\n".join([*lines, _closing(verdict, color)])


def _header(verdict: Verdict, color: bool) -> str:
    title = f"{verdict.number}  {safe_line(verdict.title)}"
    return paint(title, "bold", color) + _gap(title, SECOND[0]) + paint(safe_line(verdict.file), "dim", color)


def _message(verdict: Verdict, color: bool) -> list[str]:
    status = Status.NOT_RUN if verdict.reason == Reason.MISSING else verdict.status  # what was not run has not passed
    symbol = paint(SYMBOLS[status], COLORS[status], color)
    words = safe_line(verdict.message)
    if status == Status.NOT_STARTED:
        words = f"not started: {words}"
    first, *more = textwrap.wrap(words, WIDTH - 4, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [f"  {symbol} {first}", *(f"    {line}" for line in more)]
    return lines + [f"{INDENT}{line}".rstrip() for line in safe(verdict.excerpt).replace("\t", " ").splitlines()]


def _check(check: Check, told: set[str], color: bool, verbose: bool, waiting: bool) -> list[str]:
    """The lines of one check. `waiting`: supporting checks earn nothing yet, and a passed one says so."""
    symbol = paint(SYMBOLS[check.status], COLORS[check.status], color)
    title = _begun_small(safe_line(check.title))
    if waiting and check.supporting and check.status == Status.PASSED:
        title += " (counts once the others pass)"
    first, *more = textwrap.wrap(title, WIDTH - 4) or [""]
    lines = [f"  {symbol} {first}", *(f"    {line}" for line in more)]
    if check.status == Status.FAILED and check.follows and not verbose:
        return lines + [paint(f"{INDENT}{FOLLOWS}; --verbose shows it", "dim", color)]
    if check.status == Status.FAILED:
        lines += _failure(check, told, color)
        return lines + _printed(check.output, color, None if verbose else PRINTED_LINES)
    if check.status == Status.NOT_STARTED or not check.counts:
        return lines + _wrapped(safe_line(short(check.note, LONGEST)))
    if check.status == Status.PASSED:
        lines += [paint(line, "dim", color) for line in _wrapped(safe_line(short(check.note, LONGEST)))]
    if verbose:
        return lines + _printed(check.output, color, None)
    if check.output.strip():
        said = count(len(check.output.strip("\n").split("\n")), "line")
        lines.append(paint(f"{INDENT}printed {said}; --verbose shows them", "dim", color))
    return lines


def _failure(check: Check, told: set[str], color: bool) -> list[str]:
    lines = []
    if check.kind in NAMED:
        help_ = "" if (check.kind, check.detail) in ASKS_ALREADY else HELP.get(check.kind, "")
        lines += _labelled(check.kind.value, f"{_sentence(check.note)} {help_}".strip(), color)
    if check.given:
        lines += _labelled("for", ", ".join(_argument(name, text) for name, text in check.given.items()), color)
    if check.got:
        lines += _labelled("got", check.got, color)
    if check.want:
        lines += _labelled("want", check.want, color)
    if check.note and check.kind not in NAMED:
        lines += _wrapped(safe_line(short(check.note, LONGEST)))
    lines += [paint(f"{INDENT}{short(safe_line(row), 300)}", "dim", color) for row in check.traceback]
    lines += _wrapped(safe_line(fail_too(check.also_failing)))
    for words in check.diagnosis.splitlines():
        if words.strip() and words not in told:
            told.add(words)
            lines += [paint(line, "yellow", color) for line in _wrapped(safe_line(words))]
    if check.observation and check.observation not in told:
        told.add(check.observation)
        lines += _wrapped(safe_line(short(check.observation, LONGEST)))
    return lines


def _argument(name: str, text: str) -> str:
    """An argument as text: `grad (3, 1, 4)` for an array that is shown by its shape, `shape (1, 4)` for a value."""
    if name == "example":
        return text
    return f"{name} {text.removeprefix('shape ').replace('tensor shape ', 'tensor ', 1)}"


def _labelled(label: str, text: str, color: bool) -> list[str]:
    """`got   shape (3, 1, 4)`: the label, and beside it the text, wrapped; the text's own line breaks are kept."""
    width = max(6, len(label) + 2)
    first, *more = [part for line in safe(short(text, LONGEST)).strip("\n").split("\n")
                    for part in textwrap.wrap(line, WIDTH - len(INDENT) - width, break_on_hyphens=False) or [""]]
    return [f"{INDENT}{paint(label, 'dim', color)}{' ' * (width - len(label))}{first}".rstrip(),
            *(f"{INDENT}{' ' * width}{line}".rstrip() for line in more)]


def _printed(output: str, color: bool, most: int | None) -> list[str]:
    """The last `most` lines that the learner's code printed, or all, each after a bar."""
    lines = safe(output).expandtabs(4).strip("\n").split("\n")
    if lines == [""]:
        return []
    room = WIDTH - len(INDENT) - 2
    lines = [line[at:at + room] for line in lines for at in range(0, max(len(line), 1), room)]
    left_out = max(0, len(lines) - most) if most else 0
    head = [f"… {count(left_out, 'line')} before; --verbose shows them"] if left_out else []
    return [paint(f"{INDENT}printed", "dim", color),
            *(f"{INDENT}{paint('│', 'dim', color)} {line}".rstrip() for line in [*head, *lines[left_out:]])]


def _closing(verdict: Verdict, color: bool) -> str:
    """`1 of 2 checks · 3 of 6 points · 0.3 s`; if it failed or is not started, also the command for the next hint."""
    took = f"{verdict.seconds:.1f} s"
    points = f"{verdict.earned} of {count(verdict.points, 'point')}"
    not_run = len(verdict.checks) - verdict.runnable_checks
    checks = f"{verdict.passed_checks} of {count(verdict.runnable_checks, 'check')}" + (f", {not_run} not run" if not_run else "")
    if not verdict.hidden_checks_run:  # no points are given for examples
        examples = checks.replace("check", "example")
        words = [examples, verdict.message, took] if verdict.checks else ["hidden checks not run", took]
    elif verdict.checks:
        words = [checks, points, took]
    else:
        words = [points, took]
    if not verdict.recorded:
        words.append("not recorded")
    text = "  " + " · ".join(safe_line(w) for w in words)
    well = verdict.status == Status.PASSED
    shown = paint(text, "green", color) if well else text
    if well or not verdict.hints or verdict.status in (Status.EXAMPLES_PASSED, Status.NOT_RUN):
        return shown
    return shown + _gap(text, SECOND[1]) + paint(f"hint: grader hint {verdict.number}", "dim", color)


def _gap(text: str, column: int) -> str:
    return " " * max(2, column - len(text))


def _wrapped(text: str, indent: str = INDENT) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _sentence(text: str) -> str:
    """`text` with a full stop at its end, so that another sentence can follow."""
    text = safe_line(short(text, LONGEST))
    return text if not text or text[-1] in ".?!" else f"{text}."


def _begun_small(title: str) -> str:
    """The title in lower case at its start: `a gradient …`; `ReLU …`, `Adam …` and `A @ B …` stay as they are."""
    first, second = [*title.split(" ")[:2], ""][:2]
    word = first.split("'")[0].rstrip(":,;.").replace("-", "")
    article = word == "A" and second[:2].isalpha() and len(second) > 1
    ordinary = len(word) > 1 and word.isalpha() and word[1:].islower() and word not in PROPER_NAMES
    return title[:1].lower() + title[1:] if article or ordinary else title
