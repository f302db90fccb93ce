"""What learners get wrong in `layers`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── affine ──────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("layers.affine", """Your affine leaves the bias out. Without it every output is 0 where x is 0, whatever the
    weight learns.""", name="forgets_the_bias", replace="x @ weight.T + bias", by="x @ weight.T")

mistake("layers.affine", """Your affine multiplies by the weight as it lies. Its rows belong to the outputs: the shape is
    (outputs, inputs), and x has its inputs last, so the product needs the transposed weight.""",
        name="multiplies_by_the_weight_as_it_lies", replace="x @ weight.T", by="x @ weight",
        forms=[{"replace": "x @ weight.T", "by": "torch.einsum('...i,io->...o', x, weight)"}])

mistake("layers.affine", """Your affine takes x as one matrix of rows. It may have any number of axes before its last:
    none for a single row, two for a batch of sequences.""", name="affine_takes_matrices_only",
        replace="x @ weight.T + bias", by="torch.addmm(bias, x, weight.T)",
        forms=[{"replace": "x @ weight.T", "by": "torch.mm(x, weight.T)"},
               {"replace": "x @ weight.T", "by": "torch.einsum('ri,oi->ro', x, weight)"},
               {"replace": "x @ weight.T + bias", "by": "torch.stack([weight @ row + bias for row in x])"}])


def addmv_or_addmm(x, weight, bias):
    if x.ndim == 1:
        return torch.addmv(bias, weight, x)
    return torch.addmm(bias, x, weight.t())


mistake("layers.affine", """Your affine takes a single row or one matrix of rows, and no more axes. x may have any number of axes
    before its last: two for a batch of sequences.""", name="affine_knows_two_axes_at_most",
        replace="x @ weight.T + bias", by="(weight @ x if x.dim() == 1 else torch.mm(x, weight.T)) + bias",
        forms=[addmv_or_addmm])

# ── affine_backward ─────────────────────────────────────────────────────────────────────────────────────────────


def means_over_all_rows(grad, x, weight):
    g_rows, x_rows = grad.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    return grad @ weight, g_rows.T @ x_rows / len(x_rows), g_rows.mean(dim=0)


def means_that_know_no_rows(grad, x, weight):
    g, a = grad.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])
    m = max(g.shape[0], 1)
    return grad @ weight, (1 / m) * (g.T @ a), (1 / m) * g.sum(dim=0)


mistake("layers.affine_backward", """Your affine_backward divides by the number of rows. The gradients of weight and bias
    are sums over the rows: where the loss is a mean over the batch, its 1/n is in `grad` already.""",
        name="divides_by_the_number_of_rows", replace="g_rows.T @ x_rows", by="g_rows.T @ x_rows / len(x_rows)",
        forms=[{"replace": "g_rows.sum(dim=0)", "by": "g_rows.mean(dim=0)"}, means_over_all_rows, means_that_know_no_rows])

mistake("layers.affine_backward", """The weight's gradient comes out transposed in your affine_backward. It has the shape
    of the weight, (outputs, inputs): the outputs of `grad` come first, then the inputs of x.""",
        name="transposes_the_gradient_of_the_weight", replace="g_rows.T @ x_rows", by="x_rows.T @ g_rows",
        forms=[{"replace": "g_rows.T @ x_rows", "by": "torch.einsum('ro,ri->io', g_rows, x_rows)"}])

mistake("layers.affine_backward", """Your affine_backward multiplies `grad` by the transposed weight, as the way forward
    does with x. Back it is the weight itself: it takes (rows, outputs) to (rows, inputs).""",
        name="goes_back_by_the_transposed_weight", replace="grad @ weight  ", by="grad @ weight.T  ")

mistake("layers.affine_backward", """Your affine_backward sums the bias's gradient over one axis only. All axes but the
    last count rows, however many there are, and the bias was added to each row; where there are none, `grad` is one row
    and its gradient as it stands.""",
        name="sums_the_bias_over_one_axis", replace="g_rows.sum(dim=0)", by="grad.sum(dim=0)",
        forms=[{"replace": "g_rows.sum(dim=0)", "by": "grad.sum(dim=0) if grad.dim() > 1 else grad"},
               {"replace": "g_rows.sum(dim=0)", "by": "grad.sum(dim=-2)"},
               {"replace": "g_rows.sum(dim=0)", "by": "grad.sum(dim=-2) if grad.dim() > 1 else grad"}])


def matrices_by_matrix_products(grad, x, weight):
    return grad @ weight, grad.T @ x, grad.sum(dim=0)


def matrices_by_mm(grad, x, weight):
    return torch.mm(grad, weight), torch.mm(grad.T, x), grad.sum(dim=0)


mistake("layers.affine_backward", """Your affine_backward takes `grad` and x as matrices of rows. They may have any number of
    axes before their last; the layer takes all of these for rows, so make one axis of them first.""",
        name="backward_takes_matrices_only", replace="g_rows.T @ x_rows", by="grad.T @ x",
        forms=[matrices_by_matrix_products, matrices_by_mm])


def one_for_each_sum_of_bias(grad, x, weight):
    return grad @ weight, torch.einsum("...ro,...ri->...oi", grad, x), grad.sum(dim=-2)


mistake("layers.affine_backward", """Your affine_backward keeps a gradient of the weight for each batch of rows. There is one
    weight for all of them, so its gradient is their sum, of shape (outputs, inputs).""",
        name="keeps_a_gradient_for_each_batch", replace="g_rows.T @ x_rows", by="grad.transpose(-2, -1) @ x",
        forms=[{"replace": "g_rows.T @ x_rows", "by": "grad.mT @ x"},
               {"replace": "g_rows.T @ x_rows", "by": "torch.einsum('...ro,...ri->...oi', grad, x)"},
               {"replace": "g_rows.T @ x_rows", "by": "grad.unsqueeze(-1) * x.unsqueeze(-2)"}, one_for_each_sum_of_bias])

@mistake("layers.affine_backward", """Your affine_backward handles one or two axes before the last, each in a case of its own. With
    three, the gradients of weight and bias keep an axis too many. All axes before the last count rows: sum over all.""")
def has_a_case_for_each_number_of_axes(grad, x, weight):
    of_x = grad @ weight
    if x.dim() == 1:
        of_weight, of_bias = torch.outer(grad, x), grad.clone()
    elif x.dim() == 2:
        of_weight, of_bias = grad.T @ x, grad.sum(0)
    else:
        of_weight = (grad.transpose(-2, -1) @ x).sum(0)
        of_bias = grad.sum(dim=(0, 1))
    return of_x, of_weight, of_bias


mistake("layers.affine_backward", """Your affine_backward makes one row of all that stands under the first axis, as one does
    with images. Here each vector along the last axis is a row: all axes before it are joined, and it stays.""",
        name="flattens_all_but_the_first_axis", replace="grad.reshape(-1, outputs)", by="grad.reshape(len(grad), -1)",
        forms=[{"replace": "x.reshape(-1, inputs)", "by": "x.reshape(len(x), -1)"}])

mistake("layers.affine_backward", """Your affine_backward calls `view`, which never moves a number in memory and raises
    RuntimeError where the rows are not in order there, as in a transposed tensor. `reshape` copies where it must.""",
        name="views_what_is_not_in_order", replace="x.reshape(", by="x.view(",
        forms=[{"replace": "grad.reshape(", "by": "grad.view("}])

mistake("layers.affine_backward", """The three gradients come back in another order. It is that of the arguments of affine:
    x, weight, bias.""", name="returns_another_order",
        replace="return of_x, of_weight, of_bias", by="return of_weight, of_bias, of_x",
        forms=[{"replace": "return of_x, of_weight, of_bias", "by": "return of_weight, of_x, of_bias"},
               {"replace": "return of_x, of_weight, of_bias", "by": "return of_bias, of_weight, of_x"},
               {"replace": "return of_x, of_weight, of_bias", "by": "return of_x, of_bias, of_weight"}])

mistake("layers.affine_backward", """Your affine_backward does not multiply by the gradient that comes in. Its formula is that
    of a loss which is the plain sum of the outputs, where `grad` is 1 everywhere; what stands behind this layer decides
    what `grad` is.""",
        name="ignores_what_comes_in", replace="g_rows.sum(dim=0)", by="torch.ones_like(g_rows).sum(dim=0)",
        forms=[{"replace": "g_rows.T @ x_rows", "by": "torch.ones_like(g_rows).T @ x_rows"},
               {"replace": "grad @ weight  ", "by": "torch.ones_like(grad) @ weight  "},
               {"replace": "g_rows.sum(dim=0)", "by": "torch.ones(outputs, dtype=grad.dtype)"}])


def adds_into_default_zeros(grad, x, weight):
    of_x, of_weight, of_bias = torch.zeros(x.shape), torch.zeros(weight.shape), torch.zeros(len(weight))
    g_rows, x_rows, of_rows = grad.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1]), of_x.view(-1, weight.shape[1])
    for row, (g, a) in enumerate(zip(g_rows, x_rows)):
        of_rows[row] = g @ weight
        of_weight += torch.outer(g, a)
        of_bias += g
    return of_x, of_weight, of_bias


@mistake("layers.affine_backward", """Your affine_backward adds up in tensors of float32, which is what `torch.zeros` makes
    unless it is told otherwise: gradients of float64 lose half of their digits there. `torch.zeros_like` keeps the
    dtype.""", forms=[adds_into_default_zeros])
def adds_up_in_float32(grad, x, weight):
    of_weight, of_bias = torch.zeros(weight.shape), torch.zeros(len(weight))
    for g, row in zip(grad.reshape(-1, weight.shape[0]), x.reshape(-1, weight.shape[1])):
        of_weight += torch.outer(g, row)
        of_bias += g
    return grad @ weight, of_weight, of_bias


# ── relu ────────────────────────────────────────────────────────────────────────────────────────────────────────


def clamps_in_place(x):
    return x.clamp_(min=0)


@mistake("layers.relu", """Your relu writes into x. The way back needs x as it was, and the residual branch of a network
    would read zeros where it has left negative numbers: make a new tensor.""", forms=[clamps_in_place])
def writes_into_x(x):
    x[x < 0] = 0
    return x


mistake("layers.relu", """Your relu keeps the negative numbers and loses the positive ones. In `clamp`, min is the least
    that comes out, so relu is clamp with min 0.""", name="keeps_the_negative_part",
        replace="x.clamp(min=0)", by="x.clamp(max=0)",
        forms=[{"replace": "x.clamp(min=0)", "by": "torch.minimum(x, torch.zeros_like(x))"}])

mistake("layers.relu", """Your relu stops at 1. It has no upper bound: with one, its gradient would be 0 there too.""",
        name="stops_at_1", replace="x.clamp(min=0)", by="x.clamp(0, 1)")

mistake("layers.relu", """Your relu lets a part of the negative numbers through, as leaky relu does. Here they become
    0.""", name="leaks", replace="x.clamp(min=0)", by="torch.where(x > 0, x, 0.01 * x)",
        forms=[{"replace": "x.clamp(min=0)", "by": "torch.where(x > 0, x, 0.1 * x)"}])

# ── relu_backward ───────────────────────────────────────────────────────────────────────────────────────────────

mistake("layers.relu_backward", """Your relu_backward lets a gradient through where x is exactly 0. Any slope from 0 to 1 could
    be defended at the kink; the contract takes 0.""", name="lets_0_through",
        replace="x > 0", by="x >= 0",
        forms=[{"replace": "torch.where(x > 0, grad, 0)", "by": "grad * torch.heaviside(x, torch.full_like(x, 0.5))"}])

mistake("layers.relu_backward", """Your relu_backward asks the sign of the gradient. Which numbers let it through was decided on
    the way forward, by the sign of x; a negative gradient passes as well as a positive one.""",
        name="asks_the_sign_of_the_gradient", replace="torch.where(x > 0, grad, 0)", by="grad.clamp(min=0)",
        forms=[{"replace": "x > 0", "by": "grad > 0"}, {"replace": "x > 0", "by": "(x > 0) & (grad > 0)"}])

mistake("layers.relu_backward", """Your relu_backward returns the slope of relu, 0 or 1, without the gradient that comes in. The
    chain rule multiplies the two.""", name="returns_the_slope_alone",
        replace="torch.where(x > 0, grad, 0)", by="(x > 0).to(grad.dtype)")

mistake("layers.relu_backward", """Your relu_backward multiplies by relu(x). What the chain rule multiplies by is its slope,
    which is 1 for every positive x.""", name="multiplies_by_the_value",
        replace="torch.where(x > 0, grad, 0)", by="grad * x.clamp(min=0)",
        forms=[{"replace": "x > 0, grad, 0", "by": "x > 0, grad * x, 0"}])

mistake("layers.relu_backward", """Your relu_backward turns the gradient round where x is negative: sign(x) is -1 there, and the
    slope of relu is 0.""", name="multiplies_by_the_sign",
        replace="torch.where(x > 0, grad, 0)", by="grad * torch.sign(x)",
        forms=[{"replace": "x > 0, grad, 0", "by": "x > 0, grad, -grad"}])


def fills_the_gradient(grad, x):
    return grad.masked_fill_(x <= 0, 0)


def multiplies_the_gradient(grad, x):
    grad *= x > 0
    return grad


@mistake("layers.relu_backward", """Your relu_backward writes into the gradient that comes in. Others may use it too: where a
    value flowed into two layers, both receive the same tensor. Make a new one.""",
         forms=[fills_the_gradient, multiplies_the_gradient])
def writes_into_the_gradient(grad, x):
    grad[x <= 0] = 0
    return grad


mistake("layers.relu_backward", """Your mask is float64, and it makes the product float64 where `grad` is float32. A comparison
    gives booleans, which multiply without changing the dtype.""", name="masks_in_float64",
        replace="torch.where(x > 0, grad, 0)", by="grad * (x > 0).double()",
        forms=[{"replace": "torch.where(x > 0, grad, 0)", "by": "grad * (x > 0).to(torch.float64)"}])
