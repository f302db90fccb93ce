"""What a forbidden name of torch means while code runs: the operators it covers, and the functions that do the same.

`torch.softmax`, `torch.nn.functional.softmax`, `Tensor.softmax`, the function in `torch._C` and
`torch.ops.aten._softmax` all run the operator aten::_softmax. A forbidden function covers the operators of its name
(underscores before and after it are ignored), and the operators in RUNS, which it runs under another name.
`torch.nn` covers the operators that only networks need.

`torch._refs` has most functions once more, made of other operators: a forbidden function covers its namesakes there.
"""
RUNS = {
    **{f"conv{n}d": ("convolution", "mkldnn_convolution", "thnn_conv2d", "slow_conv3d") for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": ("convolution", "mkldnn_convolution") for n in (1, 2, 3)},
    "layer_norm": ("native_layer_norm",), "group_norm": ("native_group_norm",),
    "batch_norm": ("native_batch_norm", "native_batch_norm_legit", "native_batch_norm_legit_no_training",
                   "batch_norm_with_update", "batch_norm_no_update"),
    "dropout": ("native_dropout",), "cross_entropy": ("nll_loss_forward", "nll_loss", "nll_loss2d_forward"),
    "softmax": ("sparse_softmax", "safe_softmax"), "log_softmax": ("sparse_log_softmax",),
    "max_pool1d": ("max_pool2d_with_indices",), "max_pool2d": ("max_pool2d_with_indices",),
    "inv": ("linalg_inv_ex",), "inverse": ("linalg_inv_ex",), "solve": ("linalg_solve_ex",),
    "scaled_dot_product_attention": (
        "scaled_dot_product_attention_math", "scaled_dot_product_flash_attention",
        "scaled_dot_product_flash_attention_for_cpu", "scaled_dot_product_efficient_attention", "safe_softmax"),
}
OF_NETWORKS = {
    "softmax", "log_softmax", "nll_loss", "nll_loss_forward", "nll_loss2d_forward", "mse_loss", "smooth_l1_loss",
    "huber_loss", "soft_margin_loss", "multi_margin_loss", "multilabel_margin_loss_forward", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "ctc_loss", "convolution", "convolution_overrideable", "slow_conv_dilated2d",
    "slow_conv_dilated3d", "slow_conv_transpose2d", "slow_conv_transpose3d", "slow_conv2d_forward", "conv_depthwise3d",
    "fused_rms_norm", "embedding", "embedding_bag", "embedding_bag_forward_only", "max_pool3d_with_indices", "avg_pool2d",
    "avg_pool3d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "fractional_max_pool2d", "fractional_max_pool3d", "max_unpool2d", "max_unpool3d", "gelu", "silu", "mish", "elu", "glu",
    "hardtanh", "hardswish", "hardsigmoid", "leaky_relu", "log_sigmoid_forward", "softplus", "prelu_kernel",
    "rrelu_with_noise", "softshrink", "hardshrink", "threshold", "mkldnn_rnn_layer", "thnn_fused_lstm_cell",
    "thnn_fused_gru_cell", "im2col", "col2im", "grid_sampler_2d", "grid_sampler_3d", "pdist_forward",
    *(operator for name in ("conv2d", "layer_norm", "group_norm", "batch_norm", "dropout", "softmax", "log_softmax",
                            "max_pool2d", "scaled_dot_product_attention") for operator in RUNS[name]),
}
# What makes a dual number, for derivatives in forward mode, runs this operator, and nothing else does.
DUAL_NUMBER = "has_same_storage_numel"
# The roots of classes: a subclass that is reached by another way makes no object either.
ROOTS = {"torch.nn": "torch.nn.Module", "torch.optim": "torch.optim.Optimizer"}
_FUNCTIONS_IN = ("torch", "torch.special", "torch.linalg", "torch.fft", "torch.nn.functional", "torch.masked", "torch.Tensor")
_NAMESAKES_IN = ("torch.Tensor", "torch.special", "torch.linalg", "torch.func", "torch.nn.functional", "torch._refs",
                 "torch._refs.special", "torch._refs.linalg", "torch._refs.fft", "torch._refs.nn.functional",
                 "torch._decomp.decompositions", "torch._C._nn", "torch._C._special", "torch._C._linalg", "torch._C._fft",
                 "torch._VF", "torch.ops.aten")


def operators_of(forbids: list[str]) -> dict[str, str]:
    """{operator without underscores around it: the forbidden name that covers it}."""
    covered: dict[str, str] = {}
    for forbidden in forbids:
        parent, _, last = forbidden.rpartition(".")
        last = last.strip("_")
        if forbidden == "torch.nn":
            covered |= dict.fromkeys(OF_NETWORKS, forbidden)
        elif forbidden == "torch.autograd":
            covered[DUAL_NUMBER] = forbidden
        elif parent in _FUNCTIONS_IN:
            covered |= dict.fromkeys((last, *RUNS.get(last, ())), forbidden)
    return covered


def namesakes(forbidden: str) -> list[str]:
    """Names at which torch may have a function that computes the same as the forbidden function."""
    parent, _, last = forbidden.rpartition(".")
    if parent not in (*_FUNCTIONS_IN, "torch.autograd"):
        return []
    return [name for home in _NAMESAKES_IN if (name := f"{home}.{last}") != forbidden]


def names_of_operator(operator: str) -> set[str]:
    """The names by which code calls a function that runs this operator."""
    functions = {operator, *(function for function, operators in RUNS.items() if operator in operators)}
    return {f"{before}{name}{after}" for name in functions for before in ("", "_") for after in ("", "_")}
