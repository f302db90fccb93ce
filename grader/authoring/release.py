"""Make what learners get from the solutions: write stubs and hints, reset a stub, write the bundle of a class.

    solutions/** ──release──> exercises/**, exercises/<project>/hints.md
                 └──bundle──> a folder without solutions and tests

No file that somebody edited is lost: a file that differs from what the last release wrote is left alone or backed up.
"""
import contextlib
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from grader.authoring.chapter import chapter_path, with_manifest
from grader.course.hints import hints_page, hints_path
from grader.course.languages import suffixes
from grader.course.manifest import MANIFEST, Course, Exercise
from grader.course.sections import blocks_of, stub_of
from grader.errors import UsageError
from grader.files import read_bytes, read_text, translate_errors, write_atomically

RECORD = ".grader/released.json"      # {path below exercises/: digest of what a release wrote last}
BACKUPS = ".grader/backups"
PRISTINE = "exercises/.stubs"         # in a bundle: a second copy of the stubs, for `grader reset`
BUNDLED = (MANIFEST, "pyproject.toml", "constraints.txt", "Makefile", "LICENSE")
BUNDLE_README = Path(__file__).with_name("bundle_readme.md")
FIGURES = {".svg", ".png", ".jpg", ".gif"}


# ── what release writes ─────────────────────────────────────────────────────────────────────────────────────────


def released_texts(course: Course, only: list[Exercise] | None = None) -> dict[str, str]:
    """The files that release writes, {path below exercises/: text}. Raises UsageError.

    With `only`: the stubs of these exercises, and the given code and hints of their projects.
    """
    solutions = course.root / "solutions"
    if not solutions.is_dir():
        raise UsageError("This copy of the course has no solutions, so there is nothing to release.")
    wanted = {e.id for e in only} if only is not None else set(course.exercises)
    projects = {e.project for e in only} if only is not None else set(course.projects)
    texts: dict[str, str] = {}
    for file in sorted(file for file in solutions.rglob("*") if file.suffix in suffixes()):
        path = file.relative_to(solutions).as_posix()
        if any(part.startswith(".") for part in path.split("/")):
            continue
        if exercise := course.by_path.get(path):
            if exercise.id in wanted:
                texts[path] = stub_text(course, exercise)
        elif only is None or any(path.startswith(f"{project}/") for project in projects):
            texts[path] = stub_of(read_text(file, f"solutions/{path}"), f"solutions/{path}")
    for project in course.projects.values():
        if project.id in projects and project.exercises:
            texts[hints_path(project)] = hints_page(course, project)
    return texts


def stub_text(course: Course, exercise: Exercise) -> str:
    """The stub of `exercise`, cut from its solution. Raises UsageError if the solution marks no solution region."""
    name = f"solutions/{exercise.path}"
    text = read_text(course.root / name, name)
    if not any(block.kind == "solution" for block in blocks_of(text, name)):
        raise UsageError(f"{name} marks no solution, and {MANIFEST} calls it an exercise; mark what learners write.")
    return stub_of(text, name)


def chapters(course: Course, only: list[Exercise] | None = None) -> dict[str, str]:
    """The existing chapters, {path below exercises/: text}, each with the current table and numbers of exercises."""
    wanted = {e.project for e in only} if only is not None else set(course.projects)
    texts: dict[str, str] = {}
    for project in course.projects.values():
        path = chapter_path(project)
        if project.id in wanted and (file := course.root / "exercises" / path).exists():
            texts[path] = with_manifest(course, project, read_text(file, f"exercises/{path}"))
    return texts


# ── to write it ─────────────────────────────────────────────────────────────────────────────────────────────────


def to_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def release(course: Course, only: list[Exercise] | None = None, force: bool = False,
            say: Callable[[str], None] = to_stderr) -> list[Path]:
    """Write the stubs, hints and chapters that differ on disk; return the paths, below the course, of those written.

    A file that was edited since the last release is left alone and named in a call of `say`. With `force` it is backed
    up and overwritten. Of a chapter only the table and numbers are replaced. All solutions are read before a file is written.
    """
    record = read_record(course)
    written: list[Path] = []
    try:
        for path, text in released_texts(course, only).items():
            there = read_bytes(course.root / "exercises" / path)
            unedited = {record.get(path), digest(text.encode()), committed_digest(course, path)}
            edited = there is not None and digest(there) not in unedited
            if edited and not force:
                say(f"exercises/{path} was edited and is left alone; --force overwrites it and keeps a backup.")
                continue
            if edited:
                back_up(course, path, there)
            if there is None or digest(there) != digest(text.encode()):
                write_atomically(course.root / "exercises" / path, text.encode())
                written.append(Path("exercises") / path)
            record[path] = digest(text.encode())
        for path, text in chapters(course, only).items():
            if read_bytes(course.root / "exercises" / path) != text.encode():
                write_atomically(course.root / "exercises" / path, text.encode())
                written.append(Path("exercises") / path)
    finally:
        write_record(course, record)
    return written


def reset(course: Course, exercise: Exercise) -> Path | None:
    """Put the stub of `exercise` back; return the path, below the course, of the backup of the learner's file.

    None if there was nothing to back up: no file, or the stub itself.
    """
    text = pristine_text(course, exercise)
    there = read_bytes(course.root / "exercises" / exercise.path)
    if there is not None and digest(there) == digest(text.encode()):
        return None
    backup = back_up(course, exercise.path, there) if there is not None else None
    write_atomically(course.root / "exercises" / exercise.path, text.encode())
    return backup


def pristine_text(course: Course, exercise: Exercise) -> str:
    """The untouched stub, cut from the solution or, in a bundle, read from PRISTINE. Raises UsageError."""
    if (course.root / "solutions" / exercise.path).exists():
        return stub_text(course, exercise)
    name = f"{PRISTINE}/{exercise.path}"
    if not (course.root / name).exists():
        raise UsageError(f"This copy of the course has no stub of {exercise.short} to put back; ask your instructor.")
    return read_text(course.root / name, name)


def bundle(course: Course, folder: Path) -> None:
    """Write the bundle of a class into `folder`. Raises UsageError if it exists and is not empty."""
    with translate_errors(folder, "read"):
        if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
            raise UsageError(f"{folder} is not an empty folder; name a new one for the bundle.")
    for path, content in bundle_files(course).items():
        write_atomically(folder / path, content)


def bundle_files(course: Course) -> dict[str, bytes]:
    """The files of a class's bundle, {path: content}. Each file is chosen by name, so that no stray file gets in.

    Stubs are cut from the solutions, because the stubs on disk may contain somebody's work.
    """
    texts = released_texts(course)
    for exercise in course.exercises.values():
        if exercise.path not in texts:
            raise UsageError(f"solutions/{exercise.path} is missing, and its stub is cut from it.")
    files = {f"exercises/{path}": text.encode() for path, text in texts.items()}
    files |= {f"{PRISTINE}/{e.path}": texts[e.path].encode() for e in course.exercises.values()}
    for path in (p for top in ("exercises", "grader", "infra") for p in files_below(course.root / top)):
        name = path.relative_to(course.root).as_posix()
        chapter = path.name == "README.md" or path.suffix in FIGURES
        if name not in files and (name.startswith(("grader/", "exercises/common/", "infra/")) or chapter):
            files[name] = read_bytes(path) or b""
    for name in BUNDLED:
        if (course.root / name).exists():
            files[name] = read_bytes(course.root / name) or b""
    files["README.md"] = read_text(BUNDLE_README, str(BUNDLE_README)).replace("{title}", course.title).encode()
    return files


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a source tree that are neither hidden nor compiled."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield path


# ── records, backups ─────────────────────────────────────────────────────────────────────────────────────


def back_up(course: Course, path: str, content: bytes) -> Path:
    """Back up `content` of exercises/`path`; return the backup's path below the course. No backup is overwritten."""
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    for again in range(1000):
        backup = Path(BACKUPS) / "exercises" / f"{path}.{stamp}{f'-{again}' if again else ''}"
        with translate_errors(backup, "written"), contextlib.suppress(FileExistsError):
            (course.root / backup).parent.mkdir(parents=True, exist_ok=True)
            with (course.root / backup).open("xb") as file:
                file.write(content)
            return backup
    raise UsageError(f"{BACKUPS} is full of backups of {path}; clear it up.")


def digest(content: bytes) -> str:
    """The digest of a file's content. It ignores the kind of line ends, which an editor or Git may change."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:16]


def committed_digest(course: Course, path: str) -> str | None:
    """Of exercises/`path` as the last commit has it, so that a fresh clone has no edited stubs; None without Git."""
    try:
        done = subprocess.run(["git", "show", f"HEAD:./exercises/{path}"], cwd=course.root, capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return digest(done.stdout) if done.returncode == 0 else None


def read_record(course: Course) -> dict[str, str]:
    """The content of RECORD; empty if it is missing or damaged, and then every difference counts as an edit."""
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((course.root / RECORD).read_text(encoding="utf-8"))
        return record if isinstance(record, dict) else {}
    return {}


def write_record(course: Course, record: dict[str, str]) -> None:
    write_atomically(course.root / RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
