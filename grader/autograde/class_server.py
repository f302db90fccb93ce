"""The class server: the judges' fork server of a class, in its own sandbox. It forks a judge for each submission.

    grader autograde ──connects──> this ──fork──> judge ⇄ worker <──fork── workers' fork server
         ▲                 └── sandbox: course, suites ──┘ └────── sandbox: no course ──────┘
         └──────────────── lines of JSON, a verdict each ──┘

The judge gives up all its rights before it receives the first byte from a worker. `grader autograde`, which made the
sandbox, reads the hand-ins and keeps the ledger. It accepts from a judge only JSON that has the form of a verdict.

Run as `python -P -m grader.autograde.class_server JSON`.
"""
import json
import os
import select
import socket
import sys
import time
from functools import partial
from pathlib import Path

from grader.autograde.borrowed import beside_the_reference, with_what_it_needs
from grader.course.manifest import Exercise, load_course
from grader.course.workspace import Problem, SubmissionWorkspace, Workspace, given_folder, local_workspace
from grader.errors import PASSED, GraderError, UsageError
from grader.ipc import fd_passing
from grader.judge.baselines import all_kept, keep_all, read_kept
from grader.judge.context import Context
from grader.judge.diagnose import diagnosed, load_catalogue
from grader.judge.fork_server import JudgeForkServer, Say
from grader.judge.link import KILLED
from grader.judge.prerequisites import judged_apart, reference_texts
from grader.judge.remote import keep_probes
from grader.judge.run import judge
from grader.judge.suite_faults import Faults, faults_path, find_faults, load_faults, without_faults
from grader.judge.suites import Suite
from grader.records.verdict import Reason, Status, Verdict, verdict_on
from grader.sandbox.processes import adopt_orphans, cpu_seconds_with_children, hide_from_others
from grader.worker.launch import Libraries

MEMORY_MB = 4000    # of one judge, beyond the memory that it shares: a few times the largest frame
LONGEST = 20_000    # characters of one check's output, or of an excerpt: no report shows more, and answers stay short
TRIES = 3           # of an exercise whose worker was killed by the system or by a process outside the grader
LONG_SECONDS = 100  # after this time an exercise is not judged again, because the marker's wait has a limit


def main(accept_fd: int, root: str, fork_servers: list[tuple[list[str], int]], exercises: list[str],
         confinement: dict | None = None) -> None:
    adopt_orphans()
    confine = None
    if confinement is not None:
        from grader.sandbox.confine import Confinement, filter_program
        confine = Confinement(**confinement)
        filter_program(judge=True)
        hide_from_others()
    shared = {tuple(libraries): socket.socket(fileno=fd) for libraries, fd in fork_servers}
    try:
        server = ClassServer(Path(root), shared, exercises, confine)
    except (GraderError, UsageError) as error:
        print(json.dumps({"broken": str(error)}), flush=True)
        sys.exit(1)
    print(json.dumps({"ready": True}), flush=True)
    server.serve(socket.socket(fileno=accept_fd), confine)
    print(json.dumps({"cpu_seconds": cpu_seconds_with_children()}), flush=True)


class ClassServer(JudgeForkServer):
    """Serves the marker of a class over connections that are passed as file descriptors."""

    log = "the file judge.log beside the class's ledger"

    def __init__(self, root: Path, fork_servers: dict[Libraries, socket.socket], exercises: list[str], confine=None):
        course = load_course(root)
        super().__init__(course, fork_servers, course.exercises.values())
        self.given = given_folder(course)
        reference = local_workspace(course, str(self.given.relative_to(root)))
        self.code = {project: reference.given_code(course, project) for project in course.projects}
        self.reference = reference_texts(course)  # read now: a judge has no right to
        self.catalogues, self.faults = {}, {}
        keep_probes(root / "tests")
        for exercise in (course.exercises[name] for name in exercises):
            suite = self.suite(exercise)
            suite.draw()
            read_kept(root, exercise.suite)  # a judge without rights could not
            self.catalogues[exercise.id] = self.catalogue_of(exercise, suite)
            self.faults[exercise.id] = load_faults(faults_path(course, exercise, suite, "class"), partial(
                self.find_faults, reference, exercise, suite, confine))
        self.freeze()

    def catalogue_of(self, exercise: Exercise, suite: Suite) -> list[dict]:
        if not (self.root / exercise.mistakes).exists():
            return []
        return load_catalogue(self.course, exercise, suite, Context(self.fork_servers))

    def find_faults(self, reference: Workspace, exercise: Exercise, suite: Suite, confine) -> tuple[Faults, bool]:
        """The faults of a suite as they are for submissions: found by a judge without rights.

        What that judge has computed once (`expected_once`) is kept here, for all that are forked later.
        """
        texts = {each.path: reference.read(each.path) for each in [*self.course.requirements(exercise), exercise]}
        workspace = SubmissionWorkspace(root=Path(), given=self.given, label="solutions", replaced=texts, code=self.code)
        mine, theirs = socket.socketpair()

        def judge_reference() -> None:
            if confine is not None:
                confine.judge(MEMORY_MB)
            found = find_faults(self.course, workspace, exercise, suite, Context(self.fork_servers))
            theirs.sendall(json.dumps([*found, all_kept()]).encode())

        pid = self.fork(judge_reference)
        theirs.close()
        with mine, mine.makefile("rb") as stream:
            found = stream.read()
        os.waitpid(pid, 0)
        self.children.discard(pid)
        faults, sure, expected = json.loads(found) if found else ({}, False, {})
        keep_all(expected)
        return faults, sure

    def serve(self, accept_end: socket.socket, confine) -> None:
        """Fork a judge for each connection, until every copy of the connect end is closed."""
        while True:
            ready = select.select([accept_end], [], [], 0.2 if self.children else None)[0]
            self.reap()
            if ready:
                connection = fd_passing.accept(accept_end)
                if connection is None:
                    return  # the sandbox ends with this process, and so does every process left in it
                self.fork(lambda: self.judge(connection, accept_end, confine))
                connection.close()

    def judge(self, connection: socket.socket, accept_end: socket.socket, confine) -> None:
        accept_end.close()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        self.answer(connection, lambda request, say: self.mark(request, say, connection, confine))

    def mark(self, request: dict, say: Say, connection: socket.socket, confine) -> None:
        """Judge the exercises that `request` names of one submission; send one line for each verdict."""
        context = self.context(connection, request["turn"])
        context.patience.seconds = self.course.waiting_seconds
        if confine is not None:
            confine.judge(MEMORY_MB)
        problems = {path: Problem(*parts) for path, parts in request["problems"].items()}
        submission = SubmissionWorkspace(root=Path(), given=self.given, label=request["label"],
                                         replaced=request["texts"], problems=problems, code=self.code)
        for exercise in (self.course.exercises[name] for name in request["exercises"]):
            if context.patience.is_used_up:
                say({"verdict": self.waited(exercise, request["label"], confine).model_dump(mode="json")})
                continue
            files, borrowed = with_what_it_needs(self.course, submission, exercise, self.reference)
            verdict = settled(lambda: self.verdict(files, exercise, context))
            verdict = beside_the_reference(verdict, borrowed) if borrowed else verdict
            checks = [check.model_copy(update={"output": check.output[-LONGEST:]}) for check in verdict.checks]
            whole = {"unsafe": confine is None, "checks": checks, "excerpt": verdict.excerpt[:LONGEST]}
            say({"verdict": verdict.model_copy(update=whole).model_dump(mode="json")})
        say({"exit": PASSED})

    def waited(self, exercise: Exercise, label: str, confine) -> Verdict:
        """The verdict on an exercise that comes after a submission has used its time to wait."""
        words = f"The exercises before it waited for {self.course.waiting_seconds:g} seconds in all, and computed nothing: is there a sleep?"
        return verdict_on(exercise, label, Status.NOT_RUN, reason=Reason.WAITED, unsafe=confine is None,
                          message=f"Not judged. {words}", summary="Not judged: the exercises before it slept.")

    def verdict(self, submission: SubmissionWorkspace, exercise: Exercise, context: Context) -> Verdict:
        verdict = judged_apart(self.course, submission, exercise, self.reference, lambda files: judge(
            self.course, files, exercise, self.suites[exercise.id], context))
        if verdict.status == Status.FAILED and verdict.checks:
            return without_faults(diagnosed(verdict, self.catalogues[exercise.id]), self.faults[exercise.id])
        return verdict


def settled(judge_once) -> Verdict:
    """A verdict that does not depend on a worker that was killed by chance.

    If a worker was killed, the exercise is judged again until no worker is killed, or until two verdicts in a row agree
    on the checks in which one was. It is judged TRIES times at most, and not again after LONG_SECONDS.
    """
    started = time.monotonic()
    verdict = judge_once()
    for _ in range(TRIES - 1):
        ended = killed(verdict)
        if not ended or time.monotonic() - started > LONG_SECONDS:
            return verdict
        verdict = judge_once()
        if killed(verdict) == ended:
            return verdict
    return verdict


def killed(verdict: Verdict) -> list[str]:
    """The names of the checks in which the worker was killed, but not by the grader."""
    return [check.name for check in verdict.checks if check.detail == KILLED]


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
