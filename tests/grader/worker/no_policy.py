"""Loaded into a fork server, this leaves out worker/policy/: for tests of what must hold against code that got past it."""
from grader.worker import policy

policy.prepare = lambda: None
policy.install = lambda *_: None
policy.hide_in_given = lambda _: None
