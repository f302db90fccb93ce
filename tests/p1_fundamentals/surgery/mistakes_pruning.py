"""What learners get wrong in `pruning`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Which are the smallest ──────────────────────────────────────────────────────────────────────────────────────

SCORE = "torch.where(layer.weight_mask, layer.weight.abs(), -1)"
CHOOSE = "remains[sizes.argsort(stable=True)[:round(share * len(sizes))]] = False"
COUNT = "round(share * len(sizes))"

mistake("pruning.prune_groups", """Your pruning orders the weights with their signs, so the most negative ones go first. A
    weight of -3 matters as much as one of 3: compare absolute values.""", name="orders_by_sign", replace=SCORE,
        by="torch.where(layer.weight_mask, layer.weight, -torch.inf)")

mistake("pruning.prune_groups", """Your pruning takes the largest weights out and keeps the smallest. What matters least
    to the output are the weights with the smallest absolute values: they go first.""",
        name="prunes_the_largest", replace=CHOOSE,
        by="remains[sizes.argsort(stable=True, descending=True)[:round(share * len(sizes))]] = False",
        forms=[{"replace": CHOOSE,
                "by": "remains[sizes.topk(round(share * len(sizes))).indices] = False"}])

mistake("pruning.prune_groups", """Your pruning rounds the number of weights down. It is `round(share * n)`: the nearest
    integer.""", name="rounds_down", replace=COUNT, by="int(share * len(sizes))",
        forms=[{"replace": COUNT, "by": "int(share * len(sizes) // 1)"}])

mistake("pruning.prune_groups", """Your pruning rounds the number of weights up. It is `round(share * n)`: the nearest
    integer.""", name="rounds_up", replace=COUNT, by="-int(-share * len(sizes) // 1)")

mistake("pruning.prune_groups", """Your pruning rounds a half up. Python's `round`, which the contract names, takes a half
    to the even number, so 2.5 weights are 2.""", name="rounds_a_half_up", replace=COUNT,
        by="int(share * len(sizes) + 0.5)")

mistake("pruning.prune_groups", """Your pruning compares with a threshold, the value of the last weight to go. All weights
    that are equal to it fall on the same side, so where values repeat the number is wrong. Choose places instead, by the
    order that `argsort` gives.""", name="compares_with_a_threshold", replace=CHOOSE, by="""k = round(share * len(sizes))
            remains = sizes > sizes.sort().values[k - 1] if k else remains""",
        forms=[{"replace": CHOOSE, "by": """k = round(share * len(sizes))
            remains = sizes > sizes.kthvalue(k).values if k else remains"""}])

mistake("pruning.prune_groups", """Your pruning compares with a threshold, the value of the first weight that is to stay.
    All weights that are equal to it stay, so where values repeat too few are pruned. Choose places instead, by the order
    that `argsort` gives.""", name="keeps_all_at_the_threshold", replace=CHOOSE,
        by="""k = round(share * len(sizes))
            remains = sizes >= sizes.sort().values[k] if k < len(sizes) else ~remains""")

mistake("pruning.prune_groups", """Your pruning takes the later ones of weights with equal absolute values. The contract
    has the earlier ones pruned first: sort with `stable=True`, from the smallest to the largest.""",
        name="prunes_later_ones_first", replace=CHOOSE,
        by="remains[len(sizes) - 1 - sizes.flip(0).argsort(stable=True)[:round(share * len(sizes))]] = False",
        forms=[{"replace": CHOOSE, "by":
                "remains[sizes.argsort(stable=True, descending=True)[len(sizes) - round(share * len(sizes)):]] = False"}])

# ── Which layers, and in which groups ───────────────────────────────────────────────────────────────────────────

mistake("pruning.prune_globally", """Your prune_globally prunes the same share of each layer. One order for the weights of
    all layers lets a layer with large weights keep more of them: hand over all layers as one group.""",
        name="globally_by_layers", replace="prune_groups([prunable_layers(model)], share)",
        by="prune_groups([[layer] for layer in prunable_layers(model)], share)")

mistake("pruning.prune_per_layer", """Your prune_per_layer takes the weights of all layers together. Each layer is to lose
    the same share of its own weights: make each a group by itself.""", name="per_layer_by_all",
        replace="prune_groups([[layer] for layer in prunable_layers(model)], share)",
        by="prune_groups([prunable_layers(model)], share)")

MODULES = "for layer in model.modules():"
KINDS = "isinstance(layer, (nn.Linear, nn.Conv2d))"

mistake("pruning.prunable_layers", """Your prunable_layers looks only at the model's own children. Layers are in blocks,
    and blocks in blocks, and the model itself may be a layer: `model.modules()` visits them all.""",
        name="looks_at_children", replace=MODULES, by="for layer in model.children():")

mistake("pruning.prunable_layers", """Your prunable_layers leaves out layers of derived classes. `isinstance(layer,
    nn.Linear)` is true of them too; `type(layer)` is another class.""", name="compares_types", replace=KINDS,
        by="type(layer) in (nn.Linear, nn.Conv2d)")

mistake("pruning.prunable_layers", """Your prunable_layers takes every module with a weight. The weights of norms are
    scales about 1, of which each belongs to a whole channel, and an embedding's rows are looked up: only Linear and
    Conv2d are pruned.""", name="takes_every_weight", replace=KINDS,
        by="isinstance(getattr(layer, 'weight', None), nn.Parameter)")

mistake("pruning.prunable_layers", """Your prunable_layers leaves out the convolutions: `nn.Conv2d` belongs to what is
    pruned as `nn.Linear` does.""", name="linear_only", replace=KINDS, by="isinstance(layer, nn.Linear)")

mistake("pruning.prunable_layers", """Your prunable_layers has a weight that two layers share twice. It is one weight, of
    one Parameter, and is counted once: keep the first layer of each Parameter.""", name="counts_shared_twice",
        replace="found.setdefault(id(layer.weight), layer)", by="found[id(layer)] = layer")

# ── Masks ───────────────────────────────────────────────────────────────────────────────────────────────────────

REGISTER = 'layer.register_buffer("weight_mask", torch.ones_like(layer.weight, dtype=torch.bool))'

mistake("pruning.prune_groups", """Your masks are plain attributes, which a state_dict leaves out: whoever loads the model
    does not know what was pruned. `register_buffer` makes a tensor a part of the module's state.""",
        name="masks_are_no_buffers", replace=REGISTER,
        by="layer.weight_mask = torch.ones_like(layer.weight, dtype=torch.bool)")

mistake("pruning.prune_groups", """Your masks are buffers that `state_dict` leaves out, because of `persistent=False`.
    They are to be saved with the weights.""", name="masks_are_not_persistent", replace=REGISTER,
        by='layer.register_buffer("weight_mask", torch.ones_like(layer.weight, dtype=torch.bool), persistent=False)')

mistake("pruning.prune_groups", """Your masks are False where the weight remains, and True where it is pruned. The
    contract has it the other way round, so that `weight * weight_mask` is the pruned weight.""", name="masks_are_inverted",
        replace="layer.weight.masked_fill_(~layer.weight_mask, 0)",
        by="layer.weight.masked_fill_(~layer.weight_mask, 0)\n                layer.weight_mask.logical_not_()")


@mistake("pruning.prune_groups", """Your masks hold numbers, of the weight's dtype. The contract has tensors of bool: they
    take a byte for each weight and stay what they are when the model is given another dtype.""")
def masks_are_numbers(groups, share):
    if not 0 <= share <= 1:
        raise ValueError("the share is from 0 to 1")
    for group in filter(None, groups):
        for layer in group:
            if getattr(layer, "weight_mask", None) is None:
                layer.register_buffer("weight_mask", torch.ones_like(layer.weight))
        with torch.no_grad():
            sizes = torch.cat([torch.where(layer.weight_mask > 0, layer.weight.abs(), -1).flatten() for layer in group])
            remains = torch.ones_like(sizes)
            remains[sizes.argsort(stable=True)[:round(share * len(sizes))]] = 0
            for layer, part in zip(group, remains.split([layer.weight.numel() for layer in group])):
                layer.weight_mask *= part.reshape(layer.weight.shape)
                layer.weight.masked_fill_(layer.weight_mask == 0, 0)


mistake("pruning.prune_groups", """Your pruning makes masks only where something is pruned. Each layer has one afterwards,
    also for a share of 0: else a model that was not pruned cannot load the state_dict of one that was.""",
        name="no_masks_for_0", replace="for group in filter(None, groups):",
        by="for group in filter(None, groups if share > 0 else []):")

ZERO = "layer.weight.masked_fill_(~layer.weight_mask, 0)"

mistake("pruning.prune_groups", """When it prunes again, your pruning orders what is pruned already by the value that it
    has now. Where such a weight has moved since, others are pruned in its stead, and more than the share asks for. What
    is False in a mask comes first, whatever its value.""", name="orders_the_pruned_by_value", replace=SCORE,
        by="layer.weight.abs()")

mistake("pruning.prune_groups", """When it prunes again with a smaller share, your pruning makes a new mask in which
    weights come back that were pruned. What is False in a mask stays False.""", name="brings_weights_back",
        replace="&= part.reshape(layer.weight.shape)     #", by="= part.reshape(layer.weight.shape).clone()  #")


@mistake("pruning.prune_groups", """Your pruning does not look at the old mask when it prunes again: it takes what is
    smallest now, so weights come back that were pruned and have moved since. What is False in a mask stays False, and
    comes first in the order.""")
def forgets_the_old_mask(groups, share):
    if not 0 <= share <= 1:
        raise ValueError("the share is from 0 to 1")
    for group in filter(None, groups):
        with torch.no_grad():
            sizes = torch.cat([layer.weight.abs().flatten() for layer in group])
            remains = torch.ones(len(sizes), dtype=torch.bool)
            remains[sizes.argsort(stable=True)[:round(share * len(sizes))]] = False
            for layer, part in zip(group, remains.split([layer.weight.numel() for layer in group])):
                layer.register_buffer("weight_mask", part.reshape(layer.weight.shape).clone())
                layer.weight.masked_fill_(~layer.weight_mask, 0)


mistake("pruning.prune_groups", """Your pruning takes the share of what remains when it prunes again: half of a half
    leaves a quarter. The share is of all weights, and what is pruned already counts among them.""",
        name="takes_the_share_of_what_remains", replace=COUNT,
        by="(sizes < 0).sum() + round(share * int((sizes >= 0).sum()))")

# ── In place ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("pruning.prune_groups", """Your pruning puts a new Parameter in the place of the weight. An optimiser that was
    made before, and a layer that shares the weight, go on with the old one: change the weight in place.""",
        name="makes_new_parameters", replace=ZERO,
        by="layer.weight = nn.Parameter(layer.weight.masked_fill(~layer.weight_mask, 0), layer.weight.requires_grad)",
        forms=[{"replace": ZERO, "by": "layer.weight = nn.Parameter(layer.weight.masked_fill(~layer.weight_mask, 0))"},
               {"replace": ZERO, "by": "layer.weight = nn.Parameter(layer.weight * layer.weight_mask)"}])

mistake("pruning.prune_groups", """Your pruning gives `weight.data` another tensor. The Parameter stays, but its numbers
    lie in other memory, where whoever kept `data` or a view of the weight does not see them: change the weight in place.""",
        name="replaces_data", replace=ZERO, by="layer.weight.data = layer.weight.data * layer.weight_mask",
        forms=[{"replace": ZERO, "by": "layer.weight.data = layer.weight.masked_fill(~layer.weight_mask, 0)"}])

mistake("pruning.prune_groups", """Your pruning multiplies by the mask. 0 times NaN is NaN, and 0 times infinity too:
    what is pruned is set to 0, whatever its value was.""", name="multiplies_by_masks", replace=ZERO,
        by="layer.weight *= layer.weight_mask",
        forms=[{"replace": ZERO, "by": "layer.weight.copy_(layer.weight * layer.weight_mask)"}])

mistake("pruning.prune_groups", """Your pruning makes the mask from the weights that are not 0. A weight may be 0 and
    remain, because the share asks for fewer: the mask is to say what was chosen.""", name="reads_masks_off_zeros",
        replace=ZERO, by=ZERO + "\n                layer.weight_mask = layer.weight != 0")

mistake("pruning.prune_groups", """Your pruning flattens with `view`, which fails for a weight that does not lie row by
    row in memory, as in the layout of torch.channels_last. `flatten` and `reshape` copy where they must.""",
        name="views_any_layout", replace=SCORE + ".flatten()",
        by="torch.where(layer.weight_mask, layer.weight.abs(), -1).view(-1)")

mistake("pruning.prune_groups", """Your pruning makes the masks and leaves the weights as they are. The layer computes
    with its weight and does not know of the mask: set to 0 what is pruned.""", name="leaves_the_weights", replace=ZERO,
        by="pass")

mistake("pruning.prune_groups", """Your pruning accepts NaN for a share. Every comparison with NaN is False: ask whether
    the share is inside of the range, `0 <= share <= 1`, and refuse what is not.""", name="accepts_nan",
        replace="not 0 <= share <= 1", by="share < 0 or share > 1")

mistake("pruning.prune_groups", """Your pruning fails where a model has no layer to prune: there is nothing to put
    together with `torch.cat`. Such a model is left as it is.""", name="fails_without_layers",
        replace="filter(None, groups)", by="groups")
