"""Tell a learner which catalogued mistake their failures match.

The catalogue of an exercise holds the fingerprints that each of its mistakes leaves. A mistake matches where every
check that it fails failed here too, with the same fingerprint: then its words are said, once, under the first of
those checks. Two mistakes in two functions of a file are both found.
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
from grader.judge.engine import engine_digest
from grader.judge.mistakes import mistakes_of, with_mistake
from grader.judge.run import Context, judge
from grader.judge.suites import Suite
from grader.records.verdict import Status, Verdict

Catalogue = list[dict]  # of {"name", "words", "fingerprints": {check: fingerprint}}


def load_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    """The catalogue of one exercise: from the file that keeps it, else built by judging every mistake."""
    if not (course.root / "solutions" / exercise.path).exists():
        return []
    path = catalogue_path(course, exercise, suite)
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    catalogue = build_catalogue(course, exercise, suite, context)
    if not any(entry["fingerprints"] for entry in catalogue):
        return catalogue  # no mistake was found out: no worker could start, say, and that shall not be kept
    with contextlib.suppress(UsageError):  # a read-only folder costs time, not the diagnosis
        write_atomically(path, json.dumps(catalogue, indent=1))
    return catalogue


def build_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    reference = local_workspace(course, "solutions")
    quiet = replace(context, shrink=False)
    entries = []
    for wrong in mistakes_of(course, exercise):
        verdict = judge(course, with_mistake(reference, exercise, wrong), exercise, suite, quiet)
        entries.append({"name": wrong.name, "words": wrong.words, "fingerprints": fingerprints_of(verdict)})
    return entries


def catalogue_path(course: Course, exercise: Exercise, suite: Suite) -> Path:
    """Named after all that decides the fingerprints: suite, mistakes, the files of the reference, and the engine."""
    whole = hashlib.sha256(f"{suite.digest} {engine_digest()}".encode())
    for file in [course.root / exercise.mistakes, *sorted((course.root / "solutions" / exercise.project).glob("*.py"))]:
        if file.exists():
            whole.update(file.read_bytes())
    return course.root / ".grader" / "catalogue" / f"{exercise.id.replace('/', '.')}-{whole.hexdigest()[:16]}.json"


def fingerprints_of(verdict: Verdict) -> dict[str, str]:
    """The fingerprints that a verdict's failed checks left."""
    return {check.name: check.fingerprint for check in verdict.checks if check.status == Status.FAILED}


def matches(fingerprints: dict[str, str], catalogue: Catalogue) -> list[dict]:
    """The mistakes that explain `fingerprints`; one whose failures are all explained by a larger one is left out."""
    found = [e for e in catalogue if e["fingerprints"] and e["fingerprints"].items() <= fingerprints.items()]
    return [e for e in found if not any(e["fingerprints"].items() < other["fingerprints"].items() for other in found)]


def diagnosed(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict with the words of each matching mistake under the first check that it fails."""
    found: dict[str, list[dict]] = {}  # {check: the mistakes to tell under it}
    for entry in matches(fingerprints_of(verdict), catalogue):
        first = next(c.name for c in verdict.checks if c.name in entry["fingerprints"])
        found.setdefault(first, []).append(entry)
    if not found:
        return verdict
    checks = [check.model_copy(update={"diagnosis": "\n".join(entry["words"] for entry in found[check.name]),
                                       "mistake_ids": [entry["name"] for entry in found[check.name]]})
              if check.name in found else check for check in verdict.checks]
    return verdict.model_copy(update={"checks": checks})
