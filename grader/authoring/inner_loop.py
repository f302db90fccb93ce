"""`grader verify --watch`: prove one exercise again whenever one of its files is saved, as quickly as can be."""
import select
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from grader.authoring.strangers import folders_of
from grader.authoring.unfinished import own_files
from grader.authoring.verify import Proof
from grader.course.manifest import Course, Exercise, load_course
from grader.errors import GraderError, UsageError
from grader.local.file_events import POLL_SECONDS, Saves

Prove = Callable[[Course, Exercise], Iterator[Proof]]
Lines = Callable[[Iterator[Proof]], Iterator[str]]


def watch_proofs(course: Course, exercise: Exercise, prove: Prove, lines: Lines) -> None:
    """Prove `exercise` now and after each save of one of its files, until Ctrl-C. A save ends the proofs under way."""
    folders = [course.root / top / exercise.project for top in ("solutions", "tests")]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder.relative_to(course.root)}/ to watch.")
    watched = [Saves(folder) for folder in folders]
    try:
        if any(saves.polling for saves in watched):
            print(f"This file system gives no events: looking every {POLL_SECONDS} seconds.")
        print(f"Watching the files of {exercise.short} · Ctrl-C ends", flush=True)
        due = True
        while True:
            if due:
                prove_once(course.root, exercise, prove, lines, lambda: bool(saved(watched, 0)))
            ready = saved(watched, None)
            due = any(concerns(course, exercise, path) for saves in ready for path in saves.take())
    finally:
        for saves in watched:
            saves.close()


def saved(watched: list[Saves], timeout: float | None) -> list[Saves]:
    """Those that have something to take, within `timeout` seconds; None waits."""
    ready = select.select([saves.fd for saves in watched], [], [], timeout)[0]
    return [saves for saves in watched if saves.fd in ready]


def prove_once(root: Path, exercise: Exercise, prove: Prove, lines: Lines, interrupted: Callable[[], bool]) -> None:
    """Print the proofs, and stop between two of them where `interrupted` says so. The course is read anew."""
    began = time.monotonic()
    try:
        course = load_course(root)
        if exercise.id not in course.exercises:
            raise UsageError(f"{exercise.short} is no longer in course.yml.")
        print(flush=True)
        with closing(prove(course, course.exercises[exercise.id])) as proofs:
            for line in lines(proofs):
                print(line, flush=True)
                if interrupted():
                    return
        print(f"in {time.monotonic() - began:.1f} seconds", flush=True)
    except (UsageError, GraderError) as error:
        print(error, flush=True)


def concerns(course: Course, exercise: Exercise, path: Path) -> bool:
    """Whether a file decides the proofs of `exercise`: all of its project's do, but for those of other exercises."""
    for other in course.projects[exercise.project].exercises:
        if other.id != exercise.id and (path in [course.root / file for file in own_files(other)]
                                        or path.parent in folders_of(course, other).values()):
            return other in course.requirements(exercise)
    return True
