r"""Accuracy without labels: what a model believes about its own answers, corrected by what became of earlier ones.

A binary classifier gives each input a score, and an answer. Nobody says which answers are right. But if the score is turned into a
*calibrated* probability $p_i = P(y_i = 1)$, each answer $\hat y_i$ is right with a known probability,

$$q_i = \begin{cases} p_i & \hat y_i = 1 \\ 1 - p_i & \hat y_i = 0, \end{cases} \qquad
  E[\text{accuracy}] = \frac1n \sum_i q_i, \qquad
  \operatorname{sd}[\text{accuracy}] = \frac1n \sqrt{\sum_i q_i (1 - q_i)},$$

the latter since the labels are independent, given the inputs. That is *confidence-based performance estimation*.

Scores are calibrated on labelled data that the model has not learned from. Of all functions that never fall, *isotonic regression* takes
the one with the smallest squared error,

$$\min_{f_1 \le \dots \le f_k} \; \sum_j w_j \, (\bar y_j - f_j)^2,$$

for the distinct scores in ascending order, with $w_j$ labels of the mean $\bar y_j$ at each. What it learns is $P(y \mid \text{score})$: if the
inputs change and that does not, the estimate follows. If that itself changes, the estimate knows nothing of it.

Source: Ayer, Brunk, Ewing, Reid and Silverman, "An empirical distribution function for sampling with incomplete information", Annals of
Mathematical Statistics 26, 1955, for isotonic regression; Zadrozny and Elkan, "Transforming classifier scores into accurate
multiclass probability estimates", KDD 2002, section 3, for calibration by it; the documentation of NannyML, "How it works: performance
estimation", for the estimate.
"""
import math

import numpy as np
from jaxtyping import Bool, Float, Float64


def isotonic(score: Float[np.ndarray, "n"], label: Bool[np.ndarray, "n"]) -> tuple[Float64[np.ndarray, "k"], Float64[np.ndarray, "k"]]:
    """(points, values): the distinct scores in ascending order, and the calibrated probability at each one.

    `values` never falls, and among all such arrays it has the smallest sum of (label - value)² over the n labels. Points are float64.
    The arguments are not changed, neither here nor below.

    >>> isotonic(np.array([0.1, 0.4, 0.4, 0.6, 0.9]), np.array([False, True, True, False, True]))
    (array([0.1, 0.4, 0.6, 0.9]), array([0.        , 0.66666667, 0.66666667, 1.        ]))

    Raises ValueError where there are no scores, or one is NaN or infinite.
    """
    raise NotImplementedError


def calibrate(score: Float[np.ndarray, "n"], points: Float[np.ndarray, "k"], values: Float[np.ndarray, "k"]) -> Float64[np.ndarray, "n"]:
    """The calibrated probabilities of new scores: on straight lines between the points, and the outermost values beyond them.

    >>> calibrate(np.array([0.0, 0.25, 0.4, 0.75, 2.0]), np.array([0.1, 0.4, 0.6, 0.9]), np.array([0.0, 0.5, 0.5, 1.0]))
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])

    Raises ValueError where a score is NaN, and where there are no points, or they do not ascend strictly.
    """
    raise NotImplementedError


def expected_confusion(p: Float[np.ndarray, "n"], predicted: Bool[np.ndarray, "n"]) -> tuple[float, float, float, float]:
    """(true positives, false positives, false negatives, true negatives): how many of each are expected, in this order.

    `p` are calibrated probabilities that a label is true, and `predicted` the model's answers, however it came to them.

    >>> [round(each, 6) for each in expected_confusion(np.array([0.9, 0.6, 0.3]), np.array([True, True, False]))]
    [1.5, 0.5, 0.3, 0.7]

    Raises ValueError where `p` is empty, or not in [0, 1] (NaN is not).
    """
    raise NotImplementedError


def estimate(p: Float[np.ndarray, "n"], predicted: Bool[np.ndarray, "n"]) -> tuple[float, float, float, float]:
    """(accuracy, its standard deviation, precision, recall), as far as they can be known without labels.

    The accuracy is its expectation, and the standard deviation says how far the true accuracy of these n answers is from that, if `p` is
    right: their labels are random, and independent. Precision and recall are the quotients of expected numbers, TP / (TP + FP) and
    TP / (TP + FN); NaN where the denominator is 0.

    >>> [round(each, 6) for each in estimate(np.array([0.9, 0.6, 0.3]), np.array([True, True, False]))]
    [0.733333, 0.244949, 0.75, 0.833333]

    Raises ValueError where `p` is empty, or not in [0, 1] (NaN is not).
    """
    raise NotImplementedError
