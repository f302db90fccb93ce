"""Tell a learner which catalogued mistakes their failures match.

The catalogue of an exercise holds the fingerprints that each form of its mistakes leaves, one for each place: a check,
or a check and the function that it failed for. A form matches if it left the learner's fingerprint at every place where
it fails. The mistake's words are then shown once, under the first of those checks. If a file has two mistakes in two
functions, both are found. Only where no form matches does a near match count: all places fail, and at two thirds of them
the fingerprint is the same.
"""
import contextlib
import functools
import hashlib
import json
import math
import time
from dataclasses import replace
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Workspace, files_behind, local_workspace
from grader.errors import UsageError
from grader.files import write_atomically
from grader.judge.catalogue_files import in_time, one_builder, remove_older
from grader.judge.context import Context
from grader.judge.engine import engine_digest
from grader.judge.mistakes import Mistake, mistakes_of, with_mistake
from grader.judge.reach import Places, reached, stopped_at
from grader.judge.run import judge
from grader.judge.suites import Suite
from grader.records.verdict import Verdict

Catalogue = list[dict]  # of {"name", "words", "targets", "forms": [{place: fingerprint}, ...]}; of each form a target
NEAR = 2 / 3  # of a form's fingerprints agree in a near match


def load_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context, patience: float = math.inf) -> Catalogue:
    """The catalogue of one exercise, read from its file or else built by judging every mistake.

    Of several processes that need it at once, one builds it and the others wait. Empty if the course has no reference for
    the exercise. Raises NotReadyError if it is not built within `patience` seconds.
    """
    if not (course.root / "solutions" / exercise.path).exists():
        return []
    path = catalogue_path(course, exercise, suite)
    if (kept := read_catalogue(path)) is not None:
        return kept
    until = time.monotonic() + patience
    with one_builder(path.parent, exercise, until):
        if (kept := read_catalogue(path)) is not None:
            return kept  # another process has built it meanwhile
        catalogue = build_catalogue(course, exercise, suite, context, until)
        keep_catalogue(course, exercise, suite.digest, catalogue)
        return catalogue


def read_catalogue(path: Path) -> Catalogue | None:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None


def keep_catalogue(course: Course, exercise: Exercise, suite_digest: str, catalogue: Catalogue) -> None:
    """Write the catalogue to its file, unless no mistake failed a check, for example because no worker could start.

    Then remove those of the same exercise that are older than a day.
    """
    if any(form for entry in catalogue for form in entry["forms"]):
        with contextlib.suppress(UsageError):  # in a read-only folder the catalogue is built each time
            path = _path(course, exercise, suite_digest)
            write_atomically(path, json.dumps(catalogue, indent=1))
            remove_older(path)


def build_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context, until: float = math.inf) -> Catalogue:
    reference = local_workspace(course, "solutions")
    quiet = replace(context, shrink=False)

    def judged(workspace: Workspace, only: Places | None = None) -> Verdict:
        in_time(until)
        return judge(course, workspace, exercise, suite, replace(quiet, only=only))

    @functools.cache
    def reach_of(target: str) -> Places | None:
        workspace = stopped_at(reference, exercise, target)
        return workspace and reached(judged(workspace))

    def judged_form(wrong: Mistake, form: int) -> Verdict:
        return judged(with_mistake(reference, exercise, wrong, form), reach_of(wrong.forms[form].target))

    return [catalogue_entry(wrong, [judged_form(wrong, form) for form in range(len(wrong.forms))])
            for wrong in mistakes_of(course, exercise)]


def catalogue_entry(wrong: Mistake, verdicts: list[Verdict]) -> dict:
    """The entry of a mistake, from the unshrunk verdicts on its forms."""
    return {"name": wrong.name, "words": wrong.words, "targets": [form.target for form in wrong.forms], "forms": [fingerprints_of(verdict) for verdict in verdicts]}


def catalogue_path(course: Course, exercise: Exercise, suite: Suite) -> Path:
    """The catalogue's file. Its name is a digest of what decides the fingerprints.

    These are the suite with its helpers (`suite_digest`), the mistakes, the reference with what a worker is sent beside it,
    and the engine. Solutions are read anew here: the local server does not start again where one of them changes.
    """
    return _path(course, exercise, suite.digest)


def _path(course: Course, exercise: Exercise, suite_digest: str) -> Path:
    whole = hashlib.sha256(f"{suite_digest} {engine_digest()}".encode())
    for file in [course.root / exercise.mistakes, course.root / "solutions" / exercise.path, *files_behind(course, exercise)]:
        if file.exists():
            whole.update(file.read_bytes())
    return course.root / ".grader" / "catalogue" / f"{exercise.id.replace('/', '.')}-{whole.hexdigest()[:16]}.json"


def fingerprints_of(verdict: Verdict) -> dict[str, str]:
    """{place: fingerprint} of the failures of a verdict."""
    return {place: each for check in verdict.checks for place, each in check.fingerprints.items()}


def matches(fingerprints: dict[str, str], catalogue: Catalogue) -> list[tuple[dict, dict[str, str]]]:
    """(entry, form) of the mistakes that explain `fingerprints`, each once.

    A form whose failures are all explained by a larger form, of this or another mistake, is left out.
    """
    fits = [(entry, form) for entry in catalogue for form in entry["forms"] if form and form.items() <= fingerprints.items()]
    if not fits:
        return near_match(fingerprints, catalogue)
    found: dict[str, tuple[dict, dict[str, str]]] = {}
    for entry, form in fits:
        if not any(form.items() < other.items() for _, other in fits):
            found.setdefault(entry["name"], (entry, form))
    return [*found.values()]


def near_match(fingerprints: dict[str, str], catalogue: Catalogue) -> list[tuple[dict, dict[str, str]]]:
    """The (entry, form) with the largest share of the same fingerprints, at least NEAR; empty if two mistakes tie."""
    best: dict[str, tuple[dict, dict[str, str]]] = {}
    largest = 0.0
    for entry in catalogue:
        for form in entry["forms"]:
            share = len(form.items() & fingerprints.items()) / len(form) if form and form.keys() <= fingerprints.keys() else 0.0
            if share < NEAR or share < largest:
                continue
            best = best if share == largest else {}
            largest = share
            best.setdefault(entry["name"], (entry, form))
    return list(best.values()) if len(best) == 1 else []


def of_checks(catalogue: Catalogue, run: set[str]) -> Catalogue:
    """The catalogue without the places of checks that were not run here, for want of what they need."""
    return [{**entry, "forms": [{place: each for place, each in form.items() if place.partition("[")[0] in run}
                                for form in entry["forms"]]} for entry in catalogue]


def diagnosed(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict with the words of each matching mistake under the first check that it fails.

    A later check of which all failures are explained so `follows` that one.
    """
    check_at = {place: check.name for check in verdict.checks for place in check.fingerprints}
    catalogue = of_checks(catalogue, {check.name for check in verdict.checks if not check.missing})
    told: dict[str, list[tuple[dict, str]]] = {}  # {check: the mistakes to tell under it, with what each is a change of}
    explained: dict[str, str] = {}             # {place: the check under which the mistake is told}
    for entry, form in matches(fingerprints_of(verdict), catalogue):
        first = next(check.name for check in verdict.checks if check.name in map(check_at.get, form))
        told.setdefault(first, []).append((entry, target_of(entry, form)))
        explained |= {place: explained.get(place, first) for place in form}
    if not told:
        return verdict
    checks = []
    for check in verdict.checks:
        entries, change = told.get(check.name, []), {}
        if any(place in explained for place in check.fingerprints):
            first = next(iter(check.fingerprints))  # the failure that is shown, and that an observation is about
            change = {"diagnosis": "\n".join(entry["words"] for entry, _ in entries),
                      "observation": "" if first in explained else check.observation,
                      "mistake_ids": [entry["name"] for entry, _ in entries],
                      "mistake_functions": [target for _, target in entries]}
            if not entries and all(place in explained for place in check.fingerprints):
                change["follows"] = explained[first]
        checks.append(check.model_copy(update=change))
    return verdict.model_copy(update={"checks": checks})


def target_of(entry: dict, form: dict[str, str]) -> str:
    """The function that this form of the mistake is a change of."""
    return next((target for target, other in zip(entry.get("targets", []), entry["forms"]) if other is form), "")
