"""The files of catalogues: a lock by which one process builds one, and the removal of old ones."""
import contextlib
import fcntl
import math
import time
from collections.abc import Iterator
from pathlib import Path

from grader.course.manifest import Exercise

POLL_SECONDS = 0.05
OLD_SECONDS = 24 * 60 * 60


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


def remove_older(path: Path) -> None:
    """Remove the catalogues of the same exercise beside `path`, with the faults of their suites, that were written more than
    OLD_SECONDS before it.

    Within that time another checkout in this folder may come back to one of them.
    """
    with contextlib.suppress(OSError):
        exercise, _, own = path.stem.rpartition("-")
        written = path.stat().st_mtime
        for other in path.parent.glob(f"{exercise}-*{path.suffix}"):
            whose, _, digest = other.name.partition(".json")[0].rpartition("-")
            with contextlib.suppress(OSError):  # another process removes it, too
                if whose == exercise and not digest.startswith(own) and other.stat().st_mtime < written - OLD_SECONDS:
                    other.unlink()


def in_time(until: float) -> None:
    """Raise NotReadyError after the moment `until` of the monotonic clock."""
    if time.monotonic() > until:
        raise NotReadyError
