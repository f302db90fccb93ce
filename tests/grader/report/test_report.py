"""The reports: the map, its texts, a verdict's text, and the page, the last one also in a browser."""
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.records.ledger import LEDGER, open_ledger, statuses
from grader.records.verdict import Check, Kind, Status, Verdict
from grader.report.learner.course_map import course_map, to_json
from grader.report.learner.page import SHOWN_ATTEMPTS, render, write_html
from grader.report.learner.terminal import list_text, print_map
from grader.report.verdict_text import verdict_text
from tests.grader.helpers.small_course import MANIFEST, small_course, write
from tests.grader.report.pages import CHROMIUM, browse

FIRST, SECOND, THIRD = "p1/letters/first", "p1/letters/second", "p1/digits/third"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)> & \"quoted\" \x1b[2J\u202e\ud800"
ANSI = re.compile(r"\x1b\[\d+m")


def verdict(checks=(), status=Status.FAILED, exercise="p1_fundamentals/autograd/unbroadcast", minutes=0, **more):
    values = {"number": "1.1.3", "title": "Undo broadcasting", "file": f"exercises/{exercise}.py", "earned": 3,
              "points": 6, "seconds": 0.31, **more}
    return Verdict(exercise=exercise, status=status, checks=list(checks), judged_at=NOON + timedelta(minutes=minutes),
                   **values)


def failed(kind=Kind.VALUE, **more):
    return Check(**{"name": "test_a", "title": "It adds up", "status": Status.FAILED, "kind": kind, **more})


PASSED = Check(name="test_b", title="A gradient keeps its shape when nothing was broadcast", status=Status.PASSED)
DIAGNOSIS = ("You return the gradient as it came in. Where broadcasting copied a value, its gradient is the sum over "
             "the copies.")
SHAPE = failed(Kind.SHAPE, title="A gradient is summed over the axes that broadcasting added", got="shape (3, 1, 4)",
               want="shape (1, 4)", given={"grad": "shape (3, 1, 4)", "shape": "(1, 4)"}, diagnosis=DIAGNOSIS)


def text_of(shown, color=False, verbose=False):
    return verdict_text(shown, color, verbose)


# ── the map ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def course(tmp_path):
    """Three exercises and a planned project; `second` needs `first`."""
    from grader.course.manifest import load_course
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST + "      - {name: signs, title: Signs, planned: true}\n"})
    return load_course(tmp_path)


def test_map_of_a_fresh_course(course):
    shown = course_map(course, {})
    assert (shown["title"], shown["earned"], shown["points"], shown["passed"], shown["of"]) == ("Small", 0, 12, 0, 3)
    letters, digits, signs = shown["pipelines"][0]["projects"]
    assert [(e["number"], e["id"], e["status"]) for e in letters["exercises"]] == \
        [("1.1.1", FIRST, "not started"), ("1.1.2", SECOND, "not started")]
    assert (digits["points"], digits["planned"]) == (5, False)
    assert (signs["planned"], signs["exercises"], signs["points"], signs["of"]) == (True, [], 0, 0)
    assert shown["next"]["id"] == FIRST


def test_map_adds_up(course):
    shown = course_map(course, {FIRST: ("passed", 3, 3), SECOND: ("failed", 2, 4)})
    letters = shown["pipelines"][0]["projects"][0]
    assert [(part["earned"], part["points"], part["passed"], part["of"])
            for part in (letters, shown["pipelines"][0], shown)] == [(5, 7, 1, 2), (5, 12, 1, 3), (5, 12, 1, 3)]


@pytest.mark.parametrize("passed, following", [
    ([], FIRST), ([FIRST], SECOND), ([FIRST, SECOND], THIRD), ([SECOND], FIRST), ([THIRD], FIRST),
    ([FIRST, SECOND, THIRD], None)])
def test_next_is_the_first_whose_needs_are_passed(course, passed, following):
    shown = course_map(course, {name: ("passed", 3, 3) for name in passed})
    assert (shown["next"] and shown["next"]["id"]) == following


def test_next_waits_for_needs(course):
    course.exercises[FIRST].needs = [THIRD]
    assert course_map(course, {})["next"]["id"] == THIRD
    course.exercises[THIRD].needs = [SECOND]  # nothing is ready: then simply the first
    assert course_map(course, {})["next"]["id"] == FIRST


def test_progress_goes_by_name_and_points_by_the_course(course):
    shown = course_map(course, {"p1/letters/gone": ("passed", 9, 9), FIRST: ("passed", 6, 6),
                                SECOND: ("failed", 1, 2)})
    assert [e["earned"] for e in shown["pipelines"][0]["projects"][0]["exercises"]] == [3, 2]
    assert (shown["earned"], shown["points"], shown["of"]) == (5, 12, 3)


def test_json(course):
    shown = course_map(course, {FIRST: (Status.PASSED, 3, 3)})
    assert json.loads(to_json(shown)) == json.loads(json.dumps(shown))
    assert json.loads(to_json(shown))["pipelines"][0]["projects"][0]["exercises"][0]["status"] == "passed"


def test_list_text(course):
    shown = course_map(course, {FIRST: ("passed", 3, 3), SECOND: ("failed", 2, 4), THIRD: ("not run", 0, 5)})
    text = list_text(shown, color=False)
    assert [line.split()[0] for line in text.splitlines() if re.search(r"\d\.\d\.\d .* of", line)] == ["✓", "✗", "–"]
    for words in ("5 of 12 points", "1 of 3 passed", "1.1.2", "The second one", "2 of 4", "Signs", "planned",
                  "grader watch 1.1.2", "exercises/p1/letters/second.py"):
        assert words in text
    assert [line for line in text.splitlines() if "← next" in line][0].split()[1] == "1.1.2"
    assert "\x1b" not in text
    assert ANSI.sub("", list_text(shown, color=True)) == text != list_text(shown, color=True)


def test_list_text_when_all_is_done(course):
    text = list_text(course_map(course, {name: ("passed", 5, 5) for name in (FIRST, SECOND, THIRD)}), color=False)
    assert "All exercises passed." in text and "Next" not in text


def test_where_only_examples_can_be_run_they_lead_on_and_earn_nothing(course):
    tried = ("examples passed", 0, 3)
    shown = course_map(course, {FIRST: tried})
    assert (shown["next"]["id"], shown["earned"], shown["passed"]) == (SECOND, 0, 0)
    assert "     ○ 1.1.1" in list_text(shown, color=False)
    text = list_text(course_map(course, {name: tried for name in (FIRST, SECOND, THIRD)}), color=False)
    assert text.endswith("Every exercise passed its examples; hidden checks not run.") and "0 of 3 passed" in text


def test_print_map(course):
    import io

    from rich.console import Console
    out = io.StringIO()
    print_map(course_map(course, {FIRST: ("passed", 3, 3)}), Console(file=out, width=90))
    for words in ("Small", "Letters", "3 of 7", "1 of 2", "Signs", "planned", "grader watch 1.1.2"):
        assert words in out.getvalue()


def test_markup_in_titles_is_text_to_rich(tmp_path):
    import io

    from rich.console import Console

    from grader.course.manifest import load_course
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace("title: Letters", 'title: "[red]Letters[/blue]"')})
    out = io.StringIO()
    print_map(course_map(load_course(tmp_path), {}), Console(file=out, width=90))
    assert "[red]Letters[/blue]" in out.getvalue()


def test_list_needs_nothing_heavy(course):
    code = ("import sys; from pathlib import Path; from grader.course.manifest import load_course;"
            "from grader.records.ledger import statuses; from grader.report.learner.course_map import course_map;"
            "from grader.report.learner.terminal import list_text;"
            f"root = Path({str(course.root)!r}); list_text(course_map(load_course(root), statuses(root)), True);"
            "sys.exit(','.join({'rich', 'jinja2', 'torch', 'numpy', 'hypothesis', 'pytest'} & {*sys.modules}) or 0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr


# ── a verdict's text ────────────────────────────────────────────────────────────────────────────────────────────

PICTURE = """\
1.1.3  Undo broadcasting                        exercises/p1_fundamentals/autograd/unbroadcast.py
  ✓ a gradient keeps its shape when nothing was broadcast
  ✗ a gradient is summed over the axes that broadcasting added
      for   grad (3, 1, 4), shape (1, 4)
      got   shape (3, 1, 4)
      want  shape (1, 4)
      You return the gradient as it came in. Where broadcasting copied a value, its gradient is the
      sum over the copies.
  1 of 2 checks · 3 of 6 points · 0.3 s                                 hint: grader hint 1.1.3"""


def test_the_picture_of_the_design():
    shown = verdict([PASSED, SHAPE])
    assert text_of(shown) == PICTURE
    assert ANSI.sub("", text_of(shown, color=True)) == PICTURE
    assert "\x1b[32m✓" in text_of(shown, color=True) and "\x1b[31m✗" in text_of(shown, color=True)


def test_a_supporting_check_says_that_it_earns_nothing_yet():
    supports = PASSED.model_copy(update={"supporting": True})
    line = "  ✓ a gradient keeps its shape when nothing was broadcast"
    assert text_of(verdict([supports, SHAPE])).splitlines()[1] == f"{line} (counts once the others pass)"
    assert text_of(verdict([supports, PASSED])).splitlines()[1] == line
    failed = SHAPE.model_copy(update={"supporting": True})
    assert text_of(verdict([PASSED, failed])).splitlines()[1:3] == [line, "  ✗ a gradient is summed over the axes that "
                                                                    "broadcasting added"]


def test_passed_has_no_hint():
    text = text_of(verdict([PASSED], Status.PASSED, earned=6))
    assert text.splitlines()[-1] == "  1 of 1 check · 6 of 6 points · 0.3 s"


def test_not_started():
    words = "f still raises NotImplementedError (line 9)."
    text = text_of(verdict(status=Status.NOT_STARTED, earned=0, message=words))
    assert text.splitlines()[1:] == [f"  · not started: {words}",
                                     "  0 of 6 points · 0.3 s".ljust(72) + "hint: grader hint 1.1.3"]


def test_builds_on_one_that_is_not_done():
    words = "This exercise builds on 1.1.1 autograd/arithmetic, and mul is not written there yet."
    text = text_of(verdict(status=Status.NOT_RUN, earned=0, message=words))
    assert f"  – {words}" in text and "hint:" not in text


def test_syntax_error_keeps_the_caret_below_its_column():
    source = "\treturn f(x"
    text = text_of(verdict(earned=0, message="exercises/x.py, line 3: '(' was never closed.",
                           excerpt=source + "\n" + " " * source.index("(") + "^"))
    line, caret = text.splitlines()[2:4]
    assert line.index("(") == caret.index("^") and "\t" not in line


def test_examples_only():
    check = PASSED.model_copy(update={"title": "the examples of f"})
    text = text_of(verdict([check], Status.EXAMPLES_PASSED, earned=0, hidden_checks_run=False,
                           message="examples passed, hidden checks not run"))
    assert text.splitlines()[-1] == "  1 of 1 example · examples passed, hidden checks not run · 0.3 s"
    assert "points" not in text and text.count("hidden checks not run") == 1
    none = text_of(verdict([], Status.NOT_RUN, hidden_checks_run=False, message="there are no examples"))
    assert "there are no examples" in none and "hidden checks not run" in none


def test_not_recorded_is_said():
    assert "not recorded" in text_of(verdict([PASSED], Status.PASSED, recorded=False))
    assert "recorded" not in text_of(verdict([PASSED], Status.PASSED))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("note", ["", "what happened", "is there a loop?"])
def test_every_kind_says_something(kind, note):
    named = kind.value in ("timeout", "memory", "output", "crashed", "protocol", "forbidden")
    text = text_of(verdict([failed(kind, note=note, got="" if named else "1", want="" if named else "2")]))
    body = text.splitlines()[2:-1]
    assert body and note in text
    if named:
        assert body[0].split()[0] == kind.value
        assert kind == Kind.FORBIDDEN or len(" ".join(body).split()) > 3
    else:
        assert body[:2] == ["      got   1", "      want  2"]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_of_a_check_has_its_mark(status):
    check = Check(name="a", title="It adds up", status=status, kind=Kind.VALUE if status == Status.FAILED else None)
    assert text_of(verdict([check])).splitlines()[1] == {
        "passed": "  ✓ it adds up", "failed": "  ✗ it adds up", "not started": "  · it adds up",
        "examples passed": "  ○ it adds up", "not run": "  – it adds up"}[status]


def test_checks_not_run_are_explained_once():
    left = Check(name="c", title="Later", status=Status.NOT_RUN)
    text = text_of(verdict([failed(Kind.TIMEOUT, note="stopped"), left, left]))
    assert text.count("were not run") == 1


def test_a_diagnosis_is_told_once():
    other = failed(got="1", want="2", diagnosis=DIAGNOSIS + "\nAnd another.")
    text = " ".join(text_of(verdict([SHAPE, other])).split())
    assert text.count("You return the gradient") == 1 and text.count("And another.") == 1


def test_an_observation_is_told_once():
    seen = failed(observation="Your result is -1 times the right one.")
    text = text_of(verdict([seen, seen.model_copy(update={"name": "test_c"})]))
    assert text.count("      Your result is -1 times the right one.") == 1


def test_traceback_and_note():
    check = failed(Kind.EXCEPTION, got="ValueError: no", note="(value 2 of 3)",
                   traceback=["exercises/a.py, line 3, in f: return g(x)", "exercises/a.py, line 9, in g: raise"])
    assert text_of(verdict([check])).splitlines()[2:-1] == [
        "      got   ValueError: no", "      (value 2 of 3)", "      exercises/a.py, line 3, in f: return g(x)",
        "      exercises/a.py, line 9, in g: raise"]


def test_prints_are_shown_under_their_check():
    many = "".join(f"line {n}\n" for n in range(50))
    check = failed(got="1", want="2", output=many)
    short, whole = text_of(verdict([check])), text_of(verdict([check]), verbose=True)
    assert "│ line 49" in short and "│ line 0\n" not in short and "38 lines before" in short
    assert "│ line 0\n" in whole and "│ line 49" in whole and "before" not in whole


def test_prints_of_a_passing_check():
    check = PASSED.model_copy(update={"output": "one\ntwo\n"})
    assert "printed 2 lines; --verbose shows them" in text_of(verdict([check]))
    assert "│ one" in text_of(verdict([check]), verbose=True)
    assert "printed" not in text_of(verdict([PASSED]), verbose=True)


def test_a_progress_bar_is_shown_as_it_ended():
    text = text_of(verdict([failed(got="1", output="10%\r50%\r100%\nnext\r\n")]))
    assert "│ 100%" in text and "│ next" in text and "50%" not in text and "\r" not in text


def test_several_lines_stay_lines_and_long_ones_are_wrapped():
    text = text_of(verdict([failed(got="a\n  b", want="word " * 60, note="note " * 60, given={"x": "1, " * 80})]))
    assert "      got   a\n              b\n" in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("word") == 60


def test_nothing_that_a_terminal_obeys_gets_through():
    check = failed(title=HOSTILE, got=HOSTILE, want=HOSTILE, note=HOSTILE, given={HOSTILE: HOSTILE}, output=HOSTILE,
                   traceback=[HOSTILE], diagnosis=HOSTILE)
    named = check.model_copy(update={"kind": Kind.CRASHED})
    for shown in (verdict([check, named], message=HOSTILE, excerpt=HOSTILE, title=HOSTILE, file=HOSTILE),
                  verdict([check], hidden_checks_run=False, message=HOSTILE)):
        text = text_of(shown, verbose=True)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
        text.encode("utf-8")
        assert "\\x1b[2J" in text


def test_endless_texts_are_cut():
    text = text_of(verdict([failed(Kind.EXCEPTION, got="E: " + "x" * 10**6, traceback=["y" * 10**6],
                                   note="z" * 10**6, output="p" * 10**5)]))
    assert len(text) < 12_000


@pytest.mark.parametrize("title, shown", [
    ("A gradient is", "a gradient is"), ("A leaf's gradient", "a leaf's gradient"), ("A @ B", "A @ B"),
    ("A B is", "A B is"), ("Axes of length 0", "axes of length 0"), ("Left-padded", "left-padded"),
    ("ReLU is", "ReLU is"),
    ("Adam's first step", "Adam's first step"), ("float32 stays", "float32 stays"), ("MSE: mean", "MSE: mean"),
    ("T5 norm", "T5 norm"), ("", ""), ("(m, n)", "(m, n)")])
def test_titles_begin_small(title, shown):
    line = text_of(verdict([PASSED.model_copy(update={"title": title})])).splitlines()[1]
    assert line == f"  ✓ {shown}"


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────


def fill(root, checks=(SHAPE,), **more):
    """A ledger with a history: five attempts at the first exercise, one at the second."""
    with open_ledger(root) as ledger:
        for number in range(5):
            last = number == 4
            status = Status.PASSED if last else Status.FAILED
            ledger.record(verdict([PASSED] if last else checks, status, FIRST, number, points=3,
                                  earned=3 if last else number % 3, files_hash=str(number)))
        ledger.record(verdict(checks, Status.FAILED, SECOND, 9, **{"earned": 2, "points": 4, **more}))


class Page(HTMLParser):
    """What the tests ask of a page: its tags, its text, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.addresses = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes
                           if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href")]
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_holds_the_whole_course(course):
    fill(course.root)
    text = render(course)
    page = Page(text)
    words = " ".join(" ".join(page.words).split())
    for exercise in course.exercises.values():
        assert exercise.title in words and exercise.number in words
    for part in ("Letters", "Digits", "Signs", "planned", "5 of 12 points", "grader watch 1.1.2", "5 attempts",
                 "You return the gradient as it came in."):
        assert part in words.replace("  ", " "), part
    assert page.tags.count("rect") == 6 and page.tags.count("details") == 2
    assert (page.tags.count("svg"), text.count('<rect class="passed"')) == (2, 1)


def test_the_page_loads_nothing(course):
    fill(course.root)
    text = render(course)
    page = Page(text)
    assert "http://" not in text and "https://" not in text and "//" not in text.replace("</", "")
    assert all(address.startswith("#e") for address in page.addresses)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(page.tags)
    assert "url(" not in text and "@import" not in text and "@font-face" not in text
    assert "default-src 'none'" in text and "prefers-color-scheme: dark" in text


def test_the_page_of_a_fresh_course(course):
    text = render(course)
    assert "<rect" not in text and "The first one" in text
    assert not (course.root / LEDGER).exists()


def test_hostile_text_is_shown_and_not_obeyed(tmp_path):
    from grader.course.manifest import load_course
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace("title: The first one", f"title: {json.dumps(HOSTILE[:-1])}")})
    course = load_course(tmp_path)
    fill(tmp_path, [failed(title=HOSTILE, got=HOSTILE, want=HOSTILE, note=HOSTILE, given={HOSTILE: HOSTILE},
                           output=HOSTILE, traceback=[HOSTILE], diagnosis=HOSTILE)], message=HOSTILE, excerpt=HOSTILE)
    text = render(course)
    page = Page(text)
    assert not {"script", "img"} & set(page.tags)
    assert "alert(" in "".join(page.words) and "\x1b" not in text and "\u202e" not in text
    text.encode("utf-8")


def test_only_the_latest_attempts_are_drawn(course):
    with open_ledger(course.root) as ledger:
        for number in range(SHOWN_ATTEMPTS + 8):
            ledger.record(verdict([SHAPE], exercise=FIRST, minutes=number, files_hash=str(number)))
    text = render(course)
    assert text.count("<rect") == SHOWN_ATTEMPTS and "+8" in text and f"{SHOWN_ATTEMPTS + 8} attempts" in text


def test_a_damaged_ledger_is_said_on_the_page(course):
    (course.root / LEDGER).parent.mkdir()
    (course.root / LEDGER).write_bytes(b"not a ledger")
    assert "cannot be read" in render(course)
    assert statuses(course.root) == {}


def test_write_html(course, tmp_path):
    fill(course.root)
    write_html(course, tmp_path / "report.html")
    assert "The second one" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="name another file"):
        write_html(course, tmp_path / "no" / "folder" / "report.html")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: not checked that a browser lays the page out, dark "
                    "and light, within the width of a phone")
class TestInABrowser:
    @pytest.fixture
    def folder(self, course, tmp_path):
        fill(course.root, [SHAPE, failed(Kind.EXCEPTION, got="ValueError: " + "x" * 300, output="y" * 300,
                                         traceback=["exercises/" + "z" * 300])], message="m" * 300)
        write_html(course, tmp_path / "page.html")
        return tmp_path

    def measure(self, folder, script):
        """The page with everything opened and `script` at its end, which leaves its answer in the title."""
        page = folder / "page.html"
        text = page.read_text(encoding="utf-8").replace("<details>", "<details open>")
        text = re.sub(r"<meta http-equiv=[^>]*>", "", text)  # it forbids scripts
        page.write_text(text + f"<script>document.title = JSON.stringify({script})</script>", encoding="utf-8")
        dom = browse(folder, "--window-size=800,900", "--dump-dom")
        return json.loads(re.search(r"<title>(.*?)</title>", dom, re.S)[1])

    def test_it_is_understood(self, folder):
        dom = browse(folder, "--dump-dom")
        assert dom.count("<rect") == 6 and "The third one" in dom

    def test_no_script_runs(self, folder):
        page = folder / "page.html"
        text = page.read_text(encoding="utf-8")
        page.write_text(f"{text}<script>document.title = 'obeyed'</script>", encoding="utf-8")
        assert "<title>obeyed" not in browse(folder, "--dump-dom")

    def test_nothing_sticks_out_on_a_phone(self, folder):
        page = folder / "page.html"
        text = page.read_text(encoding="utf-8").replace("(max-width: 46rem)", "(min-width: 1px)")
        page.write_text(text.replace("<body>", '<body style="width: 360px">'), encoding="utf-8")
        outside = self.measure(folder, """[...document.querySelectorAll('main *')].filter(
            e => !e.closest('pre, .hidden, svg') && getComputedStyle(e).display != 'inline'
                 && (e.getBoundingClientRect().right > 360 || e.scrollWidth > e.clientWidth + 1)
            ).map(e => e.outerHTML.slice(0, 99))""")
        assert outside == []

    def test_dark_and_light_differ(self, folder):
        pictures = []
        for scheme in (0, 1):
            picture = folder / f"{scheme}.png"
            browse(folder, f"--blink-settings=preferredColorScheme={scheme}", "--window-size=900,900",
                   f"--screenshot={picture}")
            pictures.append(picture)
        from matplotlib.image import imread
        dark, light = (imread(p)[..., :3].mean() for p in pictures)
        assert dark < 0.4 < 0.7 < light


def test_a_check_that_the_suite_spoilt_says_so_and_no_others_had_to_be_stopped():
    left = Check(name="c", title="Later", status=Status.NOT_RUN, counts=False, note="Not run, because the suite is at fault.")
    text = text_of(verdict([SHAPE, left]))
    assert "the suite is at fault" in text and "others had to be stopped" not in text
