"""What changed since it was last proved whole: for `verify --changed` and `mutants --changed`.

For each exercise .grader/proved.json keeps a digest of everything that its proofs, or its mutants, depend on.
"""
import contextlib
import hashlib
import json
from pathlib import Path

from grader.authoring.proofs import BROKEN, ProofError, stub_is_released
from grader.authoring.strangers import folders_of
from grader.course.manifest import Course, Exercise
from grader.course.workspace import local_workspace
from grader.files import write_atomically
from grader.judge.engine import engine_digest
from grader.judge.suites import suite_digest

RECORD = ".grader/proved.json"  # {"proofs" or "mutants": {exercise id: digest}}


def unproved(course: Course, exercises: list[Exercise], kind: str) -> list[Exercise]:
    """Those of `exercises` that changed since `note_proved` was last called for them, or never were proved."""
    known = read_record(course).get(kind, {})
    return [exercise for exercise in exercises if known.get(exercise.id) != digest_of(course, exercise)
            or kind == "proofs" and not is_released(course, exercise)]


def note_proved(course: Course, exercise: Exercise, kind: str, digest: str) -> None:
    """Note that all is well with `exercise`; `digest` was taken before it was proved, since a file may be saved meanwhile."""
    if digest:
        record = read_record(course)
        record.setdefault(kind, {})[exercise.id] = digest
        write_atomically(course.root / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")


def digest_of(course: Course, exercise: Exercise) -> str:
    """A digest of what decides the proofs, but for what `release` writes; empty if a file cannot be read.

    That is the engine and this room's code, the entry of course.yml, the reference with what it needs, the suite with its
    helpers and probes, the mistakes, the strangers' files and the list of equivalent mutants.
    """
    tests = (course.root / exercise.suite).parent
    files = [course.root / exercise.mistakes, tests / "equivalent_mutants.yml", *sorted(Path(__file__).parent.glob("*.py")),
             *(file for folder in folders_of(course, exercise).values() for file in sorted(folder.glob(f"*{exercise.language.suffix}")))]
    whole = hashlib.sha256(f"{engine_digest()} {course.projects[exercise.project].benchmarks}".encode())
    try:
        whole.update(suite_digest(course, exercise).encode())  # with the entry of course.yml
        reference = local_workspace(course, "solutions")
        needed = [*course.requirements(exercise), exercise]
        texts = {each.path: reference.read(each.path) for each in needed}
        for project in sorted({each.project for each in needed}):
            texts |= reference.given_code(course, project)
        for path, text in sorted(texts.items()):
            whole.update(f"\0{path}\0{text}".encode())
        for file in files:
            if file.exists():
                whole.update(f"\0{file.name}\0".encode() + file.read_bytes())
    except (*BROKEN, OSError):
        return ""
    return whole.hexdigest()[:16]


def is_released(course: Course, exercise: Exercise) -> bool:
    """Whether stub, hints and chapter are what release writes: others' hints are on the same page, so no digest says it."""
    try:
        stub_is_released(course, exercise)
    except (ProofError, *BROKEN):
        return False
    return True


def read_record(course: Course) -> dict[str, dict[str, str]]:
    """The content of RECORD; empty if it is missing or damaged, and then everything is proved again."""
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((course.root / RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict) and all(isinstance(part, dict) for part in record.values()):
            return record
    return {}
