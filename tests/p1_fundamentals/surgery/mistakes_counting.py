"""What learners get wrong in `counting`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

TOTALS = """return {"layers": table, "parameters": sum(p.numel() for p in parameters),
            "nonzero": sum(int(p.count_nonzero()) for p in parameters),"""
LIST = "parameters = list(model.parameters())               # each once, by identity"
FLOPS = 'row["flops"] += 2 * layer.weight.numel() * positions'
EFFECTIVE = 'row["effective"] += 2 * int(layer.weight.count_nonzero()) * positions'
BOTH = f"{FLOPS}\n        {EFFECTIVE}"
POSITIONS = "positions = output.numel() // len(layer.weight)"
INPUT = "torch.zeros(input_shape, dtype=like.dtype, device=like.device)"
RESTORE = "module.training = training\n"

# ── parameters ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("counting.count", """Your count adds up the state dict, which has buffers in it: the running statistics of a batch norm
    are stored and not learned. `model.parameters()` has the parameters alone.""", name="counts_buffers", replace=LIST,
        by=LIST + "\n    parameters += list(model.buffers())",
        forms=[{"replace": LIST, "by": "parameters = list(model.state_dict().values())"}])

mistake("counting.count", """Your count leaves out parameters that are frozen. They are stored and multiplied as all others are:
    only the training passes them over.""", name="leaves_out_frozen_ones", replace=LIST,
        by="parameters = [p for p in model.parameters() if p.requires_grad]")

mistake("counting.count", """Your count counts a parameter once for each name that it has. Shared ones are one tensor, stored
    once: `model.parameters()` goes by identity and not by name.""", name="counts_shared_ones_again", replace=LIST,
        by="parameters = [p for _, p in model.named_parameters(remove_duplicate=False)]",
        forms=[{"replace": LIST, "by": "parameters = [p for m in model.modules() for p in m.parameters(recurse=False)]"}])

mistake("counting.count", """Your count adds up the rows of its layers for the parameters of the model. A model has others too:
    those of batch norms, and any nn.Parameter that a module holds itself.""", name="layers_alone",
        replace='"parameters": sum(p.numel() for p in parameters)',
        by='"parameters": sum(row["parameters"] for row in table.values())')

mistake("counting.count", """Your rows leave out the bias. A layer's parameters are its weight and its bias; only the FLOPs of
    the bias are not counted.""", name="no_bias_in_rows", replace="sum(p.numel() for p in layer.parameters())",
        by="layer.weight.numel()")

# ── operations ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("counting.count", """Your count takes a multiply-add for one operation. Here it is two, a product and a sum: the
    contract counts 2 for each product.""", name="multiply_adds", replace=BOTH, by=BOTH.replace("2 * ", ""))

mistake("counting.count", """Your count adds the additions of a bias. By the convention of the contract they are left out.""",
        name="adds_the_bias", replace=FLOPS,
        by=FLOPS + '\n        row["flops"] += output.numel() if layer.bias is not None else 0')

mistake("counting.count", """Your count multiplies by all channels that come in, whatever the groups are. With g groups each
    output sees only one g-th of them, and the shape of the weight says so already.""", name="ignores_groups", replace=BOTH,
        by="groups = getattr(layer, 'groups', 1)\n        " + BOTH.replace("* positions", "* positions * groups"))

mistake("counting.count", """Your count divides by the groups a second time. The weight of a convolution with g groups has only
    one g-th of the channels in its second axis already.""", name="groups_twice", replace=BOTH,
        by="positions = positions // getattr(layer, 'groups', 1)\n        " + BOTH)

mistake("counting.count", """Your count takes the positions of the input. Stride, padding and dilation make the output larger
    or smaller, and each number of the output is what costs: take its size.""", name="positions_of_the_input",
        replace=POSITIONS, by="positions = inputs[0].numel() // (inputs[0].shape[1] if layer.weight.ndim == 4 else "
                              "inputs[0].shape[-1])")

mistake("counting.count", """Your count is for one example. `input_shape` has the batch in it, and every example costs the
    same again.""", name="one_example", replace=POSITIONS,
        by="positions = output.numel() // len(layer.weight) // (len(output) if output.ndim > 1 else 1)")

mistake("counting.count", """Your count takes the first axis for all rows of a linear layer. It works over any number of leading
    axes: each row of all of them is multiplied with the whole weight.""", name="first_axis_only", replace=POSITIONS,
        by="positions = output.numel() // len(layer.weight) if layer.weight.ndim == 4 else len(output)",
        forms=[{"replace": POSITIONS, "by": POSITIONS + """
        if layer.weight.ndim == 2:
            positions = output.shape[0] if output.ndim > 1 else 1"""}])

mistake("counting.count", """Your count takes axis 1 of an output for its channels. In a convolution they are there; the outputs
    of a linear layer are in the last axis, however many come before it.""", name="channels_at_axis_one", replace=POSITIONS,
        by="positions = output[:, 0].numel() if output.ndim > 1 else 1")

mistake("counting.count", """Your rows have the last call of a layer only. A layer that is called twice costs twice: add to the
    row, and do not write it anew.""", name="last_call_only", replace=BOTH, by=BOTH.replace("+=", "="))

mistake("counting.count", """Your hooks sit on a layer once for each of its names, so a shared layer counts too often. Each call
    of a layer counts once.""", name="hooks_for_each_name",
        replace="for layer in layers]", by="for _, layer in model.named_modules(remove_duplicate=False) if layer in layers]")

mistake("counting.count", """Your count looks for the exact classes, and passes subclasses of nn.Conv2d and nn.Linear over:
    `isinstance` finds both.""", name="no_subclasses", replace="isinstance(module, (nn.Conv2d, nn.Linear))",
        by="type(module) in (nn.Conv2d, nn.Linear)")

mistake("counting.count", """Your count looks only at the outermost layers. Others are in blocks, in lists, in modules of all
    kinds: `named_modules` goes through all.""", name="outermost_only", replace="in model.named_modules() if",
        by="in model.named_children() if")

mistake("counting.count", """Your effective FLOPs are those of all weights. A product with a weight that is 0 is left out: count
    the others, each at every position.""", name="zeros_count", replace="int(layer.weight.count_nonzero())",
        by="layer.weight.numel()")

mistake("counting.count", """Your effective FLOPs take the share of all parameters that are not 0. A bias is no factor of any
    product: only the numbers of the weight that are 0 save one.""", name="share_of_all_parameters", replace=EFFECTIVE,
        by="""own = list(layer.parameters())
        row["effective"] = row["flops"] * sum(int(p.count_nonzero()) for p in own) // sum(p.numel() for p in own)""")

mistake("counting.count", """Your rows have layers only once they are called. One that the model never calls has a row too, with
    0 FLOPs.""", name="no_row_for_unused_layers", replace='return {"layers": table,',
        by='return {"layers": {name: row for name, row in table.items() if row["flops"]},')

mistake("counting.count", """Your counts of numbers that are not 0 are tensors. All counts are to be ints.""",
        name="tensors", replace="int(p.count_nonzero())", by="p.count_nonzero()")

# ── the model afterwards ────────────────────────────────────────────────────────────────────────────────────────

mistake("counting.count", """Your count leaves its hooks in the model. Each later call of the model goes on counting, and
    keeps your table alive: remove them in the end.""", name="leaves_its_hooks", replace="hook.remove()", by="pass")

mistake("counting.count", """Your count removes all hooks that a layer has, and with them those of others. `handle.remove()`
    takes away the one that you registered.""", name="clears_all_hooks",
        replace="for hook in hooks:\n            hook.remove()",
        by="for layer in layers:\n            layer._forward_hooks.clear()")

mistake("counting.count", """Your count tidies up after the call, and where the model raises an error it never gets there. What
    stands under `finally:` runs in either case.""", name="no_finally",
        replace="    finally:\n        for hook in hooks:\n            hook.remove()\n"
                "        for module, training in modes:\n            module.training = training",
        by="    finally:\n        pass\n    for hook in hooks:\n        hook.remove()\n"
           "    for module, training in modes:\n        module.training = training")

mistake("counting.count", """Your count calls the model in the mode in which it is. In training mode that call moves the running
    statistics of every batch norm, and dropout draws random numbers: call `model.eval()` first.""",
        name="in_training_mode", replace="        model.eval()\n", by="")

mistake("counting.count", """Your count leaves the model in evaluation mode. Keep what each module's mode was, and put it back
    in the end.""", name="stays_in_evaluation_mode", replace=RESTORE, by="pass\n")

mistake("counting.count", """Your count puts all modules into one mode. Some may have been in another one, such as a batch norm
    that is frozen: keep the mode of each module, and restore one by one.""", name="restores_one_mode", replace=RESTORE,
        by="module.training = modes[0][1]\n")

mistake("counting.count", """Your count calls the model with float32, whatever its parameters are. A model in float64 raises an
    error for that: take the dtype of a parameter.""", name="always_float32", replace=INPUT, by="torch.zeros(input_shape)",
        forms=[{"replace": INPUT, "by": "torch.zeros(*input_shape)"}])

mistake("counting.count", """Your count takes the dtype of the first parameter, whatever that is. Where it holds whole numbers,
    most layers cannot take such an input: look for the first floating-point parameter.""", name="any_first_parameter",
        replace="(p for p in parameters if p.is_floating_point())", by="iter(parameters)")

mistake("counting.count", """Your count draws random numbers for its input. That moves the global generator, and whatever is
    drawn after it is other than without the count: zeros do.""", name="random_input", replace=INPUT,
        by="torch.randn(input_shape, dtype=like.dtype, device=like.device)",
        forms=[{"replace": INPUT, "by": "torch.rand(input_shape, dtype=like.dtype, device=like.device)"}])

mistake("counting.count", """Your count records a graph while the model runs, which keeps every activation in memory. Call the
    model under `torch.no_grad()`.""", name="records_a_graph", replace="with torch.no_grad():", by="with torch.enable_grad():",
        forms=[{"replace": "with torch.no_grad():", "by": "if True:"}])
