"""The report of a class: its clusters, its pages, the names of its files, and how they are written."""
import html
import json
import os
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.errors import UsageError
from grader.judge import expect
from grader.judge.diagnose import build_catalogue, diagnosed
from grader.judge.mistakes import mistakes_of, with_mistake
from grader.records.class_ledger import Marked, open_class_ledger
from grader.records.outcome import Outcome, outcome
from grader.records.verdict import Kind, Reason, Status
from grader.report.classroom.class_page import MOST_COLUMNS, SHOWN_CLUSTERS, SHOWN_NAMES, class_page, histogram
from grader.report.classroom.clusters import clusters
from grader.report.classroom.file_names import file_names
from grader.report.classroom.sentences import UNSAFE
from grader.report.classroom.student_page import student_pages
from grader.report.classroom.write import write_class_report
from tests.grader.helpers.classes import autograde, finished, sandbox_or_skip
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.marked_class import (
    HOSTILE,
    NOON,
    PASSES,
    STOPPED,
    any_text,
    classes,
    fails,
    hostile_verdict,
    marked,
    verdict,
)
from tests.grader.helpers.realistic_class import make_class
from tests.grader.helpers.small_course import small_course, write
from tests.grader.report.test_report import CHROMIUM, browse

ROOT = Path(__file__).parents[3]
WORDS = "You return what came in. It is to be doubled."


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def exercises(small):
    return list(small.exercises.values())


# ── clusters ────────────────────────────────────────────────────────────────────────────────────────────────────


def told(exercises, of_class):
    """[(number, words or fingerprints' checks, names)] of the clusters."""
    return [(c.exercise.number, c.words or c.titles, c.names) for c in clusters(exercises, of_class)]


def at(exercise, **checks_by_name):
    """{name: checks} as a class."""
    return [marked(name, verdict(exercise, *checks, PASSES, submission=name)) for name, checks in checks_by_name.items()]


def test_a_mistake_is_one_cluster_whatever_else_is_wrong(exercises):
    """Its further failures belong to it; what only one of its submissions fails does not."""
    first = exercises[0]
    mistake = [fails("test_a", "1", diagnosis=WORDS), fails("test_b", "2")]
    of_class = at(first, ada=mistake, ben=mistake, cleo=[*mistake, fails("test_c", "3")], dan=[fails("test_c", "3")])
    assert told(exercises, of_class) == [("1.1.1", WORDS, ["ada", "ben", "cleo"]),
                                         ("1.1.1", ["Title of test_c"], ["cleo", "dan"])]
    largest = clusters(exercises, of_class)[0]
    assert largest.catalogued and largest.titles == ["Title of test_a", "Title of test_b"]
    assert largest.sample.name == "test_a"


def test_two_mistakes_under_one_check_are_two_clusters(exercises):
    both = fails("test_a", "1", diagnosis=f"{WORDS}\nAnd more.")
    assert told(exercises, at(exercises[0], ada=[both], ben=[fails("test_a", "9", diagnosis="And more.")])) == [
        ("1.1.1", "And more.", ["ada", "ben"]), ("1.1.1", WORDS, ["ada"])]


def test_the_same_behaviour_is_a_cluster_without_words(exercises):
    a, b, other = fails("test_a", "1"), fails("test_b", "2"), fails("test_a", "7", got="another")
    of_class = at(exercises[0], ada=[a, b], ben=[a, b], cleo=[other], dan=[a])
    assert told(exercises, of_class) == [("1.1.1", ["Title of test_a", "Title of test_b"], ["ada", "ben"]),
                                         ("1.1.1", ["Title of test_a"], ["cleo"]), ("1.1.1", ["Title of test_a"], ["dan"])]
    assert clusters(exercises, of_class)[1].sample.got == "another"


def test_the_commonest_behaviour_is_recognized_in_those_who_do_more(exercises):
    a, b = fails("test_a", "1"), fails("test_b", "2")
    of_class = at(exercises[0], ada=[a], ben=[a], cleo=[a], dan=[a, b], eve=[a, b], fay=[b])
    assert told(exercises, of_class) == [("1.1.1", ["Title of test_a"], ["ada", "ben", "cleo", "dan", "eve"]),
                                         ("1.1.1", ["Title of test_b"], ["dan", "eve", "fay"])]


def test_ends_are_known_by_their_kind_or_reason_and_its_detail(exercises):
    """Whichever check met a loop, and in whichever line of whosever file a name is missing; the words decide nothing."""
    first = exercises[0]
    loop = [fails(f"test_{letter}", letter, Kind.TIMEOUT, got="", want="", note=f"it took too long {letter}", detail="cpu")
            for letter in "ab"]
    failed, unreadable = {"reason": Reason.IMPORT_FAILED, "detail": "NameError"}, {"reason": Reason.UNREADABLE_FILE}
    rest = {
        "eve": {**failed, "summary": "NameError: name 'np' is not defined."},
        "fay": {**failed, "summary": "NameError: name 'torch' is not defined."},
        "gus": {**unreadable, "detail": "missing", "summary": "There is no such file."},
        "hal": {**unreadable, "detail": "not UTF-8", "summary": "The file is not UTF-8 text; save it as UTF-8."},
        "ivy": {**unreadable, "detail": "not UTF-8", "summary": "The file is not UTF-8 text; save it as UTF-8."},
        "jan": {"reason": Reason.FORBIDDEN, "detail": "torch", "summary": "The same words."},
        "kim": {"reason": Reason.FORBIDDEN, "detail": "scipy", "summary": "The same words."},
        "lea": {"message": "A verdict of before there were reasons."}, "mia": {"message": "Another one."}}
    of_class = [*at(first, ada=loop[:1], ben=loop[1:], cleo=loop),
                *(marked(name, verdict(first, submission=name, **said)) for name, said in rest.items())]
    assert told(exercises, of_class) == [
        ("1.1.1", "timeout: it took too long a", ["ada", "ben", "cleo"]),
        ("1.1.1", "import failed: NameError", ["eve", "fay"]),
        ("1.1.1", "The file is not UTF-8 text; save it as UTF-8.", ["hal", "ivy"]),
        ("1.1.1", "There is no such file.", ["gus"]), ("1.1.1", "The same words.", ["jan"]),
        ("1.1.1", "The same words.", ["kim"]), ("1.1.1", "A verdict of before there were reasons.", ["lea"]),
        ("1.1.1", "Another one.", ["mia"])]


def test_what_is_no_failure_is_in_no_cluster(exercises):
    first = exercises[0]
    assert clusters(exercises, [
        marked("ada", verdict(first, PASSES)), marked("ben"), marked("cleo", problem="It is no archive."),
        marked("dan", verdict(first, status=Status.NOT_STARTED)), marked("eve", verdict(first, status=Status.NOT_RUN)),
        marked("fay", verdict(first, fails(), hidden_checks_run=False))]) == []


def test_the_largest_come_first_over_the_whole_class(exercises):
    first, second, _ = exercises
    of_class = [marked(name, verdict(first, fails(fingerprint="1" if name in "ab" else name)),
                       verdict(second, fails(fingerprint="2"))) for name in "abc"]
    assert [(c.exercise.number, len(c.names)) for c in clusters(exercises, of_class)] == [
        ("1.1.2", 3), ("1.1.1", 2), ("1.1.1", 1)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_failure_is_in_a_cluster_and_nothing_else_is(exercises, data):
    of_class = data.draw(classes(exercises[:2]))
    found = clusters(exercises, of_class)
    assert [len(c.names) for c in found] == sorted((len(c.names) for c in found), reverse=True)
    for exercise in exercises:
        here = [c for c in found if c.exercise is exercise]
        assert all(max(Counter(c.names).values()) == 1 and (c.words or c.sample) for c in here)
        failing = {one.name for one in of_class
                   if outcome(one.verdicts.get(exercise.id)) in (Outcome.PARTLY, Outcome.FAILED)
                   and (not one.verdicts[exercise.id].checks
                        or any(c.status == Status.FAILED for c in one.verdicts[exercise.id].checks))}
        assert {name for c in here for name in c.names} == failing


def doubles(work):
    """Twice the number."""
    expect(work.first(3), equals=6)


def signs(work):
    """The sign stays."""
    expect(work.first(-1), equals=-2)


def test_verdicts_of_the_judge_cluster(judge, exercises):
    """The same mistake in other words, alone or with another in the file, catalogued or not."""
    suite = suite_of(doubles, signs)
    (judge.course.root / "solutions/p1/letters/first.py").write_text("def first(x):\n    return 2 * x\n", encoding="utf-8")
    first = judge.course.find_one("first")
    catalogue = build_catalogue(judge.course, first, suite, judge.context)
    texts = {"ada": "def first(x):\n    return 0\n", "ben": "def first(number):\n    return number - number\n",
             "cleo": "def first(x):\n    return x * x - x\n", "dan": "first = lambda n: n ** 2 - n\n",
             "eve": "def first(x):\n    return undefined\n", "fay": "def first(x):\n    return x + x\n",
             "gus": "def first(x:\n", "hal": "import nothing\n"}
    of_class = [marked(name, diagnosed(judge(text, suite), catalogue)) for name, text in texts.items()]
    shown = {tuple(c.names): c for c in clusters(exercises, of_class)}
    assert shown.keys() == {("ada", "ben"), ("cleo", "dan"), ("eve",), ("gus",), ("hal",)}
    assert shown["ada", "ben"].words == "Words a." and shown["cleo", "dan"].sample.title == "The sign stays"
    assert shown["eve",].words == "" and shown["gus",].words == "'(' was never closed."


# ── names of files ──────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300, deadline=None)
@given(st.lists(any_text | st.text("aA-/.\u0301éÉ", max_size=4), unique=True, max_size=12))
def test_any_names_become_files_of_their_own(names):
    made = file_names(names)
    assert list(made) == sorted(names) and made == file_names(reversed(names))
    assert len({stem.casefold() for stem in made.values()}) == len(names)
    for stem in made.values():
        assert len(stem.encode("utf-8")) < 230 and stem.strip(".- ") and "/" not in stem and "\\" not in stem
        assert all(c.isalnum() or c in "-_." for c in stem) and not stem.startswith(".") and ":" not in stem


def test_a_plain_name_stays_and_others_get_digits():
    digits = re.compile(r"-[0-9a-f]{8}$")
    made = file_names(["ada.berg-2", "Łukasz", "../../etc", "Ben", "ben", "con", "", "x" * 300])
    assert made["ada.berg-2"] == "ada.berg-2" and made["Łukasz"] == "Łukasz" and made["Ben"] == "Ben"
    assert {name: digits.sub("", stem) for name, stem in made.items() if digits.search(stem)} == {
        "../../etc": "etc", "ben": "ben", "con": "con", "": "submission", "x" * 300: "x" * 60}


def test_nobody_takes_the_digits_of_another():
    name = file_names(["a/b"])["a/b"]
    assert file_names(["a/b", name])["a/b"] != file_names(["a/b", name])[name]


# ── the pages ───────────────────────────────────────────────────────────────────────────────────────────────────


class Page(HTMLParser):
    """What the tests ask of a page: its tags, its words, its links, and that it obeys nothing."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.links, self.ids, self.parts = Counter(), [], [], []
        assert "//" not in text.replace("</", "") or "://" not in text
        assert "url(" not in text and "@import" not in text and "default-src 'none'" in text
        assert "prefers-color-scheme: dark" in text and not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
        text.encode("utf-8")
        self.feed(text)
        assert not {"script", "img", "link", "iframe", "object", "embed", "base", "form"} & set(self.tags)
        self.words = " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        values = dict(attributes)
        assert not [name for name in values if name.startswith("on") or name in ("src", "action", "srcset")]
        self.links += [values["href"]] if "href" in values else []
        self.ids += [values["id"]] if "id" in values else []

    def handle_data(self, data):
        self.parts.append(data)


def page_of(course, of_class, exercises=None):
    exercises = exercises or list(course.exercises.values())
    return Page(class_page(course, exercises, of_class, file_names(m.name for m in of_class), NOON))


def test_the_page_of_a_class(small, exercises):
    first, second, third = exercises
    of_class = [
        marked("ada", verdict(first, fails(diagnosis=WORDS)), verdict(second, PASSES), verdict(third, PASSES, fails())),
        marked("ben", verdict(first, fails(diagnosis=WORDS)), verdict(second, status=Status.NOT_STARTED),
               verdict(third, status=Status.NOT_RUN, message="This exercise builds on 1.1.1 first.")),
        marked("cleo", verdict(first, PASSES)), marked("dan", problem="It is no archive.")]
    page = page_of(small, of_class)
    for words in ("4 submissions", "median 3 of 12 points", "from 0 to 6", "1 Mar 2025, 12:00",
                  "1 passed, 2 failed, 1 not judged", "1 partly, 1 not run, 2 not judged", "2 1.1.1 You return what came in",
                  WORDS, "2 of 4", "1 failure of one submission each", "for x 3", "got 1", "want 2", "dan : It is no archive.",
                  "cleo : 1.1.2, 1.2.1", "1.2.1 This exercise builds on 1.1.1 first.", "6 of 12"):
        assert words in page.words, words
    assert "students/ada.html#e1.1.1" in page.links and "students/dan.html" in page.links
    assert all(link[1:] in page.ids for link in page.links if link.startswith("#"))
    assert (page.tags["tr"], page.tags["svg"]) == (5, 3) and UNSAFE not in page.words


def test_a_file_under_another_name_is_on_the_page(small, exercises):
    words = "There is no file a.py in it, but A.py: files are known by their names."
    eve = marked("eve", *(verdict(e, status=Status.NOT_STARTED, reason=Reason.MISNAMED_FILE, message=words)
                          for e in exercises))
    plain = marked("fay", *(verdict(e, status=Status.NOT_STARTED, reason=Reason.NO_FILE, message=words) for e in exercises))
    page = page_of(small, [eve, plain])
    assert f"No file where one was looked for eve : {words} (2 more like it)" in page.words and "fay :" not in page.words
    assert "#lacking" in page.links and "students/eve.html" in page.links


def test_what_cannot_be_read_is_said_once(small, exercises):
    """Not again for each exercise, which is not run because of it."""
    why = "dan cannot be read: it is no archive."
    dan = marked("dan", *(verdict(e, status=Status.NOT_RUN, message=why) for e in exercises), problem=why)
    words = page_of(small, [dan]).words
    assert words.count("it is no archive") == 1 and "Not run" not in words.partition("Not judged")[2]


def test_the_page_of_nobody(small):
    page = page_of(small, [])
    assert "0 submissions" in page.words and "No two submissions do the same thing wrong." in page.words


def test_a_large_cluster_and_many_clusters_are_folded(small, exercises):
    people = range(SHOWN_NAMES + 4)
    of_class = [marked(f"s{n:02}", verdict(exercises[0], *(fails(f"test_{c}", "1") for c in range(SHOWN_CLUSTERS + 2)),
                                           *([fails("test_own", str(n))] if n < 3 else []))) for n in people]
    assert "and 4 others" in page_of(small, of_class).words
    apart = [marked(f"s{n:02}", *(verdict(e, fails(fingerprint=str(n // 2))) for e in exercises)) for n in range(20)]
    assert f"{30 - SHOWN_CLUSTERS} more, of 2 submissions or fewer" in page_of(small, apart).words


@pytest.mark.parametrize("points", [1, 3, 12, 13, 40, 100])
def test_a_histogram_has_every_submission(points):
    values = [n * 7 % (points + 1) for n in range(50)]
    shown = histogram(values, points)
    assert 2 <= len(shown["columns"]) <= MOST_COLUMNS
    assert sum(int(re.search(r": (\d+) sub", c["label"])[1]) for c in shown["columns"]) == 50


def test_a_students_page(small, exercises):
    first, second, third = exercises
    ada = marked("ada", verdict(first, PASSES, fails(diagnosis=WORDS, note="Look closer.", output="seen\n",
                                                     traceback=["first.py, line 3, in first: return x"]), STOPPED),
                 verdict(second, message="x.py, line 1: invalid syntax.", excerpt="def\n   ^"))
    (name, text), = student_pages(small, exercises, [ada], NOON)
    page = Page(text)
    for words in ("1 of 12 points", "0 of 3 exercises passed", "partly, 1 of 3", "failed, 0 of 4", "not judged, 5 points",
                  "It is whole", "for x 3", "got 1", "want 2", "Look closer.", WORDS, "line 3, in first", "printed seen",
                  "invalid syntax.", "Not judged yet.", "Not run, because other checks had to be stopped."):
        assert words in page.words, words
    assert (name, page.ids) == ("ada", ["e1.1.1", "e1.1.2", "e1.2.1"])


def test_where_a_failure_may_come_from_below_a_students_page_says_so(small, exercises):
    """The second builds on the first."""
    first, second, third = exercises
    words = "It builds on 1.1.1; what fails here may come from there."

    def told(*verdicts):
        (_, text), = student_pages(small, exercises, [marked("ada", *verdicts)], NOON)
        return Page(text).words.count("builds on"), words in Page(text).words

    assert told(verdict(first, PASSES, fails()), verdict(second, PASSES, fails()), verdict(third, fails())) == (1, True)
    assert told(verdict(first, PASSES), verdict(second, PASSES, fails())) == (0, False)
    assert told(verdict(first, fails()), verdict(second, PASSES)) == (0, False)
    assert told(verdict(second, fails())) == (0, False)
    assert told(verdict(first, fails()), verdict(second, message="x.py, line 1: invalid syntax.")) == (0, False)


def test_examples_are_not_shown_as_checks(small, exercises):
    one = marked("ada", verdict(exercises[0], PASSES, status=Status.EXAMPLES_PASSED, hidden_checks_run=False, earned=0))
    (_, text), = student_pages(small, exercises[:1], [one], NOON)
    assert "Hidden checks not run." in text and "It is whole" not in text
    assert "1 not run" in page_of(small, [one], exercises[:1]).words


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_pages_of_any_class(small, exercises, data):
    of_class = data.draw(classes(exercises[:2]))
    page = page_of(small, of_class, exercises[:2])
    stems = set(file_names(m.name for m in of_class).values())
    students = {unquote(link.removeprefix("students/").partition(".html")[0])
                for link in page.links if not link.startswith("#")}
    assert students == stems and page.tags["tr"] == len(of_class) + 1
    for _, text in student_pages(small, exercises[:2], of_class, NOON):
        Page(text)


def test_hostile_texts_are_shown_cut_and_not_obeyed(small, exercises):
    for text in (HOSTILE, HOSTILE * 20_000):
        of_class = [marked(text + n, hostile_verdict(exercises[0], text), problem=text) for n in "ab"]
        page = page_of(small, of_class)
        assert "alert('x')" in page.words and len(page.words) < 100_000
        for _, handed in student_pages(small, exercises, of_class, NOON):
            assert "\\x1b" in Page(handed).words and len(handed) < 200_000


# ── the files ───────────────────────────────────────────────────────────────────────────────────────────────────


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def some_class(exercises, **more) -> list[Marked]:
    return [marked(name, *(verdict(e, PASSES, fails(diagnosis=WORDS), **more) for e in exercises))
            for name in ("../../x", "Ada", "ada", "王伟")] + [marked("zoe", problem="It is no archive.")]


def test_what_is_written(small, exercises, tmp_path):
    folder = tmp_path / "out"
    write_class_report(small, exercises, some_class(exercises), folder, NOON)
    written = tree(folder)
    stems = file_names(["../../x", "Ada", "ada", "王伟", "zoe"]).values()
    assert set(written) == {"report.html", "grades.csv", "junit.xml", *(f"students/{s}.html" for s in stems),
                            *(f"gradescope/{s}.json" for s in stems),
                            *(f"exercism/{s}/{e}.json" for s in stems
                              for e in ("p1.letters.first", "p1.letters.second", "p1.digits.third"))}
    assert sorted(tmp_path.iterdir()) == [folder]
    for link in Page(written["report.html"].decode()).links:
        assert link.startswith("#") or (folder / unquote(link).partition("#")[0]).is_file()
    assert all(json.loads(text) for name, text in written.items() if name.endswith(".json"))
    write_class_report(small, exercises, some_class(exercises), tmp_path / "again", NOON)
    assert tree(tmp_path / "again") == written
    write_class_report(small, exercises, some_class(exercises)[:1], folder)  # now is not then
    assert tree(folder)["report.html"] != written["report.html"]


def test_every_file_says_that_there_was_no_sandbox(small, exercises, tmp_path):
    of_class = some_class(exercises[:2])
    unsafe = marked("eve", verdict(exercises[0], PASSES, unsafe=True))
    write_class_report(small, exercises[:2], [*of_class, unsafe], tmp_path / "out", NOON)
    assert [name for name, text in tree(tmp_path / "out").items() if UNSAFE.encode() not in text] == []


def test_an_unwritable_folder_is_one_sentence(small, exercises, tmp_path):
    (tmp_path / "file").write_text("here already", encoding="utf-8")
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "out"):
        with pytest.raises(UsageError, match=r"^[^\n]* cannot be written: [\w ]+; [^\n]*--out\.$"):
            write_class_report(small, exercises, some_class(exercises), folder, NOON)
    assert tree(tmp_path) == {"file": b"here already"}


def test_a_full_disk_leaves_the_old_file(small, exercises, tmp_path, monkeypatch):
    write_class_report(small, exercises, some_class(exercises), tmp_path, NOON)
    before = tree(tmp_path)

    def full(path, content):
        with open(path, "wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_class_report(small, exercises, [], tmp_path, NOON)
    assert tree(tmp_path) == before


def test_a_class_of_two_hundred(tmp_path):
    """The real course, every exercise, all outputs: as much as is ever asked for, and no page of it too large."""
    course = load_course(ROOT)
    exercises = list(course.exercises.values())
    checks = [[fails(f"test_{c}", f"{n % 7}", diagnosis=WORDS if n % 7 == 0 else "") if (n + c) % 3 == 0 else
               PASSES.model_copy(update={"name": f"test_{c}"}) for c in range(9)] for n in range(200)]
    of_class = [marked(f"student{n:03}", *(verdict(e, *checks[n]) for e in exercises)) for n in range(200)]
    started = os.times()
    write_class_report(course, exercises, of_class, tmp_path, NOON)
    assert os.times().user - started.user < 60  # 2 s where it was written; this is there to catch a square of the class
    assert len(tree(tmp_path)) == 3 + 200 * (2 + len(exercises))
    assert (tmp_path / "report.html").stat().st_size < 2_000_000


PLANTED = ["student_000", "student_003", "student_005", "student_006", "student_009"]


def test_a_planted_mistake_stands_first_on_the_page_of_a_realistic_class(tmp_path):
    """Marked for real: of twelve, five take the mean over the copies in unbroadcast."""
    sandbox_or_skip()
    course = load_course(ROOT)
    exercises, planted = course.find("autograd"), course.find_one("unbroadcast")
    mean = next(m for m in mistakes_of(course, planted) if m.name == "takes_the_mean")
    text = with_mistake(local_workspace(course, "solutions"), planted, mean).read(planted.path)
    make_class(course, exercises, tmp_path / "class", 12)
    write(tmp_path / "class", {f"{name}/{planted.path}": text for name in PLANTED})
    code, out, err = finished(autograde(ROOT, tmp_path / "class", "--out", tmp_path / "marks", "--only", "autograd"))
    assert code == 0, out + err
    with open_class_ledger(tmp_path / "marks") as ledger:
        first = clusters(exercises, ledger.marked())[0]
    assert first.exercise.name == "unbroadcast" and first.words.startswith(mean.words[:60])
    assert set(PLANTED) <= set(first.names)
    page = (tmp_path / "marks/report.html").read_text(encoding="utf-8")
    assert re.search(r'<p class="diagnosis">(.*?)[.:]', page)[1] == "You take the mean over the copies"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of a class with long and hostile texts, everything that is folded being open."""
    course = load_course(ROOT)
    exercises, folder = list(course.exercises.values()), tmp_path_factory.mktemp("class")
    long = verdict(exercises[0], fails(got="x" * 900, want="y" * 900, output="z" * 900, traceback=["w" * 900],
                                       diagnosis="v" * 900, title="u" * 900), message="t" * 900)
    of_class = [marked(f"student{n}" + "x" * n * 9, *(verdict(e, PASSES, fails(fingerprint=str(n // 2)))
                                                      for e in exercises[1:]), long) for n in range(6)]
    of_class += [marked("hostile" + HOSTILE, hostile_verdict(exercises[0])), marked("lost", problem="s" * 900)]
    write_class_report(course, exercises, of_class, folder, NOON)
    student = folder / "students" / f"{file_names(m.name for m in of_class)[of_class[-2].name]}.html"
    return {"class": folder / "report.html", "student": folder / "students" / "student0.html", "hostile": student}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: not checked that a browser lays the pages of a class "
                    "out within the width of a phone and of a desk, nor that they run no script")
class TestInABrowser:
    @pytest.mark.parametrize("width", [390, 1280])
    @pytest.mark.parametrize("which", ["class", "student", "hostile"])
    def test_nothing_sticks_out(self, pages, which, width, tmp_path):
        """In a frame, since a window of a browser without a screen is never narrower than 500 pixels."""
        text = pages[which].read_text(encoding="utf-8").replace("<details", "<details open")
        script = """document.querySelector('iframe').onload = ({target: {contentWindow: inside}}) => {
            document.title = JSON.stringify([inside.innerWidth, inside.document.documentElement.scrollWidth,
                [...inside.document.querySelectorAll('main *')].filter(e => !e.closest('pre, .hidden, svg, .scroll')
                    && inside.getComputedStyle(e).display != 'inline'
                    && (e.getBoundingClientRect().right > inside.innerWidth || e.scrollWidth > e.clientWidth + 1)
                ).map(e => e.outerHTML.slice(0, 99))])}"""
        (tmp_path / "page.html").write_text(
            f'<title></title><iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{html.escape(text)}"></iframe>'
            f"<script>{script}</script>", encoding="utf-8")
        dom = browse(tmp_path, "--window-size=1400,1000", "--dump-dom")
        assert json.loads(re.search(r"<title>(.*?)</title>", dom, re.S)[1]) == [width, width, []]

    @pytest.mark.parametrize("which", ["class", "student", "hostile"])
    def test_no_script_runs(self, pages, which, tmp_path):
        text = pages[which].read_text(encoding="utf-8")
        (tmp_path / "page.html").write_text(f"{text}<script>document.title = 'obeyed'</script>", encoding="utf-8")
        assert "<title>obeyed" not in browse(tmp_path, "--dump-dom")

    @pytest.mark.parametrize("which", ["class", "student"])
    def test_dark_and_light_differ(self, pages, which, tmp_path):
        from matplotlib.image import imread
        shutil.copy(pages[which], tmp_path / "page.html")
        brightness = []
        for scheme in (0, 1):
            picture = tmp_path / f"{scheme}.png"
            browse(tmp_path, f"--blink-settings=preferredColorScheme={scheme}", "--window-size=900,900",
                   f"--screenshot={picture}")
            brightness.append(imread(picture)[..., :3].mean())
        assert brightness[0] < 0.4 < 0.7 < brightness[1]
