"""Tell a learner which catalogued mistake their failures match.

The catalogue of an exercise holds the fingerprints that each of its mistakes leaves. A mistake matches where every
check that it fails failed here too, with the same fingerprint: then its words are said, once, under the first of
those checks. Two mistakes in two functions of a file are both found.
"""
import contextlib
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import hypothesis

from grader.course import Course, Exercise
from grader.judge.run import Context, judge
from grader.judge.suites import Suite
from grader.mistakes import mistakes_of, with_mistake
from grader.verdict import Status, Verdict
from grader.workspace import local_workspace

Catalogue = list[dict]  # of {"name", "words", "prints": {check: fingerprint}}


def load_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    """The catalogue of one exercise: from the file that keeps it, else built by judging every mistake."""
    if not (course.root / "solutions" / exercise.path).exists():
        return []
    path = catalogue_path(course, exercise, suite)
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    catalogue = build_catalogue(course, exercise, suite, context)
    if not any(entry["prints"] for entry in catalogue):
        return catalogue  # no mistake was found out: no worker could start, say, and that shall not be kept
    with contextlib.suppress(OSError):  # a read-only folder costs time, not the diagnosis
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(catalogue, indent=1), encoding="utf-8")
        temporary.replace(path)
    return catalogue


def build_catalogue(course: Course, exercise: Exercise, suite: Suite, context: Context) -> Catalogue:
    reference = local_workspace(course, "solutions")
    quiet = replace(context, shrink=False)
    entries = []
    for wrong in mistakes_of(course, exercise):
        verdict = judge(course, with_mistake(reference, exercise, wrong), exercise, suite, quiet)
        entries.append({"name": wrong.name, "words": wrong.words, "prints": prints_of(verdict)})
    return entries


def catalogue_path(course: Course, exercise: Exercise, suite: Suite) -> Path:
    """Named after all that decides the fingerprints: suite, mistakes, the files of the reference, and the grader."""
    whole = hashlib.sha256(f"{suite.digest} {hypothesis.__version__}".encode())  # which draws the examples
    engine = Path(__file__).resolve().parents[1]
    files = [course.root / exercise.mistakes,
             *sorted((course.root / "solutions" / exercise.project).glob("*.py")),
             *sorted((engine / "judge").glob("*.py")), engine / "wire.py", engine / "worker/serve.py"]
    for file in files:
        if file.exists():
            whole.update(file.read_bytes())
    return course.root / ".grader" / "catalogue" / f"{exercise.id.replace('/', '.')}-{whole.hexdigest()[:16]}.json"


def prints_of(verdict: Verdict) -> dict[str, str]:
    """The fingerprints that a verdict's failed checks left."""
    return {check.name: check.fingerprint for check in verdict.checks if check.status == Status.FAILED}


def matches(prints: dict[str, str], catalogue: Catalogue) -> list[dict]:
    """The mistakes that explain `prints`; one whose failures are all explained by a larger one is left out."""
    found = [e for e in catalogue if e["prints"] and e["prints"].items() <= prints.items()]
    return [e for e in found if not any(e["prints"].items() < other["prints"].items() for other in found)]


def diagnosed(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict with the words of each matching mistake under the first check that it fails."""
    words: dict[str, list[str]] = {}
    for entry in matches(prints_of(verdict), catalogue):
        first = next(c.name for c in verdict.checks if c.name in entry["prints"])
        words.setdefault(first, []).append(entry["words"])
    if not words:
        return verdict
    checks = [c.model_copy(update={"diagnosis": "\n".join(words[c.name])}) if c.name in words else c
              for c in verdict.checks]
    return verdict.model_copy(update={"checks": checks})
