"""The judge: runs suites, holds what is expected, and never runs a learner's code.

A suite imports from here; nothing else in it is the grader's.
"""
from grader.judge.expect import MismatchError, expect, expect_raises, expect_true, is_finite
from grader.judge.scoring import supporting

__all__ = ["MismatchError", "expect", "expect_raises", "expect_true", "is_finite", "supporting"]
