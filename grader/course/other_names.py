"""What else a forbidden part of a library is called: the same thing under a name that the forbidden one does not cover.

An author who forbids `torch.nn` means what it computes. `torch.softmax` computes it too.
"""
_OF_NETWORKS = (  # what torch.nn.functional computes and torch has beside it; relu, sigmoid and tanh are plain functions
    "softmax", "log_softmax", "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "convolution", "batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "dropout",
    "feature_dropout", "alpha_dropout", "embedding", "embedding_bag", "max_pool1d", "max_pool2d", "max_pool3d",
    "avg_pool1d", "adaptive_avg_pool1d", "adaptive_max_pool1d", "bilinear", "celu", "selu", "prelu", "rrelu", "threshold",
    "hardshrink", "kl_div", "ctc_loss", "binary_cross_entropy_with_logits", "cosine_embedding_loss",
    "hinge_embedding_loss", "margin_ranking_loss", "triplet_margin_loss", "poisson_nll_loss", "cosine_similarity",
    "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_layer_norm",
    "native_batch_norm", "native_group_norm", "native_dropout", "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell",
    "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
_DERIVATIVES = ("grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "hessian", "linearize")
_FUSED_STEPS = ("adam", "adamw", "sgd", "adagrad")

OTHER_NAMES = {  # {forbidden name: names that are forbidden with it}
    "torch.nn": frozenset([
        *(f"torch.{name}" for name in _OF_NETWORKS), *(f"torch._VF.{name}" for name in _OF_NETWORKS),
        *(f"torch.{home}.{name}" for home in ("special", "sparse", "masked") for name in ("softmax", "log_softmax")),
        "torch.masked.softmin", "torch.masked.normalize", "torch._C._nn", "torch._refs", "torch._decomp", "torch.ao.nn"]),
    "torch.autograd": frozenset([
        *(f"torch.func.{name}" for name in _DERIVATIVES), "torch.Tensor.backward", "torch._functorch", "functorch",
        "torch._C._functorch", "torch._C._EngineBase", "torch._C._ImperativeEngine", "torch._make_dual", "torch._VF._make_dual"]),
    "torch.optim": frozenset([
        *(f"torch.{home}_fused_{step}{end}" for home in ("", "_VF.", "ops.aten.") for step in _FUSED_STEPS for end in ("", "_")),
        "torch.distributed.optim"]),
}
