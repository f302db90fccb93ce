"""A lock by which one process builds a catalogue."""
import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from grader.course.manifest import Exercise


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
