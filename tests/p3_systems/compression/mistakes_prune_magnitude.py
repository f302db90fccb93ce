"""What learners get wrong in `prune_magnitude`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Which weights ───────────────────────────────────────────────────────────────────────────────────────────────

WANTED = "linear | looked_up if embeddings else linear - looked_up"
LISTED = "return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in wanted}"

mistake("prune_magnitude.prunable", """Your prunable has a matrix that a Linear layer shares with an embedding, also without
    `embeddings`. It is the embedding's: a word's row of zeros would be lost where the word comes in.""",
        name="prunes_tied_embeddings", replace=WANTED, by="linear | looked_up if embeddings else linear")

mistake("prune_magnitude.prunable", """Your prunable has only the embeddings where `embeddings` is True. They are asked for beside the
    weights of the Linear layers, and not in their stead.""", name="embeddings_only", replace=WANTED,
        by="looked_up if embeddings else linear - looked_up")

mistake("prune_magnitude.prunable", """Your prunable has embeddings though nobody asked for them.""", name="always_embeddings",
        replace=WANTED, by="linear | looked_up")

mistake("prune_magnitude.prunable", """Your prunable has no embeddings where `embeddings` is True.""", name="never_embeddings",
        replace=WANTED, by="linear - looked_up")

mistake("prune_magnitude.prunable", """Your prunable goes by names or shapes, and takes what is no weight of a Linear layer: a norm's
    scale is called `weight`, a convolution has one, and a Parameter may be a matrix of its own. Ask the layers.""",
        name="goes_by_names", replace=LISTED, by="""return {name: parameter for name, parameter in model.named_parameters()
            if name.endswith("weight") and (embeddings or id(parameter) not in looked_up)}""",
        forms=[{"replace": LISTED, "by": """return {name: parameter for name, parameter in model.named_parameters()
            if parameter.ndim == 2 and (embeddings or id(parameter) not in looked_up)}"""},
               {"replace": LISTED, "by": """return {name: parameter for name, parameter in model.named_parameters()
            if parameter.ndim >= 2 and (embeddings or id(parameter) not in looked_up)}"""}])

mistake("prune_magnitude.prunable", """Your prunable leaves out layers of derived classes. `isinstance(layer, nn.Linear)` is true of them
    too; `type(layer)` is another class.""", name="compares_types",
        replace="linear = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear)}",
        by="linear = {id(layer.weight) for layer in model.modules() if type(layer) is nn.Linear}")

mistake("prune_magnitude.prunable", """Your prunable has a weight that two layers share twice. It is one weight: pruned in one order with
    the others it would count double.""", name="counts_shared_twice", replace="in model.named_parameters() if",
        by="in model.named_parameters(remove_duplicate=False) if",
        forms=[{"replace": LISTED, "by": """return {f"{path}.weight" if path else "weight": layer.weight
            for path, layer in model.named_modules() if id(getattr(layer, "weight", None)) in wanted}"""}])

mistake("prune_magnitude.prunable", """Your prunable gives copies, views or plain tensors. Whoever changes them in place changes nothing of the
    model, or has lost what a Parameter is: give the Parameters themselves.""", name="gives_copies",
        replace="{name: parameter for name,", by="{name: parameter.detach().clone() for name,",
        forms=[{"replace": "{name: parameter for name,", "by": "{name: parameter.data for name,"}])

# ── How many and which ──────────────────────────────────────────────────────────────────────────────────────────

COUNT = "round(share * len(sizes))"
GOES = "goes |= equal & (equal.cumsum(0) <= number - goes.sum())"

mistake("prune_magnitude.prune", """Your pruning orders the weights with their signs, so the most negative ones go first. A weight of -3
    matters as much as one of 3: compare absolute values.""", name="orders_by_sign", replace="weight.abs().flatten()",
        by="weight.flatten()")

mistake("prune_magnitude.prune", """Your pruning takes the largest weights out and keeps the smallest.""", name="prunes_the_largest",
        replace="goes, equal = sizes < threshold, sizes == threshold",
        by="sizes = -sizes; threshold = sizes.kthvalue(number).values; goes, equal = sizes < threshold, sizes == threshold")

mistake("prune_magnitude.prune", """Your pruning rounds the number of weights down. It is `round(share * n)`: the nearest integer.""",
        name="rounds_down", replace=COUNT, by="int(share * len(sizes))")

mistake("prune_magnitude.prune", """Your pruning rounds the number of weights up. It is `round(share * n)`: the nearest integer.""",
        name="rounds_up", replace=COUNT, by="-int(-share * len(sizes) // 1)")

mistake("prune_magnitude.prune", """Your pruning rounds a half up. Python's `round`, which the contract names, takes a half to the even number,
    so 2.5 weights are 2.""", name="rounds_a_half_up", replace=COUNT, by="int(share * len(sizes) + 0.5)")

mistake("prune_magnitude.prune", """Your pruning takes all weights that are equal to the threshold. Where values repeat, as they do after a
    quantisation, that is more than the share asks for: of the equal ones only the first go, as many as are missing.""",
        name="takes_all_at_the_threshold", replace=GOES, by="goes |= equal")

mistake("prune_magnitude.prune", """Your pruning keeps all weights that are equal to the threshold, so it prunes too few, and by at least
    one: the threshold is itself the size of the last weight to go.""", name="keeps_all_at_the_threshold", replace=GOES, by="pass")

mistake("prune_magnitude.prune", """Your pruning takes the later ones of weights with equal absolute values. The contract has the earlier ones
    go.""", name="prunes_later_ones_first", replace=GOES,
        by="goes |= equal & (equal.flip(0).cumsum(0).flip(0) <= number - goes.sum())")

mistake("prune_magnitude.prune", """Your pruning leaves out zeros when it counts: it takes the share of the weights that are not 0 yet. The share
    is of all weights, and what is 0 already is the smallest and goes first. Else a second pruning prunes more.""",
        name="share_of_what_remains", replace=COUNT, by="int((sizes == 0).sum()) + round(share * int((sizes > 0).sum()))")

mistake("prune_magnitude.prune", """Your pruning computes a threshold by interpolation, as `torch.quantile` does. It is the size of no weight in
    particular, and the number of weights below it is not `round(share * n)`.""", name="interpolates",
        replace="goes, equal = sizes < threshold, sizes == threshold",
        by="goes = sizes <= torch.quantile(sizes.double(), share); equal = torch.zeros_like(goes)",
        forms=[{"replace": "goes, equal = sizes < threshold, sizes == threshold",
                "by": "goes = sizes < torch.quantile(sizes.double(), share); equal = torch.zeros_like(goes)"}])

mistake("prune_magnitude.prune", """Your pruning orders sizes in float32. Weights of float64 that differ in a later digit are equal there, and
    the wrong ones go.""", name="orders_in_float32", replace="weight.abs().flatten()", by="weight.abs().float().flatten()")

SCOPE = 'groups = [list(weights.values())] if scope == "global" else [[weight] for weight in weights.values()]'

mistake("prune_magnitude.prune", """Your pruning takes the same share of each layer, also with scope "global". One order for all lets a layer with
    large weights keep more of them.""", name="globally_by_layers", replace=SCOPE,
        by="groups = [[weight] for weight in weights.values()]")

mistake("prune_magnitude.prune", """Your pruning takes the weights of all layers together, also with scope "layer". Each is to lose the same
    share.""", name="by_layers_globally", replace=SCOPE, by="groups = [list(weights.values())]")

# ── What is left behind ─────────────────────────────────────────────────────────────────────────────────────────

WRITE = "weight.masked_fill_(part.reshape(weight.shape), 0)"

mistake("prune_magnitude.prune", """Your pruning gives `data` another tensor. The Parameter is the same, but its numbers lie in other memory,
    where a view of the weight, or the matrix whose transpose it is, does not see them. Write in place.""", name="replaces_data",
        replace=WRITE, by="weight.data = weight.data.masked_fill(part.reshape(weight.shape), 0)",
        forms=[{"replace": WRITE, "by": "weight.data = weight.data * ~part.reshape(weight.shape)"}])

mistake("prune_magnitude.prune", """Your pruning puts new Parameters into the layers. An optimiser that holds the old ones, and a layer that
    shares a weight, go on without them. Write in place.""", name="makes_new_parameters", replace=WRITE, by="""new = nn.Parameter(
                    weight.masked_fill(part.reshape(weight.shape), 0), weight.requires_grad)
                for layer in model.modules():
                    if getattr(layer, "weight", None) is weight:
                        layer.weight = new
    weights = prunable(model, embeddings=embeddings)""")

mistake("prune_magnitude.prune", """Your pruning leaves masks in the model. A model that is shipped has the keys that it had: what is pruned is
    the zeros, and nothing else is kept.""", name="leaves_masks", replace=WRITE, by=WRITE + """
                for layer in model.modules():
                    if getattr(layer, "weight", None) is weight:
                        layer.register_buffer("weight_mask", ~part.reshape(weight.shape))""",
        forms=[{"replace": WRITE, "by": WRITE + """
                for layer in model.modules():
                    if getattr(layer, "weight", None) is weight:
                        layer.weight_mask = ~part.reshape(weight.shape)"""}])

mistake("prune_magnitude.prune", """Your pruning leaves the model in another mode, training or evaluation, than it was in.""",
        name="changes_the_mode", replace="with torch.no_grad():", by="model.eval()\n    with torch.no_grad():")

mistake("prune_magnitude.prune", """Your pruning writes into a flattened copy. `flatten` and `reshape` copy where a weight does not lie row by row,
    as a transpose does not, and then the weight stays as it was.""", name="writes_into_a_copy", replace=WRITE,
        by="weight.reshape(-1).masked_fill_(part, 0)")

mistake("prune_magnitude.prune", """Your pruning flattens with `view`, which fails for a weight that does not lie row by row in memory, as a
    transpose does not. `flatten` and `reshape` copy where they must.""", name="views_any_layout", replace="weight.abs().flatten()",
        by="weight.view(-1).abs()")

REPORT = "return {name: int((weight == 0).sum()) for name, weight in weights.items()}"

mistake("prune_magnitude.prune", """Your report has the number of weights that were chosen, and not how many are 0 now. Where more were 0
    before, the two differ.""", name="reports_the_chosen", replace=REPORT,
        by="return {name: round(share * weight.numel()) for name, weight in weights.items()}")

mistake("prune_magnitude.prune", """Your report has the numbers of weights that are left. It is to have the zeros.""", name="reports_the_rest",
        replace=REPORT, by="return {name: int((weight != 0).sum()) for name, weight in weights.items()}")

mistake("prune_magnitude.prune", """Your pruning accepts NaN for a share. Every comparison with NaN is False: ask whether the share is inside of
    the range, and refuse what is not.""", name="accepts_nan", replace="not 0 <= share <= 1", by="share < 0 or share > 1")

mistake("prune_magnitude.prune", """Your pruning takes weights that are NaN along. They have no place in an order by size, so which weights are
    pruned is left to chance: refuse them before anything is changed.""", name="prunes_beside_nan",
        replace="if weight.isnan().any():", by="if False:")

mistake("prune_magnitude.prune", """Your pruning takes any word that it does not know for a scope, such as "each", for one of the two.""",
        name="accepts_any_scope", replace='if scope not in ("layer", "global"):', by="if False:")

# ── For good ────────────────────────────────────────────────────────────────────────────────────────────────────

FILL = "layer.weight.masked_fill_(~layer.weight_mask, 0)"

mistake("prune_magnitude.make_permanent", """Your make_permanent multiplies by the mask. 0 times NaN is NaN, and 0 times infinity too: what is
    pruned is set to 0, whatever it was.""", name="multiplies_by_masks", replace=FILL, by="layer.weight *= layer.weight_mask",
        forms=[{"replace": FILL, "by": "layer.weight.mul_(layer.weight_mask)"}])

mistake("prune_magnitude.make_permanent", """Your make_permanent leaves the masks in the model. Its state_dict still has their keys, and a model that was
    never pruned does not load it.""", name="keeps_masks", replace="del layer.weight_mask", by="pass")

mistake("prune_magnitude.make_permanent", """Your make_permanent removes the masks and leaves the weights as they are. If a step of training moved a
    pruned weight, it is back.""", name="only_removes_masks", replace=FILL, by="pass")

mistake("prune_magnitude.make_permanent", """Your make_permanent sets to 0 what the mask keeps. True is where the weight remains.""",
        name="reads_masks_inverted", replace=FILL, by="layer.weight.masked_fill_(layer.weight_mask, 0)")

mistake("prune_magnitude.make_permanent", """Your make_permanent puts a new Parameter into the layer. A layer that shares the weight goes on with the old
    one: write in place.""", name="permanent_as_new_parameter", replace=FILL,
        by="layer.weight = nn.Parameter(layer.weight.masked_fill(~layer.weight_mask, 0))")

mistake("prune_magnitude.make_permanent", """Your make_permanent looks only at Linear layers. A mask may be in any layer, an embedding too.""",
        name="permanent_linear_only", replace='if "weight_mask" in layer._buffers:',
        by='if isinstance(layer, nn.Linear) and "weight_mask" in layer._buffers:')

mistake("prune_magnitude.make_permanent", """Your make_permanent removes buffers that are no masks.""", name="removes_all_buffers",
        replace="    for layer in model.modules():", by="""    for layer in model.modules():
        for name in [name for name in layer._buffers if name != "weight_mask"]:
            delattr(layer, name)""")
