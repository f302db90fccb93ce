"""The commands of this room: `grader smoke` and `grader deploy`. Imports what a command needs inside its function."""
from pathlib import Path

from grader.report.style import wants_color


def add_commands(command) -> None:
    """Define them; `command(name, function, text)` makes a parser."""
    sub = command("smoke", smoke, "Start a project's whole service and check it from outside.")
    sub.add_argument("project", metavar="PROJECT")
    sub.add_argument("--workspace", metavar="DIR", help="with the files of another folder; nothing is recorded")
    sub.add_argument("--only", metavar="CHECK", help="this check alone, or these: parity,metrics; nothing is recorded")
    sub.add_argument("--sandbox", action="store_true", help="run the service in the sandbox, as a stranger's")
    sub.add_argument("--json", action="store_true", help="the verdict as JSON")
    sub.add_argument("--verbose", "-v", action="store_true", help="show also what the services printed")

    sub = command("deploy", deploy, "Start a project's service on this machine, in a container where there is an engine for it.")
    sub.add_argument("project", metavar="PROJECT")
    sub.add_argument("--down", action="store_true", help="stop what was started, and nothing else")
    sub.add_argument("--port", type=int, default=8000, help="of 127.0.0.1 (8000)")
    sub.add_argument("--engine", choices=("auto", "process", "container", "buildah"), default="auto",
                     help="a process, containers by docker or podman compose (what there is), or the image by buildah, as root")
    sub.add_argument("--workspace", metavar="DIR", help="with the files of another folder; a process then, or buildah's image")


def absolute(folder: str | None) -> str | None:
    return folder and str(Path(folder).resolve())


def smoke(args, root: Path) -> int:
    from grader.course.manifest import load_course
    from grader.smoke.run import smoke_project
    return smoke_project(load_course(root), args.project, absolute(args.workspace), sandbox=args.sandbox, as_json=args.json,
                         verbose=args.verbose, color=wants_color(), only=args.only)


def deploy(args, root: Path) -> int:
    from grader.course.manifest import load_course
    from grader.smoke.deploy import deploy_project, stop_project
    if args.down:
        return stop_project(load_course(root), args.project)
    return deploy_project(load_course(root), args.project, absolute(args.workspace), args.port, args.engine)
