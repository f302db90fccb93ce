"""Smoke checks: a learner's whole service is started, asked from outside, and ended; and its deployment."""
