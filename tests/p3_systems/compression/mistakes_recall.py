"""What learners get wrong in `recall`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Ties ────────────────────────────────────────────────────────────────────────────────────────────────────────

SHOWN = "shown = above + equal * (left / equal.sum(axis=1, keepdims=True))"
FEW = """if k >= documents:
        return np.ones(len(scores))

    # The k-th largest score of each query stands at documents - k when the smallest come first.
    last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]"""
RECALL = "return (shown * relevant).sum(axis=1) / relevant.sum(axis=1)"


mistake("recall.recall_at", """Your recall_at sorts, and takes the first k. Among equal scores the place in the index
    decides then, so a right answer that stands early is a present: a model that gives every document the same score finds
    what stands first. Share the places that are left among the equal ones.""",
        name="lets_the_place_decide", replace=SHOWN, by="""shown = np.zeros(scores.shape)
    np.put_along_axis(shown, np.argsort(-scores, axis=1, kind="stable")[:, :k], 1.0, axis=1)""",
        forms=[{"replace": SHOWN, "by": """shown = np.zeros(scores.shape)
    np.put_along_axis(shown, np.argsort(scores, axis=1, kind="stable")[:, ::-1][:, :k], 1.0, axis=1)"""}])

mistake("recall.recall_at", """Your recall_at takes all documents with the k-th largest score for shown. Where several
    have it, more than k would be shown, and a model that gives every document the same score would have a recall of 1.""",
        name="shows_all_equal_ones", replace=SHOWN, by="shown = (scores >= last) * 1.0")

mistake("recall.recall_at", """Your recall_at takes no document with the k-th largest score for shown, or none where others
    have the same score. At least the places that are left are filled with them: they share these.""",
        name="shows_no_equal_ones", replace=SHOWN, by="shown = ((scores >= last) & (above | (equal.sum(axis=1, keepdims=True) <= left))) * 1.0",
        forms=[{"replace": SHOWN, "by": "shown = above * 1.0"}])

mistake("recall.recall_at", """Your recall_at breaks ties by drawing an order. What comes back is then the recall of that one
    draw, and another draw gives another. The mean over all orders is asked for, and it can be computed: the places that are
    left over the number of equal documents.""",
        name="draws_an_order", replace=SHOWN, by="""shown = np.zeros(scores.shape)
    shuffled = np.random.default_rng(0).permutation(scores.shape[1])
    best = shuffled[np.argsort(-scores[:, shuffled], axis=1, kind="stable")[:, :k]]
    np.put_along_axis(shown, best, 1.0, axis=1)""",
        forms=[{"replace": SHOWN, "by": """shown = np.zeros(scores.shape)
    best = np.lexsort([np.random.default_rng(1).random(scores.shape), -scores], axis=1)[:, :k]
    np.put_along_axis(shown, best, 1.0, axis=1)"""}])

mistake("recall.recall_at", """Your recall_at gives the places that are left to the relevant ones among the equal documents
    first. An order drawn at random does not know which are relevant: the share is places over *all* that are equal.""",
        name="relevant_ones_first", replace=SHOWN,
        by="shown = above + equal * np.minimum(1, left / np.maximum(1, (equal & relevant).sum(axis=1, keepdims=True)))")

mistake("recall.recall_at", """Your recall_at takes scores for equal that are only close to each other, by `np.isclose` or rounding. A score that is larger by the last
    digit is larger: how near counts as equal would depend on the scores' unit, of which this function knows nothing.""",
        name="nearly_equal_scores", replace="above, equal = scores > last, scores == last", by="""equal = np.isclose(scores, last)
    above = (scores > last) & ~equal""", forms=[{"replace": "above, equal = scores > last, scores == last",
        "by": "above, equal = np.round(scores, 6) > np.round(last, 6), np.round(scores, 6) == np.round(last, 6)"}])

# ── What is counted ─────────────────────────────────────────────────────────────────────────────────────────────

mistake("recall.recall_at", """Your recall_at divides by k. That is the precision: how much of what is shown is relevant. The
    recall is how much of what is relevant is shown: divide by the number of relevant documents.""",
        name="divides_by_k", replace=RECALL, by="return (shown * relevant).sum(axis=1) / k")

mistake("recall.recall_at", """Your recall_at divides by k where a query has more relevant documents than k. Some define it
    so, for then 1 can always be reached; the contract has the share of all relevant documents.""",
        name="divides_by_the_smaller", replace=RECALL,
        by="return (shown * relevant).sum(axis=1) / np.minimum(k, relevant.sum(axis=1))")

mistake("recall.recall_at", """Your recall_at asks whether any relevant document is shown. With one relevant document for each
    query that is the recall; with several it is more. Sum over the relevant ones and divide by their number.""",
        name="asks_for_a_hit", replace=RECALL, by="return (shown * relevant).max(axis=1)",
        forms=[{"replace": RECALL, "by": "return 1 - (1 - shown * relevant).prod(axis=1)"}])

mistake("recall.recall_at", """Your recall_at returns one number, the mean over the queries. Each query's recall is asked for:
    who compares two systems needs them in pairs.""", name="returns_the_mean",
        replace=RECALL, by="return np.mean((shown * relevant).sum(axis=1) / relevant.sum(axis=1))")

mistake("recall.recall_at", """Your recall_at shows the documents with the smallest scores. The larger a score, the better.""",
        name="shows_the_worst", replace="""last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]      #""",
        by="""scores = -scores
    last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]      #""")

mistake("recall.recall_at", """Your recall_at compares with the score after the k-th, so one document too many is shown. In
    ascending order the k-th largest of n stands at n - k.""", name="shows_one_more",
        replace="last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]      #",
        by="k = min(k + 1, documents)\n    last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]      #")

mistake("recall.recall_at", """Your recall_at fails where k is larger than the number of documents. All of them are shown then,
    and the recall is 1.""", name="wants_k_documents", replace="if k >= documents:", by="if k == documents:")

mistake("recall.recall_at", """Your recall_at shares more places than there are documents where `k` is larger than their number. Each of those with the smallest score is then
    shown with a "probability" above 1, and so the recall is above 1: there are as many places as documents at most.""",
        name="more_places_than_documents", replace=FEW, by="""last = np.partition(scores, max(documents - k, 0), axis=1)[:, max(documents - k, 0), None]""")

mistake("recall.recall_at", """Your recall_at returns the dtype of the scores. Recalls are float64, whatever the scores are: a
    third in float16 is wrong in the fourth digit.""", name="keeps_the_dtype",
        replace=RECALL, by="return ((shown * relevant).sum(axis=1) / relevant.sum(axis=1)).astype(scores.dtype)")



def takes_one_for_none(scores, relevant, k):
    if k < 1 or np.isnan(scores).any():
        raise ValueError("not to be ranked")
    if k >= scores.shape[1]:
        return np.ones(len(scores))
    last = np.partition(scores, -k, axis=1)[:, -k, None]
    above, equal = scores > last, scores == last
    shown = above + equal * ((k - above.sum(axis=1, keepdims=True)) / equal.sum(axis=1, keepdims=True))
    return (shown * relevant).sum(axis=1) / np.maximum(1, relevant.sum(axis=1))


mistake("recall.recall_at", """Your recall_at gives a query without a relevant document a number, or NaN. Its recall is 0 / 0:
    any number would move the mean, and NaN would take it away. The contract has ValueError.""",
        name="accepts_no_relevant_document", replace="if not relevant.any(axis=1).all():", by="if False:",
        forms=[takes_one_for_none])

mistake("recall.recall_at", """Your recall_at accepts scores that are NaN. A NaN is neither above nor below another score, so
    sorting puts it anywhere: a broken model must not get a recall.""", name="accepts_nan",
        replace="if np.isnan(scores).any():", by="if False:",
        forms=[{"replace": "if np.isnan(scores).any():", "by": "if np.isnan(scores).all():"}])

mistake("recall.recall_at", """Your recall_at refuses infinite scores, as if they were NaN. An infinity is above or below all other numbers, so it can be ranked: a model
    that leaves a document out for sure gives it -inf. Ask with `np.isnan`, not with `np.isfinite`.""",
        name="refuses_infinities", replace="if np.isnan(scores).any():", by="if not np.isfinite(scores).all():")

# ── The interval ────────────────────────────────────────────────────────────────────────────────────────────────

DRAW = "means[place] = differences[generator.integers(len(differences), size=len(differences))].mean()"
ENDS = "low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])"
RETURN = "return Interval(float(differences.mean()), float(low), float(high))"

mistake("recall.paired_interval", """Your paired_interval draws the queries of the two systems separately. That undoes the pairs:
    what makes a query hard for both no longer falls out of the difference, and the interval is too wide. Draw the
    differences.""", name="draws_separately", replace=DRAW,
        by="""one, other = (generator.integers(len(differences), size=len(differences)) for _ in range(2))
        means[place] = second[other].mean() - first[one].mean()""",
        forms=[{"replace": DRAW, "by": """means[place] = (generator.choice(second, len(second)).mean()
                        - generator.choice(first, len(first)).mean())"""}])

mistake("recall.paired_interval", """Your paired_interval takes the first minus the second. It is `second - first`: positive
    where the second system is better.""", name="first_minus_second",
        replace="np.subtract(second, first, dtype=np.float64)", by="np.subtract(first, second, dtype=np.float64)")

mistake("recall.paired_interval", """Your paired_interval draws without replacement. Each resample then has every query once and
    the same mean, so the interval has no width. With replacement some queries come twice and others not at all.""",
        name="draws_without_replacement", replace=DRAW, by="means[place] = generator.permutation(differences).mean()",
        forms=[{"replace": DRAW, "by": "means[place] = generator.choice(differences, len(differences), replace=False).mean()"}])

mistake("recall.paired_interval", """Your paired_interval leaves out `1 - confidence` at each end. That much is left out in all:
    half of it at each end.""", name="leaves_out_twice_as_much", replace=ENDS,
        by="low, high = np.quantile(means, [1 - confidence, confidence])")

mistake("recall.paired_interval", """Your paired_interval hands shares to `np.percentile`, which takes them for per cent: 0.975
    is less than the first hundredth, and both ends lie near the smallest mean. `np.quantile` takes shares.""",
        name="shares_for_per_cent", replace=ENDS,
        by="low, high = np.percentile(means, [(1 - confidence) / 2, (1 + confidence) / 2])")

mistake("recall.paired_interval", """Your paired_interval takes the mean of the resamples' means. What is reported is the mean of
    the queries themselves: it needs no draw.""", name="means_the_resamples", replace=RETURN,
        by="return Interval(float(means.mean()), float(low), float(high))")

mistake("recall.paired_interval", """Your paired_interval goes so many standard deviations from the mean on each side, as if the
    means were normal. The contract has the quantiles of the resamples' means, which need not lie evenly.""",
        name="normal_ends", replace=ENDS, by="""from statistics import NormalDist
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * means.std()
    low, high = differences.mean() - reach, differences.mean() + reach""",
        forms=[{"replace": ENDS, "by": """from statistics import NormalDist
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * differences.std(ddof=1) / len(differences) ** 0.5
    low, high = differences.mean() - reach, differences.mean() + reach"""}])

mistake("recall.paired_interval", """Your paired_interval turns the quantiles over at the mean, the "basic" bootstrap. It is a
    method of its own; the contract has the percentiles as they are.""", name="turned_over", replace=ENDS,
        by=ENDS + "\n    low, high = 2 * differences.mean() - high, 2 * differences.mean() - low")

mistake("recall.paired_interval", """Your paired_interval makes a generator of its own. It then draws the same for everybody, or
    something new each time; who hands one over decides what is drawn, and can repeat it.""", name="own_generator",
        replace="for place in range(resamples):", by="generator = np.random.default_rng(0)\n    for place in range(resamples):",
        forms=[{"replace": "for place in range(resamples):",
                "by": "generator = np.random.default_rng(12345)\n    for place in range(resamples):"}])

mistake("recall.paired_interval", """Your paired_interval draws from the generator once more than the contract has it. Who draws
    from it next gets other numbers than they can know.""", name="draws_more", replace=RETURN,
        by="generator.random()\n    " + RETURN, forms=[{"replace": "means = np.empty(resamples)",
                                                       "by": "means = generator.random(resamples)"}])

mistake("recall.paired_interval", """Your paired_interval takes medians of the resamples. Recalls are 0 or 1 or little between, so
    their median jumps; the mean is asked for.""", name="medians", replace=DRAW,
        by="means[place] = np.median(differences[generator.integers(len(differences), size=len(differences))])")

mistake("recall.paired_interval", """Your paired_interval subtracts in the dtype of its arguments. The difference is rounded to that dtype
    before anything is averaged: turn both into float64 first.""", name="subtracts_in_their_dtype",
        replace="np.subtract(second, first, dtype=np.float64)", by="(second - first).astype(np.float64)")

mistake("recall.paired_interval", """Your paired_interval returns NaN where there are no queries. Nothing was measured, and NaN would be
    taken for a number by whoever draws it: the contract has ValueError.""", name="accepts_no_queries",
        replace="if not len(first):", by="if not len(first):\n        return Interval(float('nan'), float('nan'), float('nan'))\n    if False:")

mistake("recall.paired_interval", """Your paired_interval accepts what is not finite. One query that is NaN makes the mean and both
    ends NaN, and nobody knows which it was: raise ValueError.""", name="accepts_what_is_not_finite",
        replace="if not np.isfinite(differences).all():", by="if False:",
        forms=[{"replace": "if not np.isfinite(differences).all():", "by": "if np.isnan(differences).any():"}])

mistake("recall.paired_interval", """Your paired_interval accepts a confidence that is not between 0 and 1. With 1 the ends are the
    lowest and the highest resample, which says how many were drawn, and with 0 there is no interval.""",
        name="accepts_any_confidence", replace="not 0 < confidence < 1", by="confidence < 0 or confidence > 1",
        forms=[{"replace": "not 0 < confidence < 1", "by": "not 0 <= confidence < 1"},
               {"replace": "not 0 < confidence < 1", "by": "not 0 < confidence <= 1"}])
