"""What learners get wrong in `landscape`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── random_direction ────────────────────────────────────────────────────────────────────────────────────────────

SCALE = "d *= vector_norm(w, dim=rest, keepdim=True) / vector_norm(d, dim=rest, keepdim=True)   # (filters, 1, ...)"
DRAW = "torch.randn(w.shape, generator=generator, dtype=w.dtype)"

mistake("landscape.random_direction", """Your random_direction gives each tensor as a whole the norm of its parameter. Filters
    differ in size within one layer, and a small one would be moved far beyond its own length: scale each slice along the
    first axis by itself.""", name="scales_whole_tensors", replace=SCALE, by="d *= w.norm() / d.norm()")

mistake("landscape.random_direction", """Your random_direction does not scale its filters to those of the model. Without that, a
    step of 1 is long for small weights and short for large ones, and the picture shows the scale of the weights.""",
        name="does_not_scale", replace=SCALE, by="pass")

mistake("landscape.random_direction", """Your random_direction multiplies a filter by the norm of the model's filter, and does
    not divide by the norm that it has itself. Make it of length 1 first.""", name="does_not_divide_by_its_own_norm",
        replace=SCALE, by="d *= vector_norm(w, dim=rest, keepdim=True)")

mistake("landscape.random_direction", """Your random_direction takes the norms along the wrong axis. The first axis numbers the
    filters (the output units of a linear layer), and a norm goes over all others.""", name="scales_inputs",
        replace="tuple(range(1, w.ndim))", by="(0,)")

mistake("landscape.random_direction", """Your random_direction scales pieces of a filter. All axes but the first belong to one
    filter: in a convolution its input channels, its height and its width.""", name="scales_pieces_of_filters",
        replace="tuple(range(1, w.ndim))", by="(w.ndim - 1,)")

mistake("landscape.random_direction", """Your random_direction moves parameters with one axis or none. Biases and the weights of
    batch norm stay where they are, so that the picture is of the filters: their part of the direction is zero.""",
        name="moves_biases", replace="d = torch.zeros_like(w)",
        by="d = torch.randn(w.shape, generator=generator, dtype=w.dtype)")

mistake("landscape.random_direction", """Your random_direction draws from the global generator, or from one of its own. Then
    nobody can draw the same direction again: hand the `generator` on that came in.""", name="draws_from_another_generator",
        replace=DRAW, by="torch.randn_like(w)", forms=[
            {"replace": DRAW, "by": "torch.randn(w.shape, generator=torch.Generator().manual_seed(0), dtype=w.dtype)"}])

mistake("landscape.random_direction", """Your random_direction draws positive numbers only, which are not normal ones. All its
    filters point into one corner of the space.""", name="draws_positive_numbers", replace="torch.randn(", by="torch.rand(")

mistake("landscape.random_direction", """Your random_direction draws uniform numbers. They fill a cube, so filters that point
    to its corners come more often than others. Normal numbers have no preferred direction.""", name="draws_from_a_cube",
        replace=DRAW, by=f"{DRAW.replace('randn', 'rand')} * 2 - 1")

mistake("landscape.random_direction", """Your random_direction is in float32 for a float64 model. A direction has the dtype of
    its parameter.""", name="draws_in_float32", replace=DRAW, by="torch.randn(w.shape, generator=generator)")

mistake("landscape.random_direction", """Your random_direction leaves out parameters that require no gradient. A frozen layer
    has a landscape as well: whether it is trained makes no difference here.""", name="leaves_out_frozen_parameters",
        replace="if w.ndim >= 2:", by="if w.ndim >= 2 and p.requires_grad:")

# ── loss_at ─────────────────────────────────────────────────────────────────────────────────────────────────────

BACK = "tensor.copy_(was)"
MODES = """for module, training in modes:
                module.training = training"""
CALL = "return float(loss(model))"

mistake("landscape.loss_at", """Your loss_at moves the parameters back by subtraction. In floating point (p + cd) - cd is not
    p: keep a copy, and copy it back.""", name="moves_back",
        replace=f"for tensor, was in zip(held, kept):\n                {BACK}",
        by="""for c, line in zip(coefficients, directions):
                for p, d in zip(params, line):
                    p -= c * d
            for tensor, was in zip(held[len(params):], kept[len(params):]):
                tensor.copy_(was)""")

mistake("landscape.loss_at", """Your loss_at leaves the parameters where it has moved them. Each loss starts from the model as
    it came, and afterwards the model is to be as it was.""", name="does_not_move_back",
        replace=f"for tensor, was in zip(held, kept):\n                {BACK}",
        by="for tensor, was in zip(held[len(params):], kept[len(params):]):\n                tensor.copy_(was)")

mistake("landscape.loss_at", """Your loss_at restores the parameters and leaves the buffers. Batch norm has moved its running
    statistics in the call of the loss: they belong to the model as well.""", name="leaves_the_buffers",
        replace="held = [*params, *model.buffers()]", by="held = params")

mistake("landscape.loss_at", """Your loss_at restores what `state_dict` has in it. Buffers that were registered with
    persistent=False are not there; `model.buffers()` has them all.""", name="restores_the_state_dict",
        replace="held = [*params, *model.buffers()]", by="held = [*model.state_dict().values()]")

mistake("landscape.loss_at", """Your loss_at keeps the tensors and no copies of them, so what it puts back at the end is
    what has been moved. `clone()` makes a copy; `state_dict()` and `detach()` do not.""", name="keeps_no_copies",
        replace="tensor.detach().clone()", by="tensor.detach()")

mistake("landscape.loss_at", """Your loss_at leaves the model in the mode that the loss has put it in. Keep `training` of each
    module, and put it back.""", name="leaves_the_modes", replace=MODES, by="pass")

mistake("landscape.loss_at", """Your loss_at puts all modules in the mode of the model: that is what `model.train(...)` does. A
    batch norm that was frozen, in evaluation mode inside of a model that trains, has lost that.""",
        name="one_mode_for_all", replace=MODES, by="model.train(modes[0][1])",
        forms=[{"replace": MODES, "by": "model.train()"}])

mistake("landscape.loss_at", """Your loss_at switches modes before it calls the loss. In which mode a loss is computed is the
    business of the loss and of the caller: batch norm gives another one in evaluation mode.""", name="switches_modes",
        replace=CALL, by=f"model.eval()\n            {CALL}")


def restores_at_the_end(model, loss, directions, coefficients):
    params = list(model.parameters())
    held = [*params, *model.buffers()]
    kept = [tensor.detach().clone() for tensor in held]
    modes = [(module, module.training) for module in model.modules()]
    with torch.no_grad():
        for c, direction in zip(coefficients, directions):
            for p, d in zip(params, direction):
                p += c * d
        value = float(loss(model))
        for tensor, was in zip(held, kept):
            tensor.copy_(was)
    for module, training in modes:
        module.training = training
    return value


mistake("landscape.loss_at", """Your loss_at restores the model at the end, and the end is not reached where the loss raises an
    error. What stands under `finally:` runs in either case.""", name="restores_without_finally")(restores_at_the_end)


def moves_data(model, loss, directions, coefficients):
    params = list(model.parameters())
    held = [*params, *model.buffers()]
    kept = [tensor.detach().clone() for tensor in held]
    modes = [(module, module.training) for module in model.modules()]
    try:
        for c, direction in zip(coefficients, directions):
            for p, d in zip(params, direction):
                p.data += c * d
        return float(loss(model))
    finally:
        for tensor, was in zip(held, kept):
            tensor.data.copy_(was)
        for module, training in modes:
            module.training = training


mistake("landscape.loss_at", """Your loss_at lets the loss record a graph. Nobody will ask for a gradient of it, and it
    keeps all activations: call the loss within `torch.no_grad()`.""", name="records_a_graph", replace="float(loss(model))",
        by="float(torch.enable_grad()(loss)(model))", forms=[moves_data])

mistake("landscape.loss_at", """Your loss_at calls the loss with a copy of the model. A loss may hold on to the model, with a
    hook say, and a second model may not fit into memory: it is to get the model itself.""", name="calls_with_a_copy",
        replace="float(loss(model))", by="float(loss(__import__('copy').deepcopy(model)))")

mistake("landscape.loss_at", """Your loss_at gives the model's parameters other memory. An optimiser, or a view of a weight,
    goes on with the old numbers: copy them back into the tensor itself, with `copy_`.""", name="other_memory",
        replace=BACK, by="tensor.data = was")

mistake("landscape.loss_at", """Your loss_at moves by the first direction alone. Each direction counts, with its own
    coefficient.""", name="one_direction", replace="zip(coefficients, directions):",
        by="zip(coefficients[:1], directions[:1]):")

mistake("landscape.loss_at", """Your loss_at moves against the direction. The parameters are θ + c d, with a plus sign.""",
        name="wrong_sign", replace="p += c * d", by="p -= c * d")

# ── loss_along, loss_surface ────────────────────────────────────────────────────────────────────────────────────

mistake("landscape.loss_surface", """Your loss_surface has its axes swapped: rows belong to alphas and the first direction,
    columns to betas and the second.""", name="swaps_the_axes", replace="torch.tensor(rows, dtype=torch.float64)",
        by="torch.tensor(rows, dtype=torch.float64).T")

mistake("landscape.loss_along", """Your loss_along leaves the dtype to PyTorch, which makes float32 of a list of floats. The
    losses are to come as float64: name the dtype.""", name="default_dtype",
        replace="alphas.tolist()], dtype=torch.float64)", by="alphas.tolist()])")


@mistake("landscape.loss_along", """Your loss_along restores buffers and modes after the last point only. What the loss does to
    them at one point reaches the next: let everything be put back between two points, as calls of loss_at do.""")
def restores_after_the_last_point(model, loss, direction, alphas):
    params, buffers = list(model.parameters()), [(b, b.clone()) for b in model.buffers()]
    kept, modes, losses = [p.detach().clone() for p in params], [(m, m.training) for m in model.modules()], []
    with torch.no_grad():
        try:
            for a in alphas.tolist():
                for p, was, d in zip(params, kept, direction):
                    p.copy_(was + a * d)
                losses.append(float(loss(model)))
        finally:
            for tensor, was in [*zip(params, kept), *buffers]:
                tensor.copy_(was)
            for module, training in modes:
                module.training = training
    return torch.tensor(losses, dtype=torch.float64)

# ── project ─────────────────────────────────────────────────────────────────────────────────────────────────────

SOLVE = "torch.linalg.solve(plane.T @ plane, plane.T @ away).T"

mistake("landscape.project", """Your project treats the directions as orthogonal. Where they are not, what lies along both is
    counted twice: solve for both coordinates together, by least squares.""", name="projects_on_each_alone", replace=SOLVE,
        by="(plane.T @ away / plane.square().sum(dim=0)[:, None]).T")

mistake("landscape.project", """Your project returns inner products with the directions. They are coordinates only where the
    directions are orthogonal and have length 1: solve the least squares problem.""", name="inner_products",
        replace=SOLVE, by="(plane.T @ away).T")

mistake("landscape.project", """Your project forgets the centre. The plane goes through it, so the coordinates are those of
    θ_t - θ.""", name="forgets_the_centre", replace=" - flat(centre)[:, None]", by="")

mistake("landscape.project", """Your project computes in float32 where the states are float32. Sums over all numbers lose digits
    there: convert first.""", name="computes_in_float32", replace="t.detach().double().reshape(-1)",
        by="t.detach().reshape(-1)")
