"""Trusted programs: run in a worker that has loaded nothing, with files of their own."""
import shutil

import pytest

from grader.judge import expect, requires
from grader.judge.link import Link
from grader.judge.remote import LearnerError, Session
from grader.judge.tools import run_tool
from grader.records.verdict import Status
from grader.worker import tools
from tests.grader.judge.checks import returning

RULES = "groups:\n  - name: a\n    rules:\n      - {record: 'job:x:sum', expr: 'sum by (job) (x)'}\n"


def link_of(judge) -> Link:
    return judge.context.start_tool_worker(judge.course.find_one("first"))


def test_files_lie_in_a_folder_of_its_own(monkeypatch):
    monkeypatch.setattr(tools, "TOOLS", {"cat", "ls", "env"})
    assert tools.run_tool("cat", ["a.txt", "b.txt"], {"a.txt": "ä\n", "b.txt": "b"}) == [0, "ä\nb"]
    assert tools.run_tool("ls", ["-A"], {"a.txt": ""}) == [0, "a.txt\n"]
    assert tools.run_tool("cat", ["none"], {})[0] == 1
    monkeypatch.setenv("SECRET", "1")
    assert "SECRET" not in tools.run_tool("env", [], {})[1]
    for name in ("../a.txt", "b/a.txt", "/tmp/a.txt", "..", ""):
        with pytest.raises(ValueError):
            tools.run_tool("cat", [], {name: ""})


def test_only_trusted_programs_are_run(judge):
    for name, kind in (("sh", "ValueError"), ("../../bin/sh", "ValueError")):
        with pytest.raises(LearnerError) as raised:
            run_tool(lambda: link_of(judge), name, ("-c", "true"), {})
        assert raised.value.class_names[0] == kind


def test_a_worker_with_a_learners_file_runs_none(judge):
    seen = []

    def asks(work):
        """A program is asked for where the file is loaded."""
        try:
            work._session.ask("tool", "promtool", [], {})
        except LearnerError as error:
            seen.append(error.class_names[0])

    judge(returning("2 * x"), asks)
    assert seen == ["PermissionError"]


@pytest.mark.skipif(shutil.which("promtool", path=tools.PATH) is None, reason="promtool is not here: apt install prometheus brings it")
def test_a_check_asks_promtool(judge):
    @requires("promtool")
    def asks(work):
        """Prometheus takes good rules and no bad ones."""
        good, bad = (work.run_tool("promtool", "check", "rules", "rules.yml", files={"rules.yml": text})
                     for text in (RULES, RULES.replace("sum by", "sum bye")))
        expect([good.code, bad.code], equals=[0, 1])
        expect("could not parse" in bad.printed, equals=True)

    assert judge(returning("2 * x"), asks).status == Status.PASSED


def test_a_worker_of_a_learner_is_granted_no_processes_by_it(judge):
    link = judge.context.start_worker(judge.course.find_one("first"))
    try:
        with pytest.raises(LearnerError) as raised:
            Session(link).ask("tool", "promtool", ["--version"], {})
        assert raised.value.class_names[0] in ("PermissionError", "FileNotFoundError")
    finally:
        link.close()
