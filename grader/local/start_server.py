"""Start the local server: `python -P -m grader.local.start_server COURSE SOCKET`.

Heavy modules are not imported at the top. The stamp of the files is taken before any of them is read, because the
server later compares it with the files on disk. The workers' fork servers load their libraries while this process loads
its own.
"""
import json
import sys
from pathlib import Path

from grader.errors import USAGE, UsageError
from grader.local.stamp import stamp_of
from grader.sandbox.processes import adopt_orphans
from grader.worker.launch import WorkerForkServer


def main(root: Path, path: Path) -> None:
    """Load everything, then serve requests at the socket `path`. Exits with USAGE if the course cannot be loaded."""
    adopt_orphans()
    stamp = stamp_of(root)
    from grader.course.manifest import load_course
    try:
        course = load_course(root)
    except UsageError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # the last line of the log, which the client reads
        sys.exit(USAGE)
    fork_servers = {libraries: WorkerForkServer(libraries)
                    for libraries in {tuple(e.preload) for e in course.exercises.values()}}
    from grader.local.server import LocalServer
    LocalServer(course, path, fork_servers, stamp).serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
