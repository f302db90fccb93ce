"""The pages of a class and of its students, the layout also in a browser."""
import html
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.records.verdict import Reason, Status
from grader.report.classroom.class_page import class_page, projects_of
from grader.report.classroom.clusters import clusters
from grader.report.classroom.file_names import file_names
from grader.report.classroom.project_page import (
    MOST_SINGLES,
    SHOWN_CLUSTERS,
    SHOWN_NAMES,
    project_page,
)
from grader.report.classroom.sentences import UNSAFE
from grader.report.classroom.shown import LONGEST_NAME, MOST_COLUMNS, histogram
from grader.report.classroom.student_page import student_pages
from grader.report.classroom.write import write_class_report
from tests.grader.helpers.marked_class import (
    HOSTILE,
    NOON,
    PASSES,
    STOPPED,
    WORDS,
    classes,
    fails,
    hostile_verdict,
    marked,
    verdict,
)
from tests.grader.report.pages import CHROMIUM, Page, browse

ROOT = Path(__file__).parents[3]


def page_of(course, of_class, exercises=None):
    exercises = exercises or list(course.exercises.values())
    return Page(class_page(course, exercises, of_class, file_names(m.name for m in of_class), NOON, clusters(exercises, of_class)))


def project_of(course, of_class, at=0, exercises=None):
    """The page of one project."""
    exercises = exercises or list(course.exercises.values())
    return Page(project_page(course, projects_of(course, exercises), at, of_class, file_names(m.name for m in of_class), NOON,
                             clusters(exercises, of_class)))


def test_the_page_of_a_class(small, exercises):
    first, second, third = exercises
    of_class = [
        marked("ada", verdict(first, fails(diagnosis=WORDS)), verdict(second, PASSES), verdict(third, PASSES, fails())),
        marked("ben", verdict(first, fails(diagnosis=WORDS)), verdict(second, status=Status.NOT_STARTED),
               verdict(third, status=Status.NOT_RUN, message="This exercise builds on 1.1.1 first.")),
        marked("cleo", verdict(first, PASSES)), marked("dan", problem="It is no archive.")]
    page, letters, digits = page_of(small, of_class), project_of(small, of_class), project_of(small, of_class, 1)
    for words in ("4 submissions", "3 handed something in", "median 3 of 12 points", "from 0 to 6", "1 Mar 2025, 12:00",
                  "2 1.1.1 You return what came in", "1.1 Letters 50 % 2 of 4 passed · 2 failed, 1 not started, 3 not judged "
                  "2 exercises · median 3 of 7 points · 1 common mistake", "2 of 3 1.1.1 You return what came in",
                  "dan : It is no archive.", "1.1 Letters : 1 submission without a verdict",
                  "1.2 Digits : 1 submission without a verdict, 1 submission with an exercise that was not run", "6 of 12"):
        assert words in page.words, words
    for words in ("1 of 3 passed · 2 failed, 1 not judged", WORDS, "2 of 3", "cleo : 1.1.2", "median 3 of 7 points"):
        assert words in letters.words, words
    for words in ("0 of 1 passed · 1 partly, 1 not run, 2 not judged", "1 failure of one submission each", "1 of 1", "for x 3",
                  "got 1", "want 2", "1.2.1 This exercise builds on 1.1.1 first."):
        assert words in digits.words, words
    assert "students/ada.html#e1.1.1" in page.links and "students/dan.html" in page.links
    assert "../students/ada.html#e1.1.1" in letters.links and "../students/ben.html#e1.2.1" in digits.links
    assert (page.tags["tr"], page.tags["svg"], letters.tags["svg"], digits.tags["svg"]) == (5, 2, 2, 1)
    assert not any(UNSAFE in each.words for each in (page, letters, digits))


def test_the_pages_of_a_class_lead_to_each_other(small, exercises):
    of_class = [marked(name, *(verdict(e, fails()) for e in exercises)) for name in ("ada", "ben")]
    page, letters, digits = page_of(small, of_class), project_of(small, of_class), project_of(small, of_class, 1)
    assert {"projects/p1.letters.html", "projects/p1.digits.html", "projects/p1.letters.html#c1",
            "projects/p1.letters.html#c2", "projects/p1.digits.html#c1"} <= set(page.links)
    assert {"c1", "c2"} <= set(letters.ids) and {"c1", "misunderstood"} <= set(digits.ids)
    assert "p1.digits.html" in letters.links and "p1.letters.html" in digits.links
    assert "../report.html" in letters.links and "../report.html" in digits.links
    for each in (page, letters, digits):
        assert all(link[1:] in each.ids for link in each.links if link.startswith("#"))


def test_who_handed_nothing_in_is_counted_with_nobody(small, exercises):
    """Neither among those of whom so many passed, nor in the median; nor is a file as it was handed out."""
    first, second, third = exercises
    nothing = [marked(f"{why}", *(verdict(e, status=Status.NOT_STARTED, reason=why) for e in exercises))
               for why in (Reason.NOTHING_HANDED_IN, Reason.NO_FILE, Reason.MISNAMED_FILE)]
    stub = marked("eve", verdict(first, PASSES), verdict(second, status=Status.NOT_STARTED, reason=Reason.NOT_WRITTEN))
    of_class = [*nothing, stub, *(marked(name, verdict(first, fails()), verdict(second, PASSES)) for name in ("ada", "ben"))]
    page, letters = page_of(small, of_class), project_of(small, of_class)
    for words in ("6 submissions 3 handed something in median 4 of 12 points from 3 to 4", "2 of 3 1.1.1"):
        assert words in page.words, words
    for words in ("1 of 3 passed · 2 failed, 3 not started", "2 of 2 passed · 4 not started", "2 of 3 1.1.1 The first one"):
        assert words in letters.words, words


def test_a_long_name_is_cut_in_the_middle_and_whole_in_a_title(small, exercises):
    name = "Mustermann-Schmidt Maximilian_1234567_assignsubmission_file_surgery"
    of_class = [marked(name, verdict(exercises[0], fails())), marked("ada", verdict(exercises[0], fails()))]
    for page in (page_of(small, of_class), project_of(small, of_class)):
        shown = next(word for word in page.parts if word.startswith("Mustermann"))
        assert shown == "Mustermann-Schmidt M…ile_surgery" and len(shown) == LONGEST_NAME
        assert set(page.titles) & {name, "ada"} == {name}
    (_, text), = student_pages(small, exercises, of_class[:1], NOON)
    assert f'title="{name}"' in text and "1234567_<wbr>assignsubmission_<wbr>file_<wbr>surgery" in text


def test_a_cluster_names_the_function(small, exercises):
    told = fails(diagnosis=WORDS, mistake_functions=["first"], functions=["first", "other"])
    of_class = [marked(name, verdict(exercises[0], told, PASSES), verdict(exercises[1], fails(functions=["second"])))
                for name in ("ada", "ben")]
    page, letters = page_of(small, of_class), project_of(small, of_class)
    assert "2 of 2 1.1.1 first You return what came in" in page.words
    assert "2 of 2 1.1.2 second Title of test_a: 1" in page.words
    assert "1.1.1 first The first one" in letters.words and "1.1.2 second The second one" in letters.words


def test_what_follows_from_an_exercise_below_is_folded_under_it(small, exercises):
    """Whether all of it follows, so that it has its points, or only one check does."""
    first, second, _ = exercises
    follows = fails("test_b", "2", title="Follows from below", below=[first.id])
    whole = {"reason": Reason.PREREQUISITE, "detail": first.id}
    of_class = [marked("ada", verdict(first, fails()), verdict(second, PASSES, **whole)),
                marked("ben", verdict(first, fails()), verdict(second, follows, fails("test_c", "3"))),
                marked("cleo", verdict(first, PASSES), verdict(second, follows))]
    letters = project_of(small, of_class)
    assert "Checks of 1 exercise above fail only because of this file 1.1.2 The second one (2)" in letters.words
    assert letters.words.count("Follows from below") == 1, "of cleo, whose file of the exercise below passes"
    assert letters.words.count("Title of test_c") == 1


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
    words = [page_of(small, [dan]).words, project_of(small, [dan]).words]
    assert "".join(words).count("it is no archive") == 1 and not any("Not run" in each for each in words)


def test_the_page_of_nobody(small):
    page = page_of(small, [])
    for each in (page, project_of(small, [])):
        assert "0 submissions" in each.words and "No two submissions do the same thing wrong." in each.words


def test_a_large_cluster_and_many_clusters_are_folded(small, exercises):
    people = range(SHOWN_NAMES + 4)
    of_class = [marked(f"s{n:02}", verdict(exercises[0], *(fails(f"test_{c}", "1") for c in range(SHOWN_CLUSTERS + 2)),
                                           *([fails("test_own", str(n))] if n < 3 else []))) for n in people]
    assert "and 4 others" in project_of(small, of_class).words
    apart = [marked(f"s{n:02}", *(verdict(e, fails(fingerprint=str(n // 2))) for e in exercises)) for n in range(30)]
    assert f"{30 - SHOWN_CLUSTERS} more, of 2 submissions or fewer" in project_of(small, apart).words


def test_what_a_page_has_no_room_for_is_counted(small, exercises, monkeypatch):
    of_class = [marked(f"s{n}", verdict(exercises[0], *(fails(f"test_{c}", "1") for c in range(9)), fails("test_own", str(n))))
                for n in range(MOST_SINGLES + 20)]
    assert "20 further failures of one submission each: on the students' pages." in project_of(small, of_class).words
    monkeypatch.setattr("grader.report.classroom.project_page.ROOM_FOR_NAMES", 50 * 70)
    monkeypatch.setattr("grader.report.classroom.project_page.MOST_FOLDED", 5)
    apart = [marked(f"s{n}", verdict(exercises[0], fails("test_same", "1", diagnosis=WORDS),
                                          fails("test_own", str(n // 2)))) for n in range(60)]
    words = project_of(small, apart).words
    assert "and 48 others, whose own pages say so" in words, "the largest cluster"
    assert "There are 6 more, for which the page has no room" in words


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


def test_what_follows_from_a_mistake_and_what_else_fails_is_on_a_students_page(small, exercises):
    ada = marked("ada", verdict(exercises[0], fails(also_failing=["mean", "max"]), fails("test_b", follows="test_a")))
    (_, text), = student_pages(small, exercises, [ada], NOON)
    words = Page(text).words
    assert words.count("mean and max fail this check, too.") == words.count("follows from the mistake that is told above") == 1


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
    assert "1 not run" in project_of(small, [one], exercises=exercises[:1]).words


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_pages_of_any_class(small, exercises, data):
    of_class = data.draw(classes(exercises[:2]))
    stems = set(file_names(m.name for m in of_class).values())
    for page in (page_of(small, of_class, exercises[:2]), project_of(small, of_class, exercises=exercises[:2])):
        links = [link.removeprefix("../") for link in page.links]
        students = {link.removeprefix("students/").partition(".html")[0] for link in links if link.startswith("students/")}
        assert students == stems and page.tags["tr"] == len(of_class) + 1
    for _, text in student_pages(small, exercises[:2], of_class, NOON):
        Page(text)


def test_hostile_texts_are_shown_cut_and_not_obeyed(small, exercises):
    for text in (HOSTILE, HOSTILE * 20_000):
        of_class = [marked(text + n, hostile_verdict(exercises[0], text), problem=text) for n in "ab"]
        for page in (page_of(small, of_class), project_of(small, of_class)):
            assert "alert('x')" in page.words and len(page.words) < 100_000
        for _, handed in student_pages(small, exercises, of_class, NOON):
            assert "\\x1b" in Page(handed).words and len(handed) < 200_000


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
    return {"class": folder / "report.html", "project": folder / "projects/p1_fundamentals.autograd.html", "student": folder / "students" / "student0.html", "hostile": student}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: not checked that a browser lays the pages of a class "
                    "out within the width of a phone and of a desk, nor that they run no script")
class TestInABrowser:
    @pytest.mark.parametrize("width", [390, 1280])
    @pytest.mark.parametrize("which", ["class", "project", "student", "hostile"])
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

    @pytest.mark.parametrize("which", ["class", "project", "student", "hostile"])
    def test_no_script_runs(self, pages, which, tmp_path):
        text = pages[which].read_text(encoding="utf-8")
        (tmp_path / "page.html").write_text(f"{text}<script>document.title = 'obeyed'</script>", encoding="utf-8")
        assert "<title>obeyed" not in browse(tmp_path, "--dump-dom")

    @pytest.mark.parametrize("which", ["class", "project", "student"])
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
