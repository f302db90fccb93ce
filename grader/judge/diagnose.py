"""Tell a learner which catalogued mistakes their failures match.

The catalogue of an exercise holds the fingerprints that each of its mistakes leaves. A mistake matches if every check
that the mistake fails also failed for the learner, with the same fingerprint. The mistake's words are then shown once,
under the first of those checks. If a file has two mistakes in two functions, both are found.
"""
import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.course.workspace import local_workspace
from grader.errors import UsageError
from grader.files import write_atomically
from grader.judge.catalogue_files import one_builder, reference_files
from grader.judge.engine import engine_digest
from grader.judge.mistakes import mistakes_of, with_mistake
from grader.judge.run import Context, judge
from grader.judge.suites import Suite
from grader.records.verdict import Status, Verdict

Catalogue = list[dict]  # of {"name", "words", "forms": [{check: fingerprint}, ...]}


def load_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    """The catalogue of one exercise, read from its file or else built by judging every mistake.

    Of several processes that need it at once, one builds it and the others wait. Empty if the course has no reference for
    the exercise.
    """
    if not (course.root / "solutions" / exercise.path).exists():
        return []
    path = catalogue_path(course, exercise, suite)
    if (kept := read_catalogue(path)) is not None:
        return kept
    with one_builder(path.parent, exercise):
        if (kept := read_catalogue(path)) is not None:
            return kept  # another process has built it meanwhile
        return build_and_keep(course, exercise, suite, context, path)


def read_catalogue(path: Path) -> Catalogue | None:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None


def build_and_keep(course: Course, exercise: Exercise, suite: Suite, context: Context, path: Path) -> Catalogue:
    catalogue = build_catalogue(course, exercise, suite, context)
    if not any(form for entry in catalogue for form in entry["forms"]):
        return catalogue  # no mistake failed a check, for example because no worker could start: not kept
    with contextlib.suppress(UsageError):  # in a read-only folder the catalogue is built each time
        write_atomically(path, json.dumps(catalogue, indent=1))
    return catalogue


def build_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    reference = local_workspace(course, "solutions")
    quiet = replace(context, shrink=False)
    entries = []
    for wrong in mistakes_of(course, exercise):
        forms = []
        for number in range(len(wrong.forms)):
            workspace = with_mistake(reference, exercise, wrong, number)
            forms.append(fingerprints_of(judge(course, workspace, exercise, suite, quiet)))
        entries.append({"name": wrong.name, "words": wrong.words, "forms": forms})
    return entries


def catalogue_path(course: Course, exercise: Exercise, suite: Suite) -> Path:
    """The catalogue's file. Its name is a digest of what decides the fingerprints.

    These are the suite, the mistakes, the reference files that a worker is sent for this exercise, and the engine.
    """
    whole = hashlib.sha256(f"{suite.digest} {engine_digest()}".encode())
    for file in [course.root / exercise.mistakes, *reference_files(course, exercise)]:
        if file.exists():
            whole.update(file.read_bytes())
    return course.root / ".grader" / "catalogue" / f"{exercise.id.replace('/', '.')}-{whole.hexdigest()[:16]}.json"


def fingerprints_of(verdict: Verdict) -> dict[str, str]:
    """{name: fingerprint} of the failed checks of a verdict."""
    return {check.name: check.fingerprint for check in verdict.checks if check.status == Status.FAILED}


def matches(fingerprints: dict[str, str], catalogue: Catalogue) -> list[tuple[dict, dict[str, str]]]:
    """(entry, form) of the mistakes that explain `fingerprints`, each once.

    A form whose failures are all explained by a larger form, of this or another mistake, is left out.
    """
    fits = [(entry, form) for entry in catalogue for form in entry["forms"] if form and form.items() <= fingerprints.items()]
    found: dict[str, tuple[dict, dict[str, str]]] = {}
    for entry, form in fits:
        if not any(form.items() < other.items() for _, other in fits):
            found.setdefault(entry["name"], (entry, form))
    return list(found.values())


def diagnosed(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict with the words of each matching mistake under the first check that it fails."""
    found: dict[str, list[dict]] = {}  # {check: the mistakes to tell under it}
    explained: set[str] = set()
    for entry, form in matches(fingerprints_of(verdict), catalogue):
        explained |= form.keys()
        first = next(check.name for check in verdict.checks if check.name in form)
        found.setdefault(first, []).append(entry)
    if not found:
        return verdict
    checks = []
    for check in verdict.checks:
        told = {"diagnosis": "\n".join(entry["words"] for entry in found.get(check.name, [])),
                "mistake_ids": [entry["name"] for entry in found.get(check.name, [])], "observation": ""}
        checks.append(check.model_copy(update=told) if check.name in explained else check)
    return verdict.model_copy(update={"checks": checks})
