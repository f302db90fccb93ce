"""Forbidden functions of torch, refused at the operator that runs: every way to a function ends there.

`torch.softmax`, `torch.nn.functional.softmax`, `Tensor.softmax`, the function in `torch._C` and
`torch.ops.aten._softmax` all run the operator aten::_softmax. A forbidden name covers the operators of that name
(underscores before and after it are ignored), and the operators in RUNS, which a function runs under another name.
"""
import sys

from torch.utils import _python_dispatch as dispatch

from grader.worker.policy.rules import Policy

RUNS = {
    **{f"conv{n}d": ("convolution", "mkldnn_convolution", "thnn_conv2d", "slow_conv3d") for n in (1, 2, 3)},
    "layer_norm": ("native_layer_norm",), "group_norm": ("native_group_norm",), "batch_norm": ("native_batch_norm",),
    "dropout": ("native_dropout",), "cross_entropy": ("nll_loss_forward", "nll_loss", "nll_loss2d_forward"),
    "inv": ("linalg_inv_ex",), "inverse": ("linalg_inv_ex",), "solve": ("linalg_solve_ex",),
    "scaled_dot_product_attention": (
        "scaled_dot_product_attention_math", "scaled_dot_product_flash_attention",
        "scaled_dot_product_flash_attention_for_cpu", "scaled_dot_product_efficient_attention"),
}
# Functions that take a dispatch mode off the stack or compute without one, and threads, which start without one.
WAYS_OUT = ("torch._C._DisableTorchDispatch", "torch._C._pop_torch_dispatch_stack", "torch._C._set_dispatch_mode",
            "torch._C._unset_dispatch_mode", "torch._C._dispatch_tls_set_dispatch_key_excluded",
            "torch._C._dispatch_tls_set_dispatch_key_included", "torch._C._ExcludeDispatchKeyGuard",
            "torch._C._ForceDispatchKeyGuard", "torch._C._IncludeDispatchKeyGuard",
            "torch.utils._python_dispatch._disable_current_modes", "torch.utils._python_dispatch._pop_mode",
            "torch.utils._python_dispatch._pop_mode_temporarily", "_thread.start_new_thread")


def watch(policy: Policy) -> None:
    """Refuse the operators that the policy forbids, in this thread, from now on."""
    names: dict[str, str] = {}  # {operator without its underscores: the forbidden name}
    for forbidden in policy.forbids:
        if forbidden.startswith("torch."):
            last = forbidden.rpartition(".")[2].strip("_")
            names |= {operator: forbidden for operator in (last, *RUNS.get(last, ()))}

    get_frame = sys._getframe

    class Watch(dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            operator = func._schema.name.rpartition("::")[2].strip("_")
            if operator in names:
                policy.check_call(names[operator], get_frame(1))
            return func(*args, **(kwargs or {}))

    Watch().__enter__()  # never exited: each worker runs one exercise
