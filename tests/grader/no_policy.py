"""Loaded into a zygote, this leaves out worker/policy.py: for tests of what must hold against code that got past it."""
from grader.worker import policy, stand_ins

stand_ins.prepare = lambda: None
policy.install = lambda *_: None
