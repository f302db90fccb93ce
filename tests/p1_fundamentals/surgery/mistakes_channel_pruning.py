"""What learners get wrong in `channel_pruning`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Scores ──────────────────────────────────────────────────────────────────────────────────────────────────────

WEIGHTS = "[model.get_submodule(name).weight.detach() for name in group.convolutions]"
SUM = "weight.abs().sum(dim=(1, 2, 3)) for weight in weights"

mistake("channel_pruning.channel_scores", """Your channel_scores looks at the group's first convolution only. Where
    outputs are added, one channel has a filter in each of the convolutions, and all go together: sum over all of them.""",
        name="scores_the_first", replace=WEIGHTS,
        by="[model.get_submodule(name).weight.detach() for name in group.convolutions[:1]]")

mistake("channel_pruning.channel_scores", """Your channel_scores takes the mean over the group's convolutions. The score
    of a channel is the sum of its scores in all of them.""", name="means_over_convolutions", replace="sum(" + SUM + ")",
        by="sum(" + SUM + ") / len(weights)")

mistake("channel_pruning.channel_scores", """Your channel_scores takes a filter's mean absolute value. The score is the
    sum: in a group of several convolutions a filter with more weights counts for more.""",
        name="means_of_filters", replace=SUM,
        by="weight.abs().mean(dim=(1, 2, 3)) for weight in weights")

mistake("channel_pruning.channel_scores", """Your channel_scores adds up weights with their signs, and large ones cancel:
    take absolute values first.""", name="forgets_absolute_values", replace=SUM,
        by="weight.sum(dim=(1, 2, 3)) for weight in weights",
        forms=[{"replace": SUM, "by": "weight.sum(dim=(1, 2, 3)).abs() for weight in weights"}])

mistake("channel_pruning.channel_scores", """Your channel_scores takes the Euclidean norm of a filter. The score is the
    sum of the absolute values, its L1 norm.""", name="euclidean_norm", replace=SUM,
        by="weight.square().sum(dim=(1, 2, 3)).sqrt() for weight in weights",
        forms=[{"replace": SUM, "by": "weight.flatten(1).norm(dim=1) for weight in weights"}])

mistake("channel_pruning.channel_scores", """Your channel_scores sums over the wrong axes. The weight of a Conv2d is (out,
    in, height, width), and an output channel is a place along axis 0: sum over the other three.""",
        name="scores_of_inputs", replace=SUM, by="weight.abs().sum(dim=(0, 2, 3)) for weight in weights")

mistake("channel_pruning.channel_scores", """Your channel_scores returns a result that requires a gradient, and so holds
    on to a graph that nobody needs. Compute with `weight.detach()`.""", name="scores_with_a_graph",
        replace="weight.detach()", by="weight")

# ── Cutting ─────────────────────────────────────────────────────────────────────────────────────────────────────

KEPT = "nn.Parameter(kept, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else kept"

mistake("channel_pruning.keep_places", """Your keep_places makes Parameters that all require a gradient. One that was
    frozen is to stay frozen: hand on its `requires_grad`.""", name="unfreezes", replace=KEPT,
        by="nn.Parameter(kept) if isinstance(tensor, nn.Parameter) else kept")

mistake("channel_pruning.keep_places", """Your keep_places does not ask for None. A convolution without bias, or a norm
    without statistics, has None there: leave it so.""", name="fails_on_none", replace="if tensor is None:\n        return",
        by="pass")

NORM = 'for tensor in ("weight", "bias", "running_mean", "running_var"):'

mistake("channel_pruning.remove_channels", """Your remove_channels leaves the biases of convolutions as they are. A
    removed channel's bias goes too.""",
        name="leaves_biases", replace='for tensor in ("weight", "bias"):', by='for tensor in ("weight",):')

mistake("channel_pruning.remove_channels", """Your remove_channels leaves the batch norms as they are. Each channel has
    four numbers in its norm, a scale, a shift, a mean and a variance, and all go with it.""", name="leaves_norms",
        replace="for name in group.norms:", by="for name in []:")

mistake("channel_pruning.remove_channels", """Your remove_channels leaves the running statistics of batch norms as they
    are. They have a mean and a variance for each channel, which are used in evaluation.""",
        name="leaves_statistics", replace=NORM,
        by='for tensor in ("weight", "bias"):')

mistake("channel_pruning.remove_channels", """Your remove_channels takes the first numbers of a batch norm's statistics,
    in place of those of the channels that stay. Cut them by `keep`, as the weights.""", name="first_statistics", replace=NORM,
        by="""for tensor in ("running_mean", "running_var"):
            keep_places(layer, tensor, torch.arange(len(keep)), 0)
        for tensor in ("weight", "bias"):""")

mistake("channel_pruning.remove_channels", """Your remove_channels leaves the readers as they are. A layer that reads a
    removed channel has weights for it: they go too, or the shapes no longer fit.""", name="leaves_readers",
        replace="for name in group.readers:", by="for name in []:")

mistake("channel_pruning.remove_channels", """Your remove_channels cuts the weight of a reading convolution along its
    outputs. What it reads is axis 1 of (out, in, height, width).""", name="cuts_outputs_of_readers",
        replace='keep_places(layer, "weight", keep, 1)\n            layer.in_channels',
        by='keep_places(layer, "weight", keep[keep < layer.out_channels], 0)\n            layer.in_channels')

COLUMNS = "columns = (keep[:, None] * block + torch.arange(block)).flatten()"

mistake("channel_pruning.remove_channels", """Your remove_channels takes one column of a Linear for each channel. After
    flattening, a channel is a block of height * width columns: all of the block stays or goes.""", name="one_column_each",
        replace=COLUMNS, by="columns = keep")

mistake("channel_pruning.remove_channels", """Your remove_channels takes the columns of a Linear as if the channels were
    the inner axis. (channels, height, width) is flattened with the channels outside: the columns of one channel lie side
    by side.""",
        name="channels_inside", replace=COLUMNS,
        by="columns = (keep + group.channels * torch.arange(block)[:, None]).flatten()")

mistake("channel_pruning.remove_channels", """Your remove_channels cuts only the first of the group's convolutions. Where
    outputs are added all have to lose the same channels, or the sum has no shape.""", name="cuts_the_first",
        replace="for name in group.convolutions:", by="for name in group.convolutions[:1]:")

mistake("channel_pruning.remove_channels", """Your remove_channels cuts only the first of the group's readers. A value can
    go to several layers, as at the beginning of a block with a shortcut.""", name="cuts_the_first_reader",
        replace="for name in group.readers:", by="for name in group.readers[:1]:")

mistake("channel_pruning.remove_channels", """Your remove_channels leaves what layers say of themselves: `out_channels`,
    `in_channels`, `num_features` or `in_features` is what it was. The layer computes, but whoever prints, counts or saves
    the model by these numbers is told something false.""", name="leaves_out_channels",
        replace="layer.out_channels = len(keep)", by="pass",
        forms=[{"replace": "layer.in_channels = len(keep)", "by": "pass"},
               {"replace": "layer.num_features = len(keep)", "by": "pass"},
               {"replace": "layer.in_features = len(columns)", "by": "pass"}])

# ── Which channels, and how many ────────────────────────────────────────────────────────────────────────────────

ORDER = "scores.argsort(stable=True)"
KEEP = "order[int(share * group.channels):].sort().values"

mistake("channel_pruning.prune_channels", """Your prune_channels removes the channels with the largest scores. Those with
    the smallest contribute least, and go.""",
        name="removes_the_largest", replace=ORDER, by="scores.argsort(stable=True, descending=True)")

mistake("channel_pruning.prune_channels", """Your prune_channels leaves the channels in the order of their scores. The
    ones that stay keep their order: `keep` ascends.""",
        name="in_order_of_scores", replace=KEEP, by="order[int(share * group.channels):]")

mistake("channel_pruning.prune_channels", """Your prune_channels rounds the number of channels to the nearest integer. It
    is `int(share * channels)`, rounded down.""", name="rounds", replace="int(share * group.channels)",
        by="round(share * group.channels)")

mistake("channel_pruning.prune_channels", """Your prune_channels keeps `int(share * channels)` channels. It is what is
    removed.""",
        name="keeps_the_share", replace=KEEP, by="order[len(order) - int(share * group.channels):].sort().values")

mistake("channel_pruning.prune_channels", """Your prune_channels computes the scores of a group when the groups before it
    have been cut already, so filters have lost weights that count in their scores. All scores are those of the model as
    it comes in: compute them all before the first cut.""", name="scores_after_cutting",
        replace="for group, scores in scored:\n",
        by="for group, scores in scored:\n        scores = channel_scores(model, group)\n")

mistake("channel_pruning.prune_channels", """Your prune_channels takes the channels with larger numbers where scores are
    equal. Those with smaller numbers go first: sort with `stable=True`, from the smallest.""",
        name="later_ones_first", replace=ORDER,
        by="(len(scores) - 1 - scores.flip(0).argsort(stable=True))")

mistake("channel_pruning.prune_channels", """Your prune_channels accepts a share of 1. A layer without channels computes
    nothing: the share is below 1.""", name="accepts_1", replace="0 <= share < 1", by="0 <= share <= 1")

mistake("channel_pruning.prune_channels", """Your prune_channels accepts NaN for a share where there is no channel to
    remove. Every comparison with NaN is False: ask whether the share is inside of the range, and refuse what is not.""",
        name="accepts_nan", replace="not 0 <= share < 1", by="share < 0 or share >= 1")
