"""What learners get wrong in `without_labels`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Isotonic regression ─────────────────────────────────────────────────────────────────────────────────────────

WHILE = "while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] > blocks[-1][0] * blocks[-2][1]:"
RETURN = "return points, np.repeat([true / count for true, count, _ in blocks], [length for *_, length in blocks])"

mistake("without_labels.isotonic", """Your isotonic pools a block once and looks back no further. The pooled block may be smaller than the one before *it*: go on until
    the order holds.""", name="pools_once", replace=WHILE, by=WHILE.replace("while", "if"))

mistake("without_labels.isotonic", """Your isotonic is the mean of the labels at each score, and nothing is pooled: it falls wherever chance made it fall.""",
        name="nothing_pooled", replace=WHILE, by="while False:")

mistake("without_labels.isotonic", """Your isotonic takes the running maximum of the means. That never falls either, and has a larger error: all that comes after one
    lucky score is lifted to it. Pooled blocks have the *mean* of their labels.""", name="running_maximum", replace=RETURN,
        by="return points, np.maximum.accumulate(ones / weights)", forms=[{"replace": RETURN, "by": "return points, np.minimum.accumulate((ones / weights)[::-1])[::-1]"}])

mistake("without_labels.isotonic", """Your pooled block has the mean of two *values*, whatever number of labels they stand for. A block is a sum and a count: ten labels
    count ten times.""", name="values_averaged", replace=RETURN, by="""values = []
    for true, count in zip(ones.tolist(), weights.tolist()):
        values.append([true / count, 1])
        while len(values) > 1 and values[-2][0] > values[-1][0]:
            value, length = values.pop()
            values[-1] = [(values[-1][0] + value) / 2, values[-1][1] + length]
    return points, np.repeat([value for value, _ in values], [length for _, length in values])""",
        forms=[{"replace": RETURN, "by": """values = []
    for true, count in zip(ones.tolist(), weights.tolist()):
        values.append([true / count, 1])
        while len(values) > 1 and values[-2][0] > values[-1][0]:
            value, length = values.pop()
            values[-1] = [(values[-1][0] * values[-1][1] + value * length) / (values[-1][1] + length), values[-1][1] + length]
    return points, np.repeat([value for value, _ in values], [length for _, length in values])"""}])

mistake("without_labels.isotonic", """Your values fall with the score. A larger score is to mean a larger probability.""", name="falling", replace="] > blocks[-1][0]", by="] < blocks[-1][0]")

mistake("without_labels.isotonic", """Equal scores have several points, and maybe several values, with you. A score has one probability: its labels are put together
    before anything is pooled.""", name="ties_apart", replace="points, place = np.unique(score.astype(np.float64), return_inverse=True)  # place: for each score its number in points",
        by="order = score.argsort(kind='stable')\n    points, place = score.astype(np.float64)[order], order.argsort()")

mistake("without_labels.isotonic", """Your isotonic takes labels in the order in which they came. They belong to their scores: when the scores are sorted, the labels go
    along.""", name="labels_left_behind", replace="place[label]", by="np.sort(place)[label]")

mistake("without_labels.isotonic", """Your values have one entry for each block, or for each label, and not for each distinct score.""", name="values_of_blocks", replace=RETURN,
        by="return points, np.array([true / count for true, count, _ in blocks])", forms=[{"replace": RETURN, "by": "return points, np.repeat([true / count for true, count, _ in blocks], [count for _, count, _ in blocks])"}])

mistake("without_labels.isotonic", """Your isotonic accepts no scores at all, or a score that is NaN or infinite. NaN has no place in an order.""", name="isotonic_accepts_all",
        replace="if not score.size or not np.isfinite(score).all():", by="if not score.size:",
        forms=[{"replace": "not np.isfinite(score).all()", "by": "np.isnan(score).any()"}, {"replace": "not score.size or ", "by": ""}])

# ── Calibration ─────────────────────────────────────────────────────────────────────────────────────────────────

INTERP = "np.interp(score, points, values)"

mistake("without_labels.calibrate", """Your calibrate is a staircase: it takes the value of the point before, or after, or of the nearest one. The contract has straight
    lines between the points.""", name="staircase", replace=INTERP, by="values.astype(np.float64)[np.clip(np.searchsorted(points, score, side='right') - 1, 0, len(points) - 1)]",
        forms=[{"replace": INTERP, "by": "values.astype(np.float64)[np.clip(np.searchsorted(points, score), 0, len(points) - 1)]"},
               {"replace": INTERP, "by": "values.astype(np.float64)[np.abs(score[:, None] - points).argmin(1)]"}])

mistake("without_labels.calibrate", """Beyond the outermost points your calibrate gives 0 and 1, or NaN. It has seen nothing there, and the last value that it knows is
    the best it has.""", name="beyond_the_points", replace=INTERP, by="np.interp(score, points, values, left=0.0, right=1.0)",
        forms=[{"replace": INTERP, "by": "np.interp(score, points, values, left=np.nan, right=np.nan)"}])

mistake("without_labels.calibrate", """Your calibrate accepts points that are missing or out of order, or a score that is NaN. np.interp says nothing about either, and gives
    numbers that mean nothing.""", name="calibrate_accepts_all", replace="not (points[1:] > points[:-1]).all() or ", by="",
        forms=[{"replace": "points[1:] > points[:-1]", "by": "points[1:] >= points[:-1]"}, {"replace": " or np.isnan(score).any()", "by": ""},
               {"replace": "not (points[1:] > points[:-1]).all()", "by": "(points[1:] <= points[:-1]).any()"}])

# ── Expected numbers ────────────────────────────────────────────────────────────────────────────────────────────

CELLS = "return float(positive.sum()), float((1 - positive).sum()), float(negative.sum()), float((1 - negative).sum())"

mistake("without_labels.expected_confusion", """Your table counts each answer as right or wrong, by whether p is above one half. An answer with p = 0.6 is right in six of ten
    worlds: it adds 0.6 to one cell and 0.4 to another.""", name="rounded", replace="p = p.astype(np.float64)", by="p = (p >= 0.5).astype(np.float64)")

mistake("without_labels.expected_confusion", """Your table takes p ≥ 1/2 for the answer, and not `predicted`. A model may answer by another threshold, and after calibration
    one half is a different place anyway.""", name="own_threshold", replace="p[predicted], p[~predicted]", by="p[p >= 0.5], p[p < 0.5]")

mistake("without_labels.expected_confusion", """Your table has its cells in another order: (true positives, false positives, false negatives, true negatives).""", name="cells_exchanged",
        replace=CELLS, by="return float(positive.sum()), float(negative.sum()), float((1 - positive).sum()), float((1 - negative).sum())",
        forms=[{"replace": CELLS, "by": "return float(positive.sum()), float((1 - positive).sum()), float((1 - negative).sum()), float(negative.sum())"},
               {"replace": CELLS, "by": "return float((1 - negative).sum()), float((1 - positive).sum()), float(negative.sum()), float(positive.sum())"}])

mistake("without_labels.expected_confusion", """Your table holds shares and not numbers: its cells add up to 1, and not to n.""", name="shares", replace=CELLS,
        by="return tuple(float(each.sum() / len(p)) for each in (positive, 1 - positive, negative, 1 - negative))")

mistake("without_labels.expected_confusion", """What is no probability gets through, or nothing at all. NaN compares as false with everything, so ask for what is right, and not for
    what is wrong.""", name="confusion_accepts_all", replace="not ((p >= 0) & (p <= 1)).all()", by="((p < 0) | (p > 1)).any()",
        forms=[{"replace": "not p.size or ", "by": ""}, {"replace": " or not ((p >= 0) & (p <= 1)).all()", "by": ""}])

# ── Estimates ───────────────────────────────────────────────────────────────────────────────────────────────────

DEVIATION = "math.sqrt(float((p * (1 - p)).sum())) / len(p)"
ACCURACY = "(tp + tn) / len(p)"

mistake("without_labels.estimate", """Your accuracy is the mean confidence, max(p, 1 - p), whatever was answered. That is the accuracy of a model which answers by the calibrated
    probabilities; this one may have answered otherwise.""", name="mean_confidence", replace=ACCURACY, by="float(np.maximum(p, 1 - p).mean())")

mistake("without_labels.estimate", """Your accuracy is the mean of p, the share of labels that are true. A *no* is right with 1 - p.""", name="mean_of_p", replace=ACCURACY, by="float(p.mean())")

mistake("without_labels.estimate", """Your standard deviation is how far the probabilities are from each other. It is to be that of the accuracy: each answer is right or wrong by
    chance, with the variance q (1 - q), also where all q are equal.""", name="spread_of_p", replace=DEVIATION, by="float(np.where(predicted, p, 1 - p).std()) / math.sqrt(len(p))",
        forms=[{"replace": DEVIATION, "by": "float(p.std())"}])

mistake("without_labels.estimate", """Your standard deviation divides by the wrong power of n. A mean of n has 1/n² of the variance of the sum, and the root of that is
    1/n.""", name="another_power_of_n", replace=DEVIATION, by="math.sqrt(float((p * (1 - p)).sum()) / len(p))", forms=[{"replace": DEVIATION, "by": "math.sqrt(float((p * (1 - p)).sum()))"}])

mistake("without_labels.estimate", """Your standard deviation is a variance: the root is missing.""", name="variance", replace=DEVIATION, by="float((p * (1 - p)).sum()) / len(p) ** 2")

mistake("without_labels.estimate", """Your standard deviation takes all answers for equally sure, with the mean accuracy a: a (1 - a) / n. Answers whose chances are
    known to differ vary less than that.""", name="all_equally_sure", replace=DEVIATION, by="math.sqrt(max(0.0, (tp + tn) / len(p) * (1 - (tp + tn) / len(p)) / len(p)))")

mistake("without_labels.estimate", """Precision and recall are exchanged: precision is over what was answered yes, and recall over what is true.""", name="precision_for_recall",
        replace="return (tp + tn) / len(p), deviation, precision, recall", by="return (tp + tn) / len(p), deviation, recall, precision")

mistake("without_labels.estimate", """Where nothing was answered yes, or nothing can be true, your precision or recall is 0 or 1. It is not known: NaN.""", name="zero_for_nan",
        replace="tp / (tp + fp) if predicted.any() else math.nan", by="tp / (tp + fp) if predicted.any() else 0.0",
        forms=[{"replace": "tp / (tp + fn) if tp + fn else math.nan", "by": "tp / (tp + fn) if tp + fn else 0.0"}, {"replace": "tp / (tp + fn) if tp + fn else math.nan", "by": "tp / (tp + fn) if tp + fn else 1.0"}])
