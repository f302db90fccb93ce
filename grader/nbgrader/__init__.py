"""Exercises as nbgrader's notebooks, and verdicts in its gradebook."""
