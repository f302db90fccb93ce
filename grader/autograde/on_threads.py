"""The runner on this machine: a few threads, each with one submission at a time."""
import queue
import threading
import time
from collections.abc import Iterable, Iterator

from grader.autograde.marker import Marker
from grader.autograde.plan import Task
from grader.records.verdict import Verdict


def mark_on_threads(marker: Marker, tasks: Iterable[Task], lanes: int) -> Iterator[tuple[Task, Verdict | None]]:
    """The local engine: `lanes` threads, each with one submission at a time. The last pair of a task has None."""
    tasks, lock = iter(tasks), threading.Lock()
    done: queue.Queue = queue.Queue()

    def lane(turn: int) -> None:
        try:
            while True:
                with lock:
                    task = next(tasks, None)
                if task is None:
                    break
                started = time.perf_counter()
                for verdict in [*task.verdicts]:
                    done.put((task, verdict))
                for verdict in marker.mark(task.job, turn):
                    done.put((task, verdict))
                task.seconds = time.perf_counter() - started
                done.put((task, None))
        except BaseException as error:
            done.put(error)
        done.put(None)

    for turn in range(lanes):
        threading.Thread(target=lane, args=(turn,), daemon=True).start()
    left = lanes
    while left:
        came = done.get()
        if isinstance(came, BaseException):
            raise came
        if came is None:
            left -= 1
        else:
            yield came
