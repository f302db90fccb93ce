"""What the local server answers."""
from types import SimpleNamespace

from grader.course.workspace import local_workspace
from grader.judge import expect
from grader.judge.catalogue_files import NotReadyError
from grader.local import handlers
from grader.records.verdict import Status
from tests.grader.helpers.judging import suite_of


def returns_five(work):
    """The first of two is five."""
    expect(work.first(2), equals=5)


def test_a_verdict_does_not_wait_for_the_words_about_mistakes(judge, monkeypatch):
    """And says that they come, not only where nothing is known of the failure."""
    exercise, suite = judge.course.find_one("first"), suite_of(returns_five)
    server = SimpleNamespace(course=judge.course, root=judge.course.root, has_suites=True, suites={exercise.id: suite},
                             suite=lambda exercise: suite)
    wrong = local_workspace(judge.course, "solutions").with_text(exercise.path, "def first(x):\n    return 0\n")

    def judged(patience):
        verdict, notice = handlers.judged(server, judge.context, wrong, exercise, patience=patience)
        assert verdict.status == Status.FAILED
        return verdict.checks[0].diagnosis, notice

    assert judged(patience=0) == ("", handlers.PREPARING)
    assert judged(patience=600) == ("Words a.", "")
    monkeypatch.setattr(handlers, "load_catalogue", lambda *arguments: (_ for _ in ()).throw(NotReadyError))
    assert judged(patience=600) == ("", handlers.PREPARING)
