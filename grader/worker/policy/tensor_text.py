"""Whether an operator runs only to make the text of a tensor, which is never forbidden: `print(x)`, a failing shape.

Where `torch.max` is forbidden, torch still looks for the largest number to print. A learner gets nothing out of it but
a text, unless they put functions of their own in the place of torch's: then its text is refused, too.
"""
import builtins

import torch

from grader.worker.policy.frames import LIBRARY, STANDARD
from grader.worker.policy.rules import Policy

__builtins__ = dict(vars(builtins))  # as in frames.py


class TensorText:
    """Knows torch as it is now, with its proxies."""

    def __init__(self):
        self._code = torch._tensor_str._str.__code__
        self._as_it_was = [(space, dict(space)) for space in (vars(torch._tensor_str), vars(torch), vars(torch.Tensor))]
        self._methods = len(vars(torch.Tensor))

    def is_being_made(self, policy: Policy, frame) -> bool:
        """Whether torch's own code, and no other, leads from `frame` outwards to the function that makes the text."""
        while frame is not None and policy.kind(frame) in (STANDARD, LIBRARY):
            if frame.f_code is self._code:
                return self._is_intact()
            frame = frame.f_back
        return False

    def _is_intact(self) -> bool:
        return len(vars(torch.Tensor)) == self._methods and all(
            space.get(name) is value for space, before in self._as_it_was for name, value in before.items())
