"""Loaded into a fork server, this leaves out worker/policy.py: for tests of what must hold against code that got past it."""
from grader.worker.policy import proxies
from grader.worker.policy import rules as policy

proxies.prepare = lambda: None
policy.install = lambda *_: None
