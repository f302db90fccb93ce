"""A lock by which one process builds a catalogue."""
import contextlib
import fcntl
import math
import time
from collections.abc import Iterator
from pathlib import Path

from grader.course.manifest import Exercise

POLL_SECONDS = 0.05


class NotReadyError(Exception):
    """The catalogue is not built yet, and the caller did not want to wait for longer."""


@contextlib.contextmanager
def one_builder(folder: Path, exercise: Exercise, until: float = math.inf) -> Iterator[None]:
    """Wait until no other process builds this exercise's catalogue in `folder`, and keep others waiting in the block.

    The kernel releases the lock when its holder ends, however it ends. In a folder that cannot be written nobody waits:
    there each process builds for itself. Raises NotReadyError if that takes until after the moment `until`.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(open(folder / f"{exercise.id.replace('/', '.')}.lock", "w"))
            if until == math.inf:
                fcntl.flock(lock, fcntl.LOCK_EX)
            while until < math.inf:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    in_time(until)
                    time.sleep(POLL_SECONDS)
        yield


def in_time(until: float) -> None:
    """Raise NotReadyError after the moment `until` of the monotonic clock."""
    if time.monotonic() > until:
        raise NotReadyError
