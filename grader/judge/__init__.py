"""The judge: runs suites, holds the expected values, and never runs a learner's code.

A suite, and the observations beside it, import the names below from here, and nothing else from the grader.
"""
from grader.judge.added_observations import Seen
from grader.judge.baselines import expected_once
from grader.judge.expect import MismatchError, expect, expect_raises, expect_true, is_finite
from grader.judge.observe import numbers, same
from grader.judge.requirements import requires
from grader.judge.scoring import supporting

__all__ = ["MismatchError", "Seen", "expect", "expect_raises", "expect_true", "expected_once", "is_finite", "numbers", "requires",
           "same", "supporting"]
