"""The judge: runs suites, holds the expected values, and never runs a learner's code.

A suite imports the names below from here, and imports nothing else from the grader.
"""
from grader.judge.baselines import expected_once
from grader.judge.expect import MismatchError, expect, expect_raises, expect_true, is_finite
from grader.judge.scoring import supporting

__all__ = ["MismatchError", "expect", "expect_raises", "expect_true", "expected_once", "is_finite", "supporting"]
