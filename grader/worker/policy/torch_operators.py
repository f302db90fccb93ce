"""Forbidden functions of torch, refused at the operator that runs: every way to a function ends there.

A dispatch mode sees each operator. It costs some microseconds an operator, so it is entered only where a forbidden name
covers an operator (torch_names.py), or where torch.autograd is forbidden. It sees derivatives in backward mode by the
task of the backward pass in which an operator runs, and those in forward mode by the operator that makes a dual number.
"""
import builtins
import contextlib
import sys

import torch
from torch.utils import _python_dispatch as dispatch

from grader.worker.policy.frames import GRADER, PROBE
from grader.worker.policy.proxies import find, make_proxy, replace_function
from grader.worker.policy.rules import Policy
from grader.worker.policy.seal import opaque, seal_class
from grader.worker.policy.torch_names import operators_of

__builtins__ = dict(vars(builtins))  # as in frames.py

# Functions that take a dispatch mode off the stack or compute without one, and threads, which start without one.
WAYS_OUT = ("torch._C._DisableTorchDispatch", "torch._C._pop_torch_dispatch_stack", "torch._C._set_dispatch_mode",
            "torch._C._unset_dispatch_mode", "torch._C._dispatch_tls_set_dispatch_key_excluded",
            "torch._C._dispatch_tls_set_dispatch_key_included", "torch._C._ExcludeDispatchKeyGuard",
            "torch._C._ForceDispatchKeyGuard", "torch._C._IncludeDispatchKeyGuard",
            "torch.utils._python_dispatch._pop_mode", "torch.utils._python_dispatch._pop_mode_temporarily",
            "_thread.start_new_thread")
TAKES_MODES_OFF = "torch.utils._python_dispatch._disable_current_modes"
_NO_BACKWARD_PASS = -1
# Of all operators, in the fork server: this module is loaded there where torch is.
KNOWN = {name.rpartition("::")[2].partition(".")[0].strip("_") for name in torch._C._dispatch_get_all_op_names()}


def watch_if_needed(policy: Policy) -> None:
    """Refuse the operators that the policy forbids, in this thread, from now on."""
    names = {operator: forbidden for operator, forbidden in operators_of(policy.forbids).items() if operator in KNOWN}
    of_backward = "torch.autograd" if "torch.autograd" in policy.forbids else ""
    if not names:
        return
    for name in WAYS_OUT:
        if (thing := find(name)) is not None:
            replace_function(name, thing, make_proxy(thing, name, policy), policy)
    keep_modes_on(policy)
    if of_backward:
        close_nodes(policy, of_backward)
    backward_pass, get_frame = torch._C._current_graph_task_id, sys._getframe

    class Watch(dispatch.TorchDispatchMode):
        @classmethod
        def _should_skip_dynamo(cls):
            return False  # else torch wraps the method, and its frames stand between it and the caller

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if of_backward and backward_pass() != _NO_BACKWARD_PASS:
                policy.check_operator(of_backward, "", get_frame(1))
            operator = func._schema.name.rpartition("::")[2].strip("_")
            if operator in names:
                policy.check_operator(names[operator], operator, get_frame(1))
            return func(*args, **(kwargs or {}))

    seal_class(Watch)
    Watch().__enter__()  # never exited: each worker runs one exercise


def close_nodes(policy: Policy, forbidden: str) -> None:
    """Refuse the nodes of the graph: each is a function that computes a derivative when it is called."""
    node, get_frame = torch._C.TensorBase.grad_fn, sys._getframe

    def grad_fn(tensor):
        policy.check_call(forbidden, "grad_fn", get_frame(1))
        return node.__get__(tensor)

    torch.Tensor.grad_fn = property(opaque(grad_fn))


def keep_modes_on(policy: Policy) -> None:
    """Let a learner's code call what takes all modes off, and leave them on: the text of a tensor is made there.

    So `print(x)` is not refused, and whatever else runs there is seen.
    """
    disable_current_modes, get_frame = find(TAKES_MODES_OFF), sys._getframe

    def take_modes_off():
        if policy.asker(get_frame(1))[0] in (PROBE, GRADER):
            return disable_current_modes()
        return contextlib.nullcontext([])

    replace_function(TAKES_MODES_OFF, disable_current_modes, opaque(take_modes_off), policy)
