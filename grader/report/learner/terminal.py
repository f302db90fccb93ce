"""The map in a terminal: plain text for `grader list`, rich's tables and bars for `grader report`."""
from grader.report.style import COLORS, SYMBOLS, paint
from grader.text import count

TITLE_WIDTH = 42


def list_text(shown: dict, color: bool) -> str:
    """The course as text. Not with rich: importing it would take longer than all the rest of `grader list`."""
    lines = [paint(shown["title"], "bold", color) + f"  {_totals(shown)}"]
    for pipeline in shown["pipelines"]:
        lines += ["", paint(f"{pipeline['number']}  {pipeline['title']}", "bold", color)]
        for project in pipeline["projects"]:
            title = f"{project['number']:<5}{project['title']}"
            if project["planned"]:
                lines.append(paint(f"   {title:<{TITLE_WIDTH + 10}}  planned", "dim", color))
                continue
            lines.append(f"   {title:<{TITLE_WIDTH + 10}}  {_totals(project)}")
            lines += [_exercise_line(e, shown["next"], color) for e in project["exercises"]]
    return "\n".join([*lines, "", *_next_lines(shown, color)])


def _exercise_line(exercise: dict, following: dict | None, color: bool) -> str:
    status = exercise["status"]
    symbol = paint(SYMBOLS[status], COLORS[status], color)
    points = f"{exercise['earned']} of {exercise['points']}"
    name = exercise["id"].partition("/")[2]
    here = paint("  ← next", "cyan", color) if following and exercise["id"] == following["id"] else ""
    return f"     {symbol} {exercise['number']:<6} {exercise['title']:<{TITLE_WIDTH - 1}}  {points:>8}   " \
           + paint(name, "dim", color) + here


def _next_lines(shown: dict, color: bool) -> list[str]:
    following = shown["next"]
    if following is None:
        all_passed = shown["passed"] == shown["of"]
        return ["All exercises passed." if all_passed else "Every exercise passed its examples; hidden checks not run."]
    return [f"Next: {paint(following['number'] + '  ' + following['title'], 'bold', color)}, about "
            f"{following['minutes']} minutes: grader watch {following['number']}",
            f"      exercises/{following['file']}"]


def _totals(part: dict) -> str:
    return f"{part['earned']} of {count(part['points'], 'point')} · {part['passed']} of {part['of']} passed"


def print_map(shown: dict, console) -> None:
    """Print the map with rich: the projects of each pipeline in a table with bars, then the next exercise."""
    from rich import box
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    console.print(Text(shown["title"], style="bold"), Text(_totals(shown), style="dim"), sep="  ")
    # One table, so that the columns of all pipelines are aligned.
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=False)
    table.add_column("")
    table.add_column("project", overflow="fold", max_width=40)
    table.add_column("progress", width=24)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("passed", justify="right", no_wrap=True)
    for pipeline in shown["pipelines"]:
        table.add_row(Text(pipeline["number"], style="bold"), Text(pipeline["title"], style="bold"))
        for project in pipeline["projects"]:
            if project["planned"]:
                table.add_row(*(Text(t, style="dim") for t in (project["number"], project["title"], "planned")))
                continue
            table.add_row(project["number"], Text(project["title"]),
                          ProgressBar(total=max(project["points"], 1), completed=project["earned"], width=24),
                          f"{project['earned']} of {project['points']}", f"{project['passed']} of {project['of']}")
        table.add_section()
    console.print()
    console.print(table)
    console.print()
    for line in _next_lines(shown, color=False):
        console.print(Text(line))
