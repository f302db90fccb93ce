"""The runner on a Dask cluster: it judges the jobs on a Dask cluster.

    grader autograde --engine dask ──jobs──> dask scheduler ──> dask worker ── a marker with its sandboxes
                                                         └────> dask worker ── a marker with its sandboxes

Every Dask worker needs the course's folder with the same suites. It reads nothing else, because a job contains the
texts that were handed in. Dask runs a job again if a Dask worker was lost, so a job may be judged twice. The job's key
is made of everything that decides its verdicts, and the ledger keeps one verdict of each.
"""
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from grader.autograde.marker import Job, Marker
from grader.autograde.plan import Plan, Task
from grader.course.manifest import load_course
from grader.errors import GraderError, UsageError
from grader.files import claim_cpu, find_course
from grader.judge.engine import engine_digest
from grader.judge.suites import suite_digest
from grader.records.verdict import Verdict

WAITING = 4  # jobs submitted for each thread of the cluster: enough that no thread idles, few enough for memory
TRIES = 3    # of a job whose Dask workers were lost; Dask itself tries several times in each


def mark_on_dask(plan: Plan, tasks: Iterable[Task], scheduler: str | None,
                 workers: int | None) -> Iterator[tuple[Task, Verdict | None]]:
    """Judge the tasks on the cluster at `scheduler`, or on a local one with `workers` processes if there is no address.

    Yields (task, verdict) as soon as a verdict is there; the last pair of each task has None. Raises UsageError if Dask
    or the scheduler is missing, and GraderError if the scheduler is lost or the Dask workers cannot judge.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster, as_completed
    except ImportError:
        raise UsageError("--engine dask needs Dask: pip install 'ml-deepdive[dask]'.") from None
    if scheduler:
        try:
            client, cluster = Client(scheduler, timeout=20), None
        except (OSError, ValueError) as error:
            raise UsageError(f"There is no Dask scheduler at {scheduler}: {error or type(error).__name__}.") from None
    else:
        cluster = LocalCluster(n_workers=workers or os.cpu_count(), threads_per_worker=1, dashboard_address=None)
        client = Client(cluster)
    running: dict[str, Task] = {}
    lost: dict[str, int] = {}
    tasks = iter(tasks)

    def hand_out() -> Iterator[tuple]:
        """Submit jobs until the cluster has enough; yield (task, future), with None for a task without a job."""
        room = WAITING * max(1, sum(client.nthreads().values())) - len(running)
        while room > 0 and (task := next(tasks, None)):
            if not task.job.exercises:
                yield task, None
                continue
            future = submit(task)
            running[future.key] = task
            yield task, future
            room -= 1

    def submit(task: Task):
        order = {"root": str(plan.course.root), "exercises": [e.id for e in plan.exercises], "unsafe": plan.unsafe,
                 "engine": plan.engine, "suites": {name: plan.suites[name] for name in task.job.exercises},
                 "job": asdict(task.job)}
        return client.submit(mark_job, order, key=f"mark-{key_of(order)}-{lost.get(task.name, 0)}", pure=False)

    try:
        finished = as_completed()
        while True:
            for task, future in hand_out():
                yield from ((task, verdict) for verdict in task.verdicts)
                if future is None:
                    yield task, None
                else:
                    finished.add(future)
            if not running:
                return
            future = next(finished)
            task = running.pop(future.key)
            try:
                said = future.result()
            except KilledWorker:
                lost[task.name] = lost.get(task.name, 0) + 1
                if lost[task.name] == TRIES:
                    raise GraderError(f"The Dask workers keep dying over {task.name}; look at their logs, and run the "
                                      "same command again.") from None
                again = submit(task)
                running[again.key] = task
                finished.add(again)
                continue
            task.seconds = said["seconds"]
            yield from ((task, Verdict.model_validate(verdict)) for verdict in said["verdicts"])
            yield task, None
    except (OSError, TimeoutError) as error:
        raise GraderError(f"The Dask scheduler is gone ({error or type(error).__name__}); start it and run the same "
                          "command again.") from None
    finally:
        client.close()
        if cluster:
            cluster.close()


def key_of(order: dict) -> str:
    """A digest of the submission, the suites, the engine and the options: the same job has the same key."""
    return hashlib.sha256(json.dumps({**order, "root": ""}, sort_keys=True).encode()).hexdigest()[:24]


# ── in the Dask worker ──────────────────────────────────────────────────────────────────────────────────────────


_markers: dict[tuple, tuple[Marker, dict[str, str]]] = {}
_lock = threading.Lock()
_here = threading.local()


def mark_job(order: dict) -> dict:
    """Judge one job in the marker of this process, which the first job starts.

    Returns the verdicts as plain data, and the seconds. Raises GraderError if the suites or the engine differ here.
    """
    import time
    marker, suites = marker_for(order)
    if {name: suites[name] for name in order["suites"]} != order["suites"]:
        raise GraderError(f"The course of the Dask worker on {socket.gethostname()} ({marker.course.root}) is not the one "
                          "that is marked with; update it and start the worker again.")
    if engine_digest() != order["engine"]:
        raise GraderError(f"The grader of the Dask worker on {socket.gethostname()}, or a library that it judges with, is not "
                          "the one that is marked with; install the same there and start the worker again.")
    if not hasattr(_here, "turn"):
        _here.turn = claim_cpu()
    started = time.perf_counter()
    verdicts = [verdict.model_dump(mode="json") for verdict in marker.mark(Job(**order["job"]), _here.turn)]
    return {"verdicts": verdicts, "seconds": time.perf_counter() - started}


def marker_for(order: dict) -> tuple[Marker, dict[str, str]]:
    """The marker for the exercises of `order`, and the digests of their suites on this machine."""
    root = course_folder(order["root"])
    key = (root, *order["exercises"], order["unsafe"])
    with _lock:
        if key not in _markers:
            course = load_course(root)
            missing = [name for name in order["exercises"] if name not in course.exercises]
            suites = {name: suite_digest(course, course.exercises[name]) for name in order["exercises"]
                      if name not in missing}
            exercises = [course.exercises[name] for name in suites]
            _markers[key] = Marker(course, exercises, order["unsafe"]), {**suites, **dict.fromkeys(missing, "")}
        return _markers[key]


def course_folder(root: str) -> Path:
    """The course's folder on this machine: $GRADER_COURSE, else `root`, else where the Dask worker was started."""
    if named := os.environ.get("GRADER_COURSE"):
        return find_course(Path(named))
    return Path(root) if (Path(root) / "course.yml").is_file() else find_course()
