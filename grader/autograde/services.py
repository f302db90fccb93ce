"""The smoke checks of a class: each submission's whole services, started and asked, after its exercises are marked.

    submission ──read──> the files of a project ──> a worker that serves, in the sandbox ⇄ HTTP ⇄ this process

A load test needs the machine for itself, so there is one service at a time, whatever the engine. Each has a workers' fork
server of its own, which ends with it.
"""
import hashlib
from collections import Counter
from collections.abc import Iterator

from grader.autograde.content import UnreadableError
from grader.autograde.hand_in import HandIn, read_submission
from grader.autograde.marker import Job
from grader.autograde.plan import Plan, Task
from grader.autograde.submissions import Submission
from grader.course.manifest import Course, Exercise, Project, Smoke
from grader.course.workspace import SubmissionWorkspace, given_folder, local_workspace
from grader.errors import GraderError, UsageError
from grader.records.class_ledger import ClassLedger, Marked
from grader.records.outcome import judged
from grader.records.verdict import Reason, Status, Verdict, verdict_on
from grader.sandbox import bubblewrap
from grader.smoke.run import require_libraries, smoke_verdict
from grader.smoke.suite import digest, load_suite
from grader.text import count, listed

RUN = (Status.PASSED, Status.FAILED)
LISTED = (Reason.JUDGE_FAILED, Reason.UNREADABLE_SUBMISSION, Reason.MISNAMED_FILE, Reason.NOTHING_HANDED_IN)  # by themselves, in run.py
LONGEST = 20_000  # characters of what one check's services printed: no report shows more


def whole_projects(course: Course, exercises: list[Exercise]) -> list[Project]:
    """The projects with a smoke check of which every exercise is marked: a service is put together from all of them."""
    marked = {exercise.id for exercise in exercises}
    return [p for p in course.projects.values() if p.smoke and p.exercises and marked.issuperset(e.id for e in p.exercises)]


def projects_to_smoke(course: Course, exercises: list[Exercise], unsafe: bool) -> list[Project]:
    """Those of `whole_projects`, ready to be asked. Raises UsageError where there is none, or something is not here."""
    projects = whole_projects(course, exercises)
    if not projects:
        names = ", ".join(project.name for project in course.projects.values() if project.smoke) or "none of this course"
        raise UsageError(f"--smoke starts the service of a whole project, and none of those that have one ({names}) is marked whole here.")
    if not unsafe:
        bubblewrap.require_sandbox()
    for project in projects:
        load_suite(course, project)
        require_libraries(project)
    return projects


def with_smoke(exercises: list[Exercise], projects: list[Project]) -> list[Exercise]:
    """The exercises and, after the last one of each project, its smoke check: what the reports are about."""
    last = {project.exercises[-1].id: project.smoke for project in projects}
    return [each for exercise in exercises for each in (exercise, last.get(exercise.id)) if each]


class ServicePlan:
    """Which smoke checks are due, of which submission; like a Plan, and `task` gives what its Record takes."""

    def __init__(self, course: Course, projects: list[Project], plan: Plan, ledger: ClassLedger):
        self.course, self.projects = course, projects
        self.exercises = [exercise for project in projects for exercise in project.exercises]
        suites = {project.smoke.id: digest(course, project, project.smoke) for project in projects}
        self.plan = Plan(course, [project.smoke for project in projects], suites, plan.engine, plan.unsafe, ledger.known(), plan.rejudge)
        reference = local_workspace(course, str(given_folder(course).relative_to(course.root)))
        self.code = {project.id: reference.given_code(course, project.id) for project in course.projects.values()}

    def mark(self, submissions: list[Submission]) -> Iterator[tuple[Task, Verdict | None]]:
        """Yield (task, verdict) of each service as soon as it is known; the last pair of a task has None."""
        for submission in submissions:
            try:
                hand_in = read_submission(self.course, submission, self.exercises)
            except UnreadableError as error:
                task = self.plan.unreadable(submission, f"{submission.name} cannot be read: {error}.")
                yield from ((task, verdict) for verdict in task.verdicts)
                yield task, None
                continue
            files = {project.smoke.id: files_digest(self.course, project, hand_in) for project in self.projects}
            task = Task(submission.name, Job(submission.name, [], {}), files)
            for project in self.projects:
                if not self.plan.is_known(submission.name, project.smoke, files[project.smoke.id]):
                    verdict = self.verdict(submission, project, hand_in)
                    task.seconds += verdict.seconds
                    yield task, verdict
            yield task, None

    def verdict(self, submission: Submission, project: Project, hand_in: HandIn) -> Verdict:
        """The verdict on one service. What the machinery could not do is no verdict on the student: it is due again."""
        smoke = project.smoke
        if missing := [e.path for e in project.exercises if e.path not in hand_in.texts and e.path not in hand_in.problems]:
            reason = hand_in.missing[missing[0]].reason
            return verdict_on(smoke, submission.name, Status.NOT_STARTED, reason=reason, unsafe=self.plan.unsafe,
                              message=f"The service is put together from all exercises of {project.name}, and there is no file "
                                      f"{missing[0]} in it.")
        workspace = SubmissionWorkspace(root=self.course.root, given=given_folder(self.course), label=submission.name,
                                        replaced=hand_in.texts, problems=hand_in.problems, code=self.code)
        try:
            verdict = smoke_verdict(self.course, project, workspace, sandbox=not self.plan.unsafe)
        except UsageError:
            raise
        except Exception as error:  # one that a fault of the suite raises too: the others of the class are still to be asked
            words = str(error) if isinstance(error, GraderError) else f"the smoke check itself raised {type(error).__name__}."
            return not_judged(smoke, submission, words, self.plan.unsafe)
        checks = [check.model_copy(update={"output": check.output[-LONGEST:]}) for check in verdict.checks]
        return verdict.model_copy(update={"checks": checks, "excerpt": verdict.excerpt[:LONGEST], "unsafe": self.plan.unsafe})


def not_judged(smoke: Smoke, submission: Submission, why: str, unsafe: bool) -> Verdict:
    return verdict_on(smoke, submission.name, Status.NOT_RUN, reason=Reason.JUDGE_FAILED, unsafe=unsafe,
                      message=f"It could not be judged: {why}", summary="It could not be judged.")


def files_digest(course: Course, project: Project, hand_in: HandIn) -> str:
    """A digest of everything handed in for a project."""
    return hashlib.sha256("".join(hand_in.digest(course, e) for e in project.exercises).encode()).hexdigest()[:16]


def what_was_not_run(course: Course, exercises: list[Exercise], marked: list[Marked], asked: bool) -> list[str]:
    """Lines that say which smoke checks were left out of the class's marks, and why; `asked`: with --smoke."""
    projects = whole_projects(course, exercises)
    if projects and not asked:
        points = sum(project.smoke.points for project in projects)
        what, its, them = ("checks", "their", "them") if len(projects) > 1 else ("check", "its", "it")
        return [f"The smoke {what} of {listed([p.name for p in projects])} {'were' if its == 'their' else 'was'} not run, and {its} "
                f"{count(points, 'point')} are in no total; --smoke runs {them}, minutes for each submission."]
    said = Counter(f"{v.number} was {'run in part' if v.status in RUN else 'not run'}: {v.message}"
                   for one in marked for v in judged([project.smoke for project in projects], one)
                   if v.status not in RUN and v.reason not in LISTED or v.reason == Reason.MISSING)
    return [f"{words} ({count(times, 'submission')})" for words, times in sorted(said.items())]
