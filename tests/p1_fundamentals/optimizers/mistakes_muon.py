"""What learners get wrong in `muon`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── newton_schulz ───────────────────────────────────────────────────────────────────────────────────────────────

ITERATION = "muon.newton_schulz"
NORMED = "X = G / (G.norm() + EPS)"
TALL = "if tall := G.shape[0] > G.shape[1]:"

mistake(ITERATION, """Your newton_schulz squares the numbers of X Xᵀ one by one. (X Xᵀ)² is a matrix product: only that
    squares the singular values again and leaves the directions alone.""", name="squares_number_by_number",
        replace="c * A @ A", by="c * A ** 2")

mistake(ITERATION, """Your newton_schulz iterates on G as it came. The polynomial brings singular values between 0 and 1 near
    1, and throws larger ones away to infinity within a few steps: divide by the Frobenius norm plus EPS first.""",
        name="does_not_normalise", replace=NORMED, by="X = G")

mistake(ITERATION, """Your newton_schulz transposes tall matrices and does not turn the result back: it has the shape of G.""",
        name="forgets_to_turn_back", replace="return X.mT if tall else X", by="return X")

mistake(ITERATION, """Your newton_schulz makes products of the long side: X Xᵀ of a matrix of 40 rows and 2 columns has 1600
    numbers, that of its transpose 4. The result is the same either way, so transpose first where X Xᵀ is the larger one.""",
        name="multiplies_out_the_long_side", replace=TALL, by="if tall := False:",
        forms=[{"replace": TALL, "by": "if tall := G.shape[0] < G.shape[1]:"}])


def bfloat16_and_back(G, *, steps=5):
    a, b, c = COEFFICIENTS
    X = G.bfloat16()
    if G.shape[0] > G.shape[1]:
        X = X.mT
    X = X / (X.norm() + EPS)
    for _ in range(steps):
        A = X @ X.mT
        X = a * X + (b * A + c * A @ A) @ X
    if G.shape[0] > G.shape[1]:
        X = X.mT
    return X.to(G.dtype)


mistake(ITERATION, """Your newton_schulz computes in bfloat16, as published code does for speed, with hardly more than two
    digits. Here everything is computed in the dtype of G.""", name="computes_in_bfloat16", replace=NORMED,
        by="X = (G / (G.norm() + EPS)).bfloat16()", forms=[bfloat16_and_back])

mistake(ITERATION, """Your newton_schulz changes G. It belongs to the caller: in Muon without Nesterov it is the momentum
    itself, which then is divided by its norm in each step.""",
        name="divides_G_itself", replace=NORMED, by="X = G.div_(G.norm() + EPS)")

mistake(ITERATION, """Your newton_schulz does not add EPS to the norm that it divides by. It matters for very small matrices:
    with the norm alone a gradient of zeros becomes 0/0, NaN, and the larger of norm and EPS, as PyTorch has it, is another
    number.""",
        name="does_not_add_eps", replace=NORMED, by="X = G / G.norm()",
        forms=[{"replace": NORMED, "by": "X = G / G.norm().clamp(min=EPS)"}])

mistake(ITERATION, """Your newton_schulz multiplies X from the left by a matrix made of Xᵀ X, whose sides are the columns of
    X. From the left fits X Xᵀ; Xᵀ X goes on the right.""",
        name="multiplies_from_the_wrong_side", replace="A = X @ X.mT", by="A = X.mT @ X")

# ── Muon ────────────────────────────────────────────────────────────────────────────────────────────────────────

UPDATE = "muon.Muon.update"
MOMENTUM = 'B = state["momentum_buffer"].lerp_(p.grad, 1 - momentum)'
AHEAD = 'D = p.grad.lerp(B, momentum) if group["nesterov"] else B'
BOTH = f"{MOMENTUM}      # B <- μ B + (1 - μ) g\n            {AHEAD}"
MATRIX = "matrix = D.flatten(1)"
MOVE = "p -= lr * max(1, rows / cols) ** 0.5 * step"

mistake(UPDATE, """The momentum of your Muon is a sum of gradients, as in SGD. Here it is a moving average: 1 - momentum comes
    before the new gradient.""", name="sums_gradients_up", replace=BOTH,
        by="""B = state["momentum_buffer"].mul_(momentum).add_(p.grad)
            D = p.grad + momentum * B if group["nesterov"] else B""",
        forms=[{"replace": MOMENTUM, "by": 'B = state["momentum_buffer"].mul_(momentum).add_(p.grad)'}])

mistake(UPDATE, """Your Muon steps along the momentum also where `nesterov` is True. There the new gradient is mixed in once
    more.""",
        name="never_looks_ahead", replace=AHEAD, by="D = B")

mistake(UPDATE, """Your Muon mixes the new gradient in once more also where `nesterov` is False. Then the step goes along the
    momentum.""",
        name="always_looks_ahead", replace=AHEAD, by="D = p.grad.lerp(B, momentum)")

mistake(UPDATE, """Your Muon adds the whole gradient to momentum times B, as Nesterov's rule is written for a B that is a sum.
    This B is an average, so the gradient has the factor 1 - momentum here too; without it the last gradient counts far too
    much.""",
        name="adds_the_whole_gradient", replace=AHEAD, by='D = p.grad + momentum * B if group["nesterov"] else B')

mistake(UPDATE, """Your Muon writes Nesterov's mixture into `p.grad`, as the author's own code does. Here the gradient is only
    read: `lerp` makes a new tensor, `lerp_` changes the one that it is called on.""",
        name="mixes_into_the_gradient", replace=AHEAD,
        by='D = p.grad.lerp_(B, momentum) if group["nesterov"] else B')


@mistake(UPDATE, """Your Muon orthogonalises each gradient and averages what comes out. An average of orthogonal matrices is not
    orthogonal: the momentum comes first, and is orthogonalised.""")
def orthogonalises_before_the_momentum(self, params, group):
    lr, momentum = group["lr"], group["momentum"]
    for p in params:
        state = self.state.setdefault(p, {"momentum_buffer": torch.zeros_like(p)})
        matrix = p.grad.flatten(1)
        g = newton_schulz(matrix, steps=group["ns_steps"]).reshape(p.shape)
        B = state["momentum_buffer"].lerp_(g, 1 - momentum)
        D = g.lerp(B, momentum) if group["nesterov"] else B
        p *= 1 - lr * group["weight_decay"]
        p -= lr * max(1, matrix.shape[0] / matrix.shape[1]) ** 0.5 * D


@mistake(UPDATE, """Your Muon adds the weight decay to the gradient. What is orthogonalised loses its size, and the decay with
    it: the decay multiplies p by 1 - lr λ, past the momentum.""")
def orthogonalises_the_decay(self, params, group):
    lr, momentum = group["lr"], group["momentum"]
    for p in params:
        state = self.state.setdefault(p, {"momentum_buffer": torch.zeros_like(p)})
        g = p.grad + group["weight_decay"] * p
        B = state["momentum_buffer"].lerp_(g, 1 - momentum)
        D = g.lerp(B, momentum) if group["nesterov"] else B
        matrix = D.flatten(1)
        step = newton_schulz(matrix, steps=group["ns_steps"]).reshape(p.shape)
        p -= lr * max(1, matrix.shape[0] / matrix.shape[1]) ** 0.5 * step

mistake(UPDATE, """Your Muon decays the weights of tall matrices by more than others. The factor √(rows/cols) belongs to the
    orthogonal step; the decay is lr times weight_decay for all shapes.""", name="decays_tall_matrices_more",
        replace='p *= 1 - lr * group["weight_decay"]', by='p *= 1 - lr * max(1, rows / cols) ** 0.5 * group["weight_decay"]')

mistake(UPDATE, """Your Muon takes the same learning rate for all shapes. A matrix of more rows than columns has a step that is
    √(rows/cols) times as long.""", name="forgets_the_shape", replace=MOVE, by="p -= lr * step")

mistake(UPDATE, """Your Muon takes rows/cols without its root for tall matrices. It is the root that keeps the mean square of
    what the step adds to the output the same for all heights.""", name="forgets_the_root_of_the_shape", replace=MOVE,
        by="p -= lr * max(1, rows / cols) * step")

mistake(UPDATE, """Your Muon makes the steps of wide matrices shorter, by √(rows/cols). The factor is never less than 1.""",
        name="shortens_wide_steps", replace=MOVE, by="p -= lr * (rows / cols) ** 0.5 * step")

mistake(UPDATE, """Your Muon takes rows and columns for the learning rate from two axes of the parameter, also where it has
    more. The matrix is what counts: its rows are the first axis, and its columns all others together.""",
        name="takes_the_shape_of_two_axes", replace="rows, cols = matrix.shape", by="rows, cols = p.shape[-2:]",
        forms=[{"replace": "rows, cols = matrix.shape", "by": "rows, cols = p.shape[:2]"}])

mistake(UPDATE, """Your Muon joins all axes of a convolution's weight but the last. The rows are the first axis, one for each
    output, and the columns all others.""", name="joins_the_first_axes", replace=MATRIX, by="matrix = D.flatten(0, -2)")

mistake(UPDATE, """Your Muon takes parameters of two axes only. A weight of more axes, such as a convolution's, counts as the
    matrix of its first axis and all others, and its step gets the weight's shape back.""",
        name="takes_two_axes_only", replace=MATRIX,
        by="matrix = D")

mistake(UPDATE, """Your Muon gives the name `p` to a new tensor, and the parameter itself does not take the step. `p -= …`, or
    `p.sub_(…)`, changes the tensor.""",
        name="makes_new_tensors", replace=MOVE, by="p = p - lr * max(1, rows / cols) ** 0.5 * step")

mistake(UPDATE, """Your Muon does not hand `ns_steps` on to newton_schulz, which takes five steps then.""",
        name="forgets_ns_steps",
        replace='newton_schulz(matrix, steps=group["ns_steps"])', by="newton_schulz(matrix)")

# ── split_parameters ────────────────────────────────────────────────────────────────────────────────────────────

SPLIT = "muon.split_parameters"
ENDS = "ends = [head, *(module for module in model.modules() if isinstance(module, nn.Embedding))]"

mistake(SPLIT, """Your split_parameters goes by the number of axes alone. Embeddings and the head have weights of two axes
    too, and are for the other optimiser.""",
        name="counts_axes_alone", replace="p.ndim >= 2 and id(p) not in outside", by="p.ndim >= 2")

mistake(SPLIT, """Your split_parameters gives embeddings to Muon. A row of an embedding is a vector by itself, and most have
    no gradient in a step: they are for the other optimiser.""", name="forgets_embeddings", replace=ENDS, by="ends = [head]")

mistake(SPLIT, """Your split_parameters finds only modules whose class is nn.Embedding itself. A class made from it is an
    embedding too: ask isinstance.""", name="overlooks_classes_made_from_embedding",
        replace="isinstance(module, nn.Embedding)", by="type(module) is nn.Embedding")

mistake(SPLIT, """Your split_parameters gives the head's weights to Muon. They are for the other optimiser, although they are
    matrices.""",
        name="forgets_the_head", replace="[head, *(", by="[*(")

mistake(SPLIT, """Your split_parameters gives Muon parameters of exactly two axes. Weights of convolutions have more, and are
    for Muon too.""", name="leaves_convolutions_out", replace="p.ndim >= 2", by="p.ndim == 2")

mistake(SPLIT, """Your split_parameters looks for embeddings among the model's children only. They may be deeper, within modules
    of the model: `modules()` finds them at any depth.""", name="looks_at_children_only", replace="model.modules()",
        by="model.children()")


@mistake(SPLIT, """Your split_parameters lists a parameter twice that two modules share. An optimiser would move it twice in
    each step, or refuse it: `model.parameters()` gives each one once.""")
def lists_shared_parameters_twice(model, head):
    ends = [head, *(module for module in model.modules() if isinstance(module, nn.Embedding))]
    outside = {id(p) for module in ends for p in module.parameters()}
    matrices, others = [], []
    for module in model.modules():
        for p in module.parameters(recurse=False):
            (matrices if p.ndim >= 2 and id(p) not in outside else others).append(p)
    return matrices, others


@mistake(SPLIT, """Your split_parameters goes by the names of parameters. `named_parameters()` has a shared one once, under
    the first of its names, and that may be the name in a hidden layer: tell the parameters themselves apart, by `id`.""")
def goes_by_names(model, head):
    ends = tuple(f"{name}." for name, module in model.named_modules() if module is head or isinstance(module, nn.Embedding))
    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim >= 2 and not name.startswith(ends)]
    return matrices, [p for name, p in named if p.ndim < 2 or name.startswith(ends)]
