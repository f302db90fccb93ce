"""What learners get wrong in `pareto`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Who dominates whom ──────────────────────────────────────────────────────────────────────────────────────────

AS_GOOD = "as_good = (other <= one).all(axis=-1)"
BETTER = "better = (other < one).any(axis=-1)"
RESULT = "return (as_good & better).any(axis=1)"
COSTS = "costs = np.where(np.asarray(largest, dtype=bool), -points, points)              #"

mistake("pareto.dominated", """Your dominated asks for better in *every* measure. As good in one and better in another is enough:
    a model of the same size with a higher recall dominates.""", name="better_in_all",
        replace=AS_GOOD, by="as_good = (other < one).all(axis=-1)")

mistake("pareto.dominated", """Your dominated asks only for "at least as good in all". Each point is that beside itself, so all
    of them count as dominated: it has to be better in one measure.""", name="dominates_itself",
        replace=RESULT, by="return as_good.any(axis=1)")

mistake("pareto.dominated", """Your dominated lets one of two equal points dominate the other. Neither is better in anything: both
    are dominated, or both not.""", name="equal_points_dominate",
        replace=RESULT, by="return (as_good & ~np.eye(len(points), dtype=bool)).any(axis=1)",
        forms=[{"replace": RESULT, "by": "return (as_good & (better | np.tri(len(points), k=-1, dtype=bool))).any(axis=1)"}])

mistake("pareto.dominated", """Your dominated calls a point dominated that another one beats in some measure. It has to be at
    least as good in all others too: else hardly anything remains.""", name="beaten_in_one",
        replace=RESULT, by="return better.any(axis=1)")

mistake("pareto.dominated", """Your dominated says who dominates another point, and not who is dominated. Either it looks along the wrong
    axis, or it takes the smallest value for the best where `largest` is True and the largest elsewhere.""",
        name="dominates_others", replace=RESULT, by="return (as_good & better).any(axis=0)")

mistake("pareto.dominated", """Your dominated returns True for the points that are *not* dominated. Those are the front; this
    function names the others.""", name="returns_the_front", replace=RESULT, by="return ~(as_good & better).any(axis=1)")

mistake("pareto.dominated", """Your dominated does not look at the directions: it takes one of them for all measures. Where `largest`
    is True the largest value is the best, and elsewhere the smallest.""", name="ignores_directions",
        replace=COSTS, by="costs = points  #", forms=[{"replace": COSTS, "by": "costs = -points  #"}])

mistake("pareto.dominated", """Your dominated adds the measures up and compares the sums. Megabytes and recall have no common
    unit, and a sum decides what they are worth to each other: dominated is who loses without any such exchange.""",
        name="adds_up", replace=RESULT, by="return (costs.sum(axis=1)[None] < costs.sum(axis=1)[:, None]).any(axis=1)")

mistake("pareto.dominated", """Your dominated looks at the first two measures only. There may be any number of them.""",
        name="two_measures", replace="one, other = costs[:, None], costs[None, :]",
        by="one, other = costs[:, None, :2], costs[None, :, :2]")

mistake("pareto.dominated", """Your dominated takes nearly equal values for equal. Values are compared as they are: how near is
    near depends on the unit, which this function does not know.""", name="nearly_equal",
        replace=BETTER, by="better = (other < one - 1e-9).any(axis=-1)",
        forms=[{"replace": AS_GOOD, "by": "as_good = ((other < one) | np.isclose(other, one)).all(axis=-1)"}])

mistake("pareto.dominated", """Your dominated subtracts to compare. Infinity minus infinity is NaN, and NaN is neither at most 0
    nor above it: compare the values themselves.""", name="subtracts",
        replace=AS_GOOD, by="as_good = (other - one <= 0).all(axis=-1)")

mistake("pareto.dominated", """Your dominated scales each measure to 0 to 1 before it compares. That changes no order, and where a value is infinite it
    makes NaN, which is neither better nor worse than anything: compare the values as they are.""", name="scales_first",
        replace="one, other = costs[:, None], costs[None, :]", by="""if len(costs):
        span = costs.max(axis=0) - costs.min(axis=0)
        costs = (costs - costs.min(axis=0)) / np.where(span == 0, 1, span)
    one, other = costs[:, None], costs[None, :]""")

mistake("pareto.dominated", """Your dominated turns the columns of `points` round in place. The points belong to the caller, who
    finds negative recalls in them afterwards.""", name="changes_the_points",
        replace=COSTS, by="costs = points\n    costs[:, np.asarray(largest, dtype=bool)] *= -1  #",
        forms=[{"replace": COSTS, "by": "costs = np.negative(points, out=points, where=np.asarray(largest, dtype=bool))  #"},
               {"replace": RESULT, "by": "if points.flags.writeable: points[:, np.asarray(largest, dtype=bool)] *= -1\n    " + RESULT + """


@lambda front: lambda points, largest: front(np.broadcast_to(points, points.shape), largest)"""}])  # pareto_front hands over no writable array

ZIPPED = """


counted, dominated = dominated, lambda points, largest: counted(*as_zip_leaves_them(points, largest))


def as_zip_leaves_them(points, largest):
    return points[:, :len(largest)], largest[:points.shape[1]]


@lambda front: lambda points, largest: front(*as_zip_leaves_them(points, largest))"""  # both functions go by zip

mistake("pareto.dominated", """Your dominated takes any number of directions: one of them is broadcast to all measures, or what
    is too many of one or the other is left out, as `zip` does it without a word. Each measure has its own.""", name="accepts_other_directions",
        replace="if len(largest) != points.shape[1]:",
        by="largest = (list(largest) * points.shape[1])[:points.shape[1]]\n    if False:",
        forms=[{"replace": "if len(largest) != points.shape[1]:", "by": """if len(largest) > points.shape[1]:
        largest = largest[:points.shape[1]]
    if len(largest) not in (1, points.shape[1]):"""},
               {"replace": RESULT, "by": RESULT + ZIPPED}])

mistake("pareto.dominated", """Your dominated accepts NaN. Every comparison with NaN is False, so a model that was not measured is
    dominated by nobody and stands on the front.""", name="accepts_nan", replace="if np.isnan(points).any():", by="if False:",
        forms=[{"replace": "if np.isnan(points).any():", "by": "if np.isnan(points[0]).any():"}])

# ── The front and its order ─────────────────────────────────────────────────────────────────────────────────────

ORDER = "return places[np.lexsort(costs.T[::-1])]"
FRONT_COSTS = "costs = np.where(np.asarray(largest, dtype=bool), -points, points)[places]      #"

mistake("pareto.pareto_front", """Your pareto_front leaves the points in the order in which they came. They are to go from the best
    in the first measure to the worst, so that a line can be drawn through them.""", name="not_sorted",
        replace=ORDER, by="return places")

mistake("pareto.pareto_front", """Your pareto_front sorts the values from small to large in every measure. Where the largest is the
    best, the largest comes first.""", name="sorts_by_value", replace=FRONT_COSTS, by="costs = points[places]  #")

mistake("pareto.pareto_front", """Your pareto_front goes from the worst in the first measure to the best. The best comes first.""",
        name="worst_first", replace=ORDER, by="return places[np.lexsort(-costs.T[::-1])]",
        forms=[{"replace": ORDER, "by": "return places[np.lexsort(costs.T[::-1])][::-1]"}])

mistake("pareto.pareto_front", """Your pareto_front sorts by the last measure first: `np.lexsort` takes its *last* key as the most
    important one.""", name="last_measure_first", replace=ORDER, by="return places[np.lexsort(costs.T)]")

mistake("pareto.pareto_front", """Your pareto_front sorts by the first measure alone. Where that is equal the next one decides, and so
    on.""", name="first_measure_alone", replace=ORDER, by="return places[np.argsort(costs[:, 0], kind='stable')]")

mistake("pareto.pareto_front", """Your pareto_front keeps one of several equal points. Neither dominates the other: two models
    that measure the same are both on the front.""", name="drops_equal_points", replace=ORDER,
        by="return places[np.unique(costs, axis=0, return_index=True)[1]]",
        forms=[{"replace": ORDER, "by": """order = np.lexsort(costs.T[::-1])
    kept = [order[at] for at in range(len(order)) if at == 0 or (costs[order[at]] != costs[order[at - 1]]).any()]
    return places[np.array(kept, dtype=np.int64)]"""}])

mistake("pareto.pareto_front", """Your pareto_front puts equal points in the reverse order. They stay in the order in which they stand
    in `points`.""", name="equal_points_reversed", replace=ORDER,
        by="return places[::-1][np.lexsort(costs[::-1].T[::-1])]",
        forms=[{"replace": ORDER, "by": """order = np.lexsort((costs if not largest[0] else -costs).T[::-1])
    return places[order[::-1] if largest[0] else order]"""}])

mistake("pareto.pareto_front", """Your pareto_front returns places within the front. The places in `points` are asked for: index the
    places of the front with the order.""", name="places_in_the_front", replace=ORDER, by="return np.lexsort(costs.T[::-1])")

mistake("pareto.pareto_front", """Your pareto_front returns the points themselves. Their places are asked for: whoever has the models
    in a list finds them by the place.""", name="returns_points", replace=ORDER,
        by="return points[places[np.lexsort(costs.T[::-1])]]")

mistake("pareto.pareto_front", """Your pareto_front returns the points that are dominated. The front is made of the others.""",
        name="returns_the_dominated", replace="np.flatnonzero(~dominated(points, largest))",
        by="np.flatnonzero(dominated(points, largest))")
