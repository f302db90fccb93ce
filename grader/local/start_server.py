"""Start the local server: `python -P -m grader.local.start_server COURSE SOCKET [EXERCISE]`.

EXERCISE is what the first request will ask for, in the words of the user; without it, it is the next exercise.

Heavy modules are not imported at the top. The stamp of the files is taken before any of them is read, because the
server later compares it with the files on disk. The workers' fork server that the first request needs loads its libraries
while this process loads its own.
"""
import contextlib
import json
import sys
from pathlib import Path

from grader.errors import USAGE, UsageError
from grader.local.stamp import stamp_of
from grader.sandbox.processes import adopt_orphans


def main(root: Path, path: Path, words: str = "") -> None:
    """Load everything, then serve requests at the socket `path`. Exits with USAGE if the course cannot be loaded."""
    adopt_orphans()
    stamp = stamp_of(root)
    from grader.course.manifest import load_course
    try:
        course = load_course(root)
    except UsageError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # the last line of the log, which the client reads
        sys.exit(USAGE)
    from grader.local.worker_servers import WorkerServers
    workers, first = WorkerServers(), asked_first(course, words)
    if first:
        workers.need(tuple(first.preload))
    from grader.local.server import LocalServer
    LocalServer(course, path, workers, stamp, first).serve()


def asked_first(course, words: str):
    """The exercise that the first request is about, as far as that can be told before it is read; None if it cannot."""
    from grader.records.ledger import statuses
    from grader.report.learner.course_map import course_map
    with contextlib.suppress(UsageError):
        if words:
            return course.find(words)[0]
        coming = course_map(course, statuses(course.root))["next"]
        return coming and course.exercises[coming["id"]]
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
