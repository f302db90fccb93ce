"""The given code in exercises/common: every plot is drawn, and says what it was given. How it looks is for people."""
import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from exercises.common import plots  # noqa: E402


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved, in order, still open."""
    figures = []
    save = plots._save

    def keep(figure, path):
        figures.append(figure)
        return save(figure, path)

    monkeypatch.setattr(plots, "_save", keep)
    return figures


def test_bands_show_the_median_and_leave_out_what_diverged(tmp_path, drawn):
    values = np.array([[1.0, 4.0, np.nan], [2.0, 5.0, np.nan], [9.0, np.inf, np.nan]])
    panels = [plots.Panel("one", {"a": values}), plots.Panel("two", {"b": values, "a": values + 1})]
    path = plots.bands(panels, tmp_path / "a/b.png")
    assert path.stat().st_size > 5000
    first, second = drawn[0].axes
    assert first.lines[0].get_xydata().tolist() == [[1, 2], [2, 4.5]]  # inf and NaN are no part of it
    assert {text.get_text() for text in second.get_legend().texts} == {"a", "b"}
    assert first.lines[0].get_color() == second.lines[1].get_color() != second.lines[0].get_color()


def test_bands_in_rows(tmp_path, drawn):
    plots.bands([plots.Panel(str(i), {"a": np.ones((2, 3))}, x=[1, 10, 100], xscale="log") for i in range(3)],
                tmp_path / "b.png", columns=2)
    assert len(drawn[0].axes) == 4 and [axis.axison for axis in drawn[0].axes] == [True, True, True, False]
    assert drawn[0].axes[0].lines[0].get_xdata().tolist() == [1, 10, 100]


def test_levels_and_moments_have_lines_and_names(tmp_path, drawn):
    plots.bands([plots.Panel("one", {"a": np.ones((2, 3)), "b": np.zeros((2, 3))}, levels={"enough": 0.5}, moments={"dam": 2, "alarm": 3}, legend=2)], tmp_path / "c.png")
    axis = drawn[0].axes[0]
    assert [line.get_xydata().tolist() for line in axis.lines[2:]] == [[[0, 0.5], [1, 0.5]], [[2, 0], [2, 1]], [[3, 0], [3, 1]]]
    assert [text.get_text().strip() for text in axis.texts] == ["enough", "dam", "alarm"] and axis.get_legend()._ncols == 2


def test_grids_write_every_number(tmp_path, drawn):
    values = np.array([[0.1, 0.5, 0.9], [0.2, 0.6, 1.0]])
    plots.grids({"plain": values, "by": values - 0.5}, rows=[2, 8], columns=["0.1", "0.2", "0.3"], rowlabel="depth",
                columnlabel="rate", differences=["by"], path=tmp_path / "g.png")
    plain, by = drawn[0].axes
    assert [text.get_text() for text in plain.texts] == ["10%", "50%", "90%", "20%", "60%", "100%"]
    assert [text.get_text() for text in by.texts] == ["-40", "+0", "+40", "-30", "+10", "+50"]
    assert by.images[0].get_clim() == (-0.5, 0.5)


def test_a_landscape_with_two_ways_over_it(tmp_path, drawn):
    x, y = np.linspace(-2, 2, 40), np.linspace(-1, 3, 30)
    height = (1 - x) ** 2 + 100 * (y[:, None] - x**2) ** 2  # (rows, columns)
    plots.landscape(x, y, height, tmp_path / "l.png", tracks={"SGD": np.array([[-1, 1], [0, 0.5]]), "own": np.ones((3, 2))},
                    minimum=(1, 1), title="Rosenbrock")
    assert {text.get_text() for text in drawn[0].axes[0].get_legend().texts} == {"SGD", "own", "minimum"}
    assert drawn[0].axes[0].get_xlim() == (-2, 2)


def test_a_table_has_its_texts(tmp_path, drawn):
    plots.table(["network", "accuracy"], [["plain", "90%"], ["normed", "95%"]], tmp_path / "t.png", shaded=[1])
    cells = drawn[0].axes[0].tables[0].get_celld()
    assert cells[0, 1].get_text().get_text() == "accuracy" and cells[2, 0].get_text().get_text() == "normed"
    assert cells[2, 1].get_facecolor() != cells[1, 1].get_facecolor()
