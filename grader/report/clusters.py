"""Clusters: submissions of a class that do the same thing wrong at an exercise, so that one comment answers many.

A submission is in the cluster of every mistake that it makes, whatever else it gets wrong. There are three kinds:

- **a mistake** of the catalogue: one cluster for its words. Its fingerprints are the judge's to know; here they are
  taken to be those that all of the cluster share, and what a submission fails beyond them is looked at further.
- **a behaviour** that nobody has catalogued: the same checks fail with the same fingerprints. A behaviour that several
  show alone is recognized in those who show more, the commonest first, and the rest of what they fail is a behaviour
  again. It speaks through one counterexample.
- **an end** (a loop, a crash, a file that does not load): the same kind, with the same message once names and numbers
  are taken out of it, whichever check met it.
"""
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.class_ledger import Marked
from grader.course import Exercise
from grader.report.standing import Standing, standing
from grader.report.style import short
from grader.verdict import Check, Kind, Status, Verdict

ENDS = {Kind.TIMEOUT, Kind.MEMORY, Kind.OUTPUT, Kind.CRASHED, Kind.PROTOCOL, Kind.FORBIDDEN, Kind.UNREADABLE, Kind.NEEDS}
LONGEST = 300  # characters of a message that are compared

Prints = frozenset[tuple[str, str]]  # of (check, fingerprint)


@dataclass(frozen=True)
class Cluster:
    exercise: Exercise
    names: list[str]              # the submissions, in the order of the class
    words: str = ""               # of the mistake, or of how it ended
    sample: Check | None = None   # a counterexample of one of them
    titles: list[str] = field(default_factory=list)  # the checks that fail so, as the suite orders them
    catalogued: bool = False


def clusters(exercises: Iterable[Exercise], marked: list[Marked]) -> list[Cluster]:
    """Every cluster of the class, the largest first; of equal ones, in the order of the course."""
    found = [cluster for exercise in exercises for cluster in clusters_at(exercise, marked)]
    return sorted(found, key=lambda cluster: -len(cluster.names))


def clusters_at(exercise: Exercise, marked: list[Marked]) -> list[Cluster]:
    verdicts = {one.name: one.verdicts[exercise.id] for one in marked
                if standing(one.verdicts.get(exercise.id)) in (Standing.PARTLY, Standing.FAILED)}
    left = {name: prints_of(verdict) for name, verdict in verdicts.items()}
    found = []
    for words, names in by_words(verdicts).items():
        shared = frozenset.intersection(*(prints_of(verdicts[name]) for name in names))
        checks = [c for c in failing(verdicts[names[0]]) if print_of(c) in shared]
        sample = next(c for c in failing(verdicts[names[0]]) if words in c.diagnosis.splitlines())
        found.append(Cluster(exercise, names, words, sample, [c.title for c in checks], catalogued=True))
        for name in names:
            left[name] -= shared | {print_of(c) for c in failing(verdicts[name]) if words in c.diagnosis.splitlines()}
    for end, names in by_end(verdicts, left).items():
        sample = next((c for c in failing(verdicts[names[0]]) if end_of(c) == end), None)
        found.append(Cluster(exercise, names, end, sample))
    behaviours = {name: prints - ends_of(verdicts[name]) for name, prints in left.items()}
    for prints, names in by_behaviour(behaviours).items():
        checks = [c for c in failing(verdicts[names[0]]) if print_of(c) in prints]
        found.append(Cluster(exercise, names, sample=checks[0], titles=[c.title for c in checks]))
    return found


# ── which submissions ───────────────────────────────────────────────────────────────────────────────────────────


def by_words(verdicts: dict[str, Verdict]) -> dict[str, list[str]]:
    """{the words of a mistake: who made it}."""
    told: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        lines = [line for c in failing(verdict) for line in c.diagnosis.splitlines()]
        for words in dict.fromkeys(line for line in lines if line.strip()):
            told.setdefault(words, []).append(name)
    return told


def by_end(verdicts: dict[str, Verdict], left: dict[str, Prints]) -> dict[str, list[str]]:
    """{how it ended: whose}: of the checks that no mistake explains, and of files that were not run at all."""
    ended: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        ends = [end_of(c) for c in failing(verdict) if print_of(c) in left[name] & ends_of(verdict)]
        for end in dict.fromkeys(ends if verdict.checks else [pattern(without_place(verdict))]):
            ended.setdefault(end, []).append(name)
    return ended


def by_behaviour(prints: dict[str, Prints]) -> dict[Prints, list[str]]:
    """{fingerprints that fail together: whose}."""
    holders = Counter(whole for whole in prints.values() if whole)
    known = sorted((whole for whole, number in holders.items() if number > 1),
                   key=lambda whole: (-holders[whole], -len(whole), sorted(whole)))
    shown: dict[Prints, list[str]] = {}
    for name, rest in prints.items():
        for behaviour in known:
            if behaviour <= rest:
                shown.setdefault(behaviour, []).append(name)
                rest -= behaviour
        if rest:
            shown.setdefault(rest, []).append(name)
    return shown


# ── what a failure is known by ──────────────────────────────────────────────────────────────────────────────────


def failing(verdict: Verdict) -> list[Check]:
    return [c for c in verdict.checks if c.status == Status.FAILED]


def prints_of(verdict: Verdict) -> Prints:
    return frozenset(print_of(c) for c in failing(verdict))


def print_of(check: Check) -> tuple[str, str]:
    return check.name, check.fingerprint or end_of(check)


def ends_of(verdict: Verdict) -> Prints:
    """Those of checks that came to no answer, or that left no fingerprint."""
    return frozenset(print_of(c) for c in failing(verdict) if c.kind in ENDS or not c.fingerprint)


def end_of(check: Check) -> str:
    """The kind of a failure and its message."""
    return f"{check.kind or 'failed'}: {pattern(check.note or check.got)}"


def without_place(verdict: Verdict) -> str:
    """The message of a verdict without the file that it begins with, or the name of the submission."""
    label = verdict.file.removesuffix(f"{verdict.exercise}.py")
    message = short(verdict.message, LONGEST + len(label))
    message = message.replace(label, "") if label else message
    message = re.sub(r"^[\w./-]*\.py(, line \d+)?: ", "", message)
    return re.sub(r"^[\w./-]*\.py ", "The file ", message) or "no message"


def pattern(message: str) -> str:
    """`message` without what differs between two who did the same: quoted names, and numbers (of UTF-8
    the 8 stays)."""
    return re.sub(r"(?<!\w-)\b\d+(\.\d+)?\b", "…", re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", short(message, LONGEST)))
