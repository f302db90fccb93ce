"""What a catalogue is made of, and a lock by which one process builds it."""
import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from grader.course.manifest import Course, Exercise


def reference_files(course: Course, exercise: Exercise) -> list[Path]:
    """The files of the reference that a worker is sent for this exercise (workspace.gather).

    These are its own file, those of the exercises that it needs, and the given code of their projects. A change of any
    other solution leaves its fingerprints as they are.
    """
    solutions = course.root / "solutions"
    needed = [*course.requirements(exercise), exercise]
    given = [file for project in sorted({each.project for each in needed})
             for file in sorted((solutions / project).glob("*.py")) if f"{project}/{file.stem}" not in course.exercises]
    return [*(solutions / each.path for each in needed), *given]


@contextlib.contextmanager
def one_builder(folder: Path, exercise: Exercise) -> Iterator[None]:
    """Wait until no other process builds this exercise's catalogue in `folder`, and keep others waiting in the block.

    The kernel releases the lock when its holder ends, however it ends. In a folder that cannot be written nobody waits:
    there each process builds for itself.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(open(folder / f"{exercise.id.replace('/', '.')}.lock", "w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
