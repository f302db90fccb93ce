"""Clusters: submissions of a class that do the same thing wrong at an exercise, so that one comment answers many.

A submission is in the cluster of every mistake that it makes, also if it fails for other reasons too. There are three
kinds of cluster:

- **a mistake** of the catalogue, identified by its id. Only the judge knows its fingerprints. Here, the fingerprints
  that all submissions of the cluster share are taken for them, and what the judge says follows from it. Other failures of a
  submission go on to the next kinds.
- **a behaviour** that is not in the catalogue: the same checks fail with the same fingerprints and, of an exception, with the
  same message but for numbers. A behaviour that is all
  that several submissions fail is also recognized in submissions that fail more, the commonest first. The rest of their
  failures is a behaviour again. The cluster shows one counterexample.
- **an end** (a loop, a crash, a file that cannot be imported): the same kind with the same detail in the same functions, in
  whichever check it happened, or the same reason with the same detail and the same error.

What a submission fails only because of its own file of an exercise below is in no cluster of its own: it is counted with the
clusters of that exercise.
"""
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, outcome
from grader.records.verdict import Check, Kind, Reason, Status, Verdict

ENDS = {Kind.TIMEOUT, Kind.MEMORY, Kind.OUTPUT, Kind.CRASHED, Kind.PROTOCOL, Kind.FORBIDDEN}
MOST_FUNCTIONS = 3  # a check that asked for more says nothing about one of them

Fingerprints = frozenset[tuple[str, ...]]  # of (check, fingerprint), or of (check, kind, detail) if there is none
End = tuple[str, ...]                      # (kind, detail, *functions) or (reason, detail, error)


@dataclass(frozen=True)
class Cluster:
    exercise: Exercise
    names: list[str]              # the submissions, in the order of the class
    words: str = ""               # of the mistake, or about the end
    sample: Check | None = None   # a counterexample of one of them
    titles: list[str] = field(default_factory=list)  # of the checks that fail so, in the suite's order
    catalogued: bool = False
    functions: list[str] = field(default_factory=list)  # of the exercise: those that it is about, where that is known
    above: dict[str, int] = field(default_factory=dict)  # {exercise: how many of these fail there only because of this one}


def clusters(exercises: Iterable[Exercise], marked: list[Marked]) -> list[Cluster]:
    """Every cluster of the class, the largest first; clusters of equal size in the order of the course."""
    above = {one.name: exercises_above(one) for one in marked}
    found = [cluster for exercise in exercises for cluster in clusters_at(exercise, marked, above)]
    return sorted(found, key=lambda cluster: -len(cluster.names))


def clusters_at(exercise: Exercise, marked: list[Marked], above: dict[str, dict[str, list[str]]]) -> list[Cluster]:
    """The clusters of one exercise. `above` has `exercises_above` of each submission."""
    wrong = [one for one in marked if is_wrong(one.verdicts.get(exercise.id))]
    verdicts = {one.name: own(exercise, one) for one in wrong}
    verdicts = {one.name: verdicts[one.name] for one in wrong if failing(verdicts[one.name]) or not one.verdicts[exercise.id].checks}
    left = {name: fingerprints_of(verdict) for name, verdict in verdicts.items()}
    ends = {name: ends_of(verdict) for name, verdict in verdicts.items()}
    found: list[Cluster] = []

    def add(names: list[str], sample: Check | None, functions: Iterable[str] = (), **more) -> None:
        about = list(functions) or (sample.functions if sample else [])
        found.append(Cluster(exercise, names, sample=sample, functions=about if len(about) <= MOST_FUNCTIONS else [],
                             above=dict(Counter(each for name in names for each in above[name].get(exercise.id, []))), **more))

    for mistake, names in by_mistake(verdicts).items():
        shared = frozenset.intersection(*(frozenset(map(place_of, failing(verdicts[name]))) for name in names))
        first = failing(verdicts[names[0]])
        sample = next(c for c in first if mistake in c.mistake_ids)
        changed = {function_of(c, mistake): 0 for name in names for c in failing(verdicts[name]) if mistake in c.mistake_ids}
        add(names, sample, [each for each in changed if each], words=mistakes_told(sample)[mistake], catalogued=True,
            titles=[c.title for c in first if place_of(c) in shared])
        for name in names:
            left[name] -= {fingerprint_of(c) for c in failing(verdicts[name])
                           if place_of(c) in shared or mistake in c.mistake_ids or c.follows}
    for end, names in by_end(verdicts, left, ends).items():
        first = verdicts[names[0]]
        sample = next((c for c in failing(first) if ends[names[0]].get(c.name) == end), None)
        add(names, sample, words=words_of_check(sample) if sample else words_of_verdicts([verdicts[name] for name in names]))
    behaviours = {name: fingerprints - {fingerprint_of(c) for c in failing(verdicts[name]) if c.name in ends[name]}
                  for name, fingerprints in left.items()}
    for behaviour, names in by_behaviour(behaviours).items():
        checks = [c for c in failing(verdicts[names[0]]) if fingerprint_of(c) in behaviour]
        add(names, checks[0], titles=[c.title for c in checks])
    return found


# ── which failures are an exercise's own ────────────────────────────────────────────────────────────────────────


def is_wrong(verdict: Verdict | None) -> bool:
    return outcome(verdict) in (Outcome.PARTLY, Outcome.FAILED)


def own(exercise: Exercise, one: Marked) -> Verdict:
    """The verdict without the checks that fail only because of an exercise below, which this submission gets wrong."""
    verdict = one.verdicts[exercise.id]
    if not any(c.below for c in verdict.checks):
        return verdict
    return verdict.model_copy(update={"checks": [c for c in verdict.checks if not from_below(c, one)]})


def from_below(check: Check, one: Marked) -> list[str]:
    """The exercises below to which a failed check is due."""
    return [below for below in check.below if check.status == Status.FAILED and is_wrong(one.verdicts.get(below))]


def exercises_above(one: Marked) -> dict[str, list[str]]:
    """{exercise: those at which the submission fails something only because of its file of that one}, all by their ids."""
    found: dict[str, list[str]] = {}
    for other, verdict in one.verdicts.items():
        due_to = [below for c in verdict.checks if c.below for below in from_below(c, one)]
        if verdict.reason == Reason.PREREQUISITE:
            due_to += verdict.detail.split()
        for below in dict.fromkeys(due_to):
            found.setdefault(below, []).append(other)
    return found


# ── which submissions ───────────────────────────────────────────────────────────────────────────────────────────


def by_mistake(verdicts: dict[str, Verdict]) -> dict[str, list[str]]:
    """{mistake id: the submissions that make it}."""
    made: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        for mistake in dict.fromkeys(mistake for c in failing(verdict) for mistake in mistakes_told(c)):
            made.setdefault(mistake, []).append(name)
    return made


def by_end(verdicts: dict[str, Verdict], left: dict[str, Fingerprints],
           ends: dict[str, dict[str, End]]) -> dict[End, list[str]]:
    """{end: the submissions that ended so}, for checks that no mistake explains and for files that were not run."""
    ended: dict[End, list[str]] = {}
    for name, verdict in verdicts.items():
        here = [ends[name][c.name] for c in failing(verdict) if c.name in ends[name] and fingerprint_of(c) in left[name]]
        # A verdict from before there were reasons is in no common cluster.
        whole = (str(verdict.reason), verdict.detail, error_of(verdict)) if verdict.reason else ("no reason", name)
        for end in dict.fromkeys(here if verdict.checks else [whole]):
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


def function_of(check: Check, mistake: str) -> str:
    """The function that a mistake told under the check is a change of; empty for a helper that only the reference has."""
    function = dict(zip(check.mistake_ids, check.mistake_functions)).get(mistake, "")
    return "" if any(part.startswith("_") and not part.endswith("__") for part in function.split(".")) else function


def fingerprints_of(verdict: Verdict) -> Fingerprints:
    return frozenset(map(fingerprint_of, failing(verdict)))


def fingerprint_of(check: Check) -> tuple[str, ...]:
    """The place, and of an exception its message, which the judge's fingerprint leaves out: what two learners are told must
    be true of both."""
    return (*place_of(check), *([re.sub(r"\d+", "#", check.got)] if check.kind == Kind.EXCEPTION else []))


def place_of(check: Check) -> tuple[str, ...]:
    return (check.name, check.fingerprint) if check.fingerprint else (check.name, *end_of(check))


def ends_of(verdict: Verdict) -> dict[str, End]:
    """{check: its end} of the failed checks that have a kind in ENDS or left no fingerprint.

    An end has the functions that all checks of its kind and detail are about; if there are none, those of each check.
    """
    ended = [c for c in failing(verdict) if c.kind in ENDS or not c.fingerprint]
    alike: dict[End, list[set[str]]] = {}
    for c in ended:
        alike.setdefault(end_of(c), []).append(set(c.functions))
    return {c.name: (*end_of(c), *(() if c.kind == Kind.FORBIDDEN else
                                   sorted(set.intersection(*alike[end_of(c)]) or c.functions))) for c in ended}


def error_of(verdict: Verdict) -> str:
    """What the file itself raised or is no Python for; empty where the words are all ours, which may change at any time."""
    return verdict.summary if verdict.reason == Reason.IMPORT_FAILED or verdict.detail == SyntaxError.__name__ else ""


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
