"""Verdicts that are remembered from one run of the proofs to the next, for an author who saves again and again.

A save of the mistakes changes nothing for what strangers wrote, and one of the reference's docstrings or hints nothing for
any verdict. Only quick verdicts are remembered. Each run begins with the reference, whose verdicts say which suite and
which engine judge now.
"""
import ast
import functools
import hashlib
import sys
from collections.abc import Callable

from grader.course.languages import language_of
from grader.course.manifest import Course, Exercise
from grader.course.workspace import Workspace, files_behind
from grader.judge.suite_faults import STOPPED
from grader.records.verdict import Verdict

# Before 3.11.5, ast.parse in several threads sometimes fails (CPython issue 106905).
PARSES_IN_THREADS = sys.version_info >= (3, 11, 5)


class Remembering:
    """A judge that asks `judge`, but only once for what means the same, judged by the same.

    That is the suite, the engine, and the files that the exercise builds on. It may be called from several threads.
    """

    def __init__(self, judge: Callable[..., Verdict]):
        self.judge = judge
        self.kept: dict[tuple, Verdict] = {}
        self.judged_by: dict[str, tuple[str, str, str]] = {}  # {exercise id: what judges it now}

    def __call__(self, course: Course, workspace: Workspace, exercise: Exercise, *, quick: bool = False, **options) -> Verdict:
        if not quick:
            verdict = self.judge(course, workspace, exercise, **options)
            by = verdict.suite_hash, verdict.engine_hash, digest_behind(course, exercise)
            if self.judged_by.get(exercise.id) != by:
                self.kept.clear()
                self.judged_by[exercise.id] = by
            return verdict
        by = self.judged_by.get(exercise.id)
        only = options.get("only")
        key = (exercise.id, by, only, *((path, meaning_of(text) if language_of(path).runs else text) for path, text in sorted(workspace.replaced.items())))
        if key in self.kept:
            return self.kept[key]
        verdict = self.judge(course, workspace, exercise, quick=True, **options)
        stopped = any(check.kind in STOPPED for check in verdict.checks)  # what a busy machine may do
        if by and by[:2] == (verdict.suite_hash, verdict.engine_hash) and not stopped:
            self.kept[key] = verdict
        return verdict


def digest_behind(course: Course, exercise: Exercise) -> str:
    whole = hashlib.sha256()
    for file in files_behind(course, exercise):
        whole.update(str(file).encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


@functools.lru_cache(maxsize=1000)
def meaning_of(text: str) -> str:
    """A digest of a module's syntax tree without its docstrings; `text` itself if it is not Python."""
    try:
        tree = ast.parse(text) if PARSES_IN_THREADS else None
    except (SyntaxError, ValueError, RecursionError):
        tree = None
    if tree is None:
        return text
    for node in ast.walk(tree):
        described = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if described and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
