"""The process that `grader deploy` starts: the project's service, from the files of a workspace, on a socket that listens.

Run as `python -P -m grader.smoke.serve_project ROOT PROJECT WORKSPACE DESCRIPTOR`.
"""
import sys
from pathlib import Path

from grader.course.manifest import load_course
from grader.course.workspace import SourceError, gather_project, local_workspace
from grader.worker import loader


def main(root: str, project: str, workspace: str, descriptor: str) -> int:
    course = load_course(Path(root))
    try:
        sources = gather_project(course, local_workspace(course, workspace), course.projects[project], "service")
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    service = loader.load(sources.module, sources.files, common=str(course.root / "exercises/common"), check_shapes=False)
    model = service.export_model(service.make_layers(service.FEATURES, 64, 4))
    return 0 if service.serve(model, listener=int(descriptor)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
