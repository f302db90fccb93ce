"""Clusters: submissions of a class that do the same thing wrong at an exercise, so that one comment answers many.

A submission is in the cluster of every mistake that it makes, also if it fails for other reasons too. There are three
kinds of cluster:

- **a mistake** of the catalogue, identified by its id. Only the judge knows its fingerprints. Here, the fingerprints
  that all submissions of the cluster share are taken for them. Other failures of a submission go on to the next kinds.
- **a behaviour** that is not in the catalogue: the same checks fail with the same fingerprints. A behaviour that is all
  that several submissions fail is also recognized in submissions that fail more, the commonest first. The rest of their
  failures is a behaviour again. The cluster shows one counterexample.
- **an end** (a loop, a crash, a file that cannot be imported): the same kind or reason with the same detail, in
  whichever check it happened.
"""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, outcome
from grader.records.verdict import Check, Kind, Status, Verdict

ENDS = {Kind.TIMEOUT, Kind.MEMORY, Kind.OUTPUT, Kind.CRASHED, Kind.PROTOCOL, Kind.FORBIDDEN}

Fingerprints = frozenset[tuple[str, ...]]  # of (check, fingerprint), or of (check, *End) if there is none
End = tuple[str, str]                      # (kind or reason, detail)


@dataclass(frozen=True)
class Cluster:
    exercise: Exercise
    names: list[str]              # the submissions, in the order of the class
    words: str = ""               # of the mistake, or about the end
    sample: Check | None = None   # a counterexample of one of them
    titles: list[str] = field(default_factory=list)  # of the checks that fail so, in the suite's order
    catalogued: bool = False


def clusters(exercises: Iterable[Exercise], marked: list[Marked]) -> list[Cluster]:
    """Every cluster of the class, the largest first; clusters of equal size in the order of the course."""
    found = [cluster for exercise in exercises for cluster in clusters_at(exercise, marked)]
    return sorted(found, key=lambda cluster: -len(cluster.names))


def clusters_at(exercise: Exercise, marked: list[Marked]) -> list[Cluster]:
    verdicts = {one.name: one.verdicts[exercise.id] for one in marked
                if outcome(one.verdicts.get(exercise.id)) in (Outcome.PARTLY, Outcome.FAILED)}
    left = {name: fingerprints_of(verdict) for name, verdict in verdicts.items()}
    found = []
    for mistake, names in by_mistake(verdicts).items():
        shared = frozenset.intersection(*(fingerprints_of(verdicts[name]) for name in names))
        checks = [c for c in failing(verdicts[names[0]]) if fingerprint_of(c) in shared]
        sample = next(c for c in failing(verdicts[names[0]]) if mistake in c.mistake_ids)
        words = mistakes_told(sample)[mistake]
        found.append(Cluster(exercise, names, words, sample, [c.title for c in checks], catalogued=True))
        for name in names:
            left[name] -= shared | {fingerprint_of(c) for c in failing(verdicts[name]) if mistake in c.mistake_ids}
    for end, names in by_end(verdicts, left).items():
        first = verdicts[names[0]]
        sample = next((c for c in failing(first) if end_of(c) == end), None)
        words = words_of_check(sample) if sample else words_of_verdicts([verdicts[name] for name in names])
        found.append(Cluster(exercise, names, words, sample))
    behaviours = {name: fingerprints - ends_of(verdicts[name]) for name, fingerprints in left.items()}
    for behaviour, names in by_behaviour(behaviours).items():
        checks = [c for c in failing(verdicts[names[0]]) if fingerprint_of(c) in behaviour]
        found.append(Cluster(exercise, names, sample=checks[0], titles=[c.title for c in checks]))
    return found


# ── which submissions ───────────────────────────────────────────────────────────────────────────────────────────


def by_mistake(verdicts: dict[str, Verdict]) -> dict[str, list[str]]:
    """{mistake id: the submissions that make it}."""
    made: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        for mistake in dict.fromkeys(mistake for c in failing(verdict) for mistake in mistakes_told(c)):
            made.setdefault(mistake, []).append(name)
    return made


def by_end(verdicts: dict[str, Verdict], left: dict[str, Fingerprints]) -> dict[End, list[str]]:
    """{end: the submissions that ended so}, for checks that no mistake explains and for files that were not run."""
    ended: dict[End, list[str]] = {}
    for name, verdict in verdicts.items():
        ends = [end_of(c) for c in failing(verdict) if fingerprint_of(c) in left[name] & ends_of(verdict)]
        # A verdict from before there were reasons is in no common cluster.
        whole = (str(verdict.reason), verdict.detail) if verdict.reason else ("no reason", name)
        for end in dict.fromkeys(ends if verdict.checks else [whole]):
            ended.setdefault(end, []).append(name)
    return ended


def by_behaviour(behaviours: dict[str, Fingerprints]) -> dict[Fingerprints, list[str]]:
    """{fingerprints that fail together: the submissions in which they do}."""
    holders = Counter(whole for whole in behaviours.values() if whole)
    known = sorted((whole for whole, number in holders.items() if number > 1),
                   key=lambda whole: (-holders[whole], -len(whole), sorted(whole)))
    shown: dict[Fingerprints, list[str]] = {}
    for name, rest in behaviours.items():
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


def mistakes_told(check: Check) -> dict[str, str]:
    """{mistake id: words} of the mistakes that are shown under a check."""
    return dict(zip(check.mistake_ids, check.diagnosis.split("\n")))


def fingerprints_of(verdict: Verdict) -> Fingerprints:
    return frozenset(fingerprint_of(c) for c in failing(verdict))


def fingerprint_of(check: Check) -> tuple[str, ...]:
    return (check.name, check.fingerprint) if check.fingerprint else (check.name, *end_of(check))


def ends_of(verdict: Verdict) -> Fingerprints:
    """The fingerprints of the failed checks that have a kind in ENDS or left no fingerprint."""
    return frozenset(fingerprint_of(c) for c in failing(verdict) if c.kind in ENDS or not c.fingerprint)


def end_of(check: Check) -> End:
    return str(check.kind or "failed"), check.detail


# ── what is said of an end ──────────────────────────────────────────────────────────────────────────────────────


def words_of_check(check: Check) -> str:
    """Words that hold for every submission in the cluster: no line number of a forbidden name, because it differs."""
    forbidden = check.kind == Kind.FORBIDDEN and check.detail
    note = f"this exercise is done without {check.detail}" if forbidden else check.note or check.got
    return f"{check.kind or 'failed'}: {note}"


def words_of_verdicts(verdicts: list[Verdict]) -> str:
    """The message of all verdicts; if the messages differ, the reason and the detail, which are the same."""
    said = {verdict.summary or verdict.message for verdict in verdicts}
    first = verdicts[0]
    return said.pop() or "It could not be run." if len(said) == 1 else f"{first.reason}: {first.detail}"
