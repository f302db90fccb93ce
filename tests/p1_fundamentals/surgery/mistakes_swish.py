"""What learners get wrong in `swish`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
import torch

from grader.judge.mistakes import mistake

# ── What is kept ────────────────────────────────────────────────────────────────────────────────────────────────

KEEPS_THE_SIGMOID = """You keep the sigmoid for the way back, a tensor as large as x that waits in memory until then. It can
    be computed again from x and beta. And what forward computed is a constant to autograd, so the second derivatives lack the
    way through it."""


class SavesTheSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        sigma = torch.sigmoid(beta * x)
        ctx.save_for_backward(x, beta, sigma)
        return x * sigma

    @staticmethod
    def backward(ctx, grad):
        x, beta, sigma = ctx.saved_tensors
        of_x = of_beta = None
        if ctx.needs_input_grad[0]:
            of_x = grad * sigma * (1 + beta * x * (1 - sigma))
        if ctx.needs_input_grad[1]:
            of_beta = (grad * (x * sigma) * (x * (1 - sigma))).sum()
        return of_x, of_beta


@mistake("swish.SwishFunction", KEEPS_THE_SIGMOID, name="keeps_the_sigmoid", forms=[SavesTheSigmoid])
class HangsTheSigmoidOnCtx(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        ctx.sigma = torch.sigmoid(beta * x)
        return x * ctx.sigma

    @staticmethod
    def backward(ctx, grad):
        (x, beta), sigma = ctx.saved_tensors, ctx.sigma
        of_x = of_beta = None
        if ctx.needs_input_grad[0]:
            of_x = grad * sigma * (1 + beta * x * (1 - sigma))
        if ctx.needs_input_grad[1]:
            of_beta = (grad * (x * sigma) * (x * (1 - sigma))).sum()
        return of_x, of_beta


@mistake("swish.SwishFunction", """You keep the result beside x. It is as large as x, and it can be computed again from x
    and beta, as the sigmoid can: x and beta are all that has to be kept.""")
class KeepsTheResult(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        y = x * torch.sigmoid(beta * x)
        ctx.save_for_backward(x, beta, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, beta, y = ctx.saved_tensors
        sigma = torch.sigmoid(beta * x)
        of_x = of_beta = None
        if ctx.needs_input_grad[0]:
            of_x = grad * (sigma + beta * y * (1 - sigma))
        if ctx.needs_input_grad[1]:
            of_beta = (grad * y * (x * (1 - sigma))).sum()
        return of_x, of_beta


mistake("swish.swish", """You leave the way back to autograd, which keeps the factors of each product: the sigmoid waits in
    memory beside x. Go through SwishFunction, which keeps x and beta alone.""", name="leaves_it_to_autograd",
        replace="SwishFunction.apply(x, torch.as_tensor(beta, dtype=x.dtype))",
        by="x * torch.sigmoid(beta * x)")

SAVE, SAVED = "ctx.save_for_backward(x, beta)", "x, beta = ctx.saved_tensors"

mistake("swish.SwishFunction.forward", """You keep a copy of x. It costs as much memory as the sigmoid would, for x itself
    is alive anyway. And a copy that forward made is a constant to autograd, so second derivatives are lost. Every operator here
    takes x as it lies in memory: save x itself.""", name="keeps_a_copy", replace=SAVE,
        by="ctx.save_for_backward(x.clone(), beta)",
        forms=[{"replace": SAVE, "by": "x = x.contiguous()\n        " + SAVE}])


@mistake("swish.SwishFunction", """You hang x on ctx as an attribute. Autograd does not see it there: where x is changed in
    place before the way back, your gradient is that of the changed x, and no error says so. ctx.save_for_backward notices.""")
class KeepsXOnCtx(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.x, ctx.beta = x, beta
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.x, ctx.beta
        sigma = torch.sigmoid(beta * x)
        of_x = of_beta = None
        if ctx.needs_input_grad[0]:
            of_x = grad * sigma * (1 + beta * x * (1 - sigma))
        if ctx.needs_input_grad[1]:
            of_beta = (grad * (x * sigma) * (x * (1 - sigma))).sum()
        return of_x, of_beta


# ── The value ───────────────────────────────────────────────────────────────────────────────────────────────────

VALUE = "x * torch.sigmoid(beta * x)"

mistake("swish.SwishFunction.forward", """Your forward divides one exponential by another. Where z = beta x is large, both
    are infinite, and their quotient is NaN. torch.sigmoid takes the form that does not overflow.""",
        name="divides_exponentials", replace=VALUE, by="x * torch.exp(beta * x) / (1 + torch.exp(beta * x))")

mistake("swish.SwishFunction.forward", """Your forward leaves beta out of the gate: it computes x σ(x). The argument of the
    sigmoid is beta x.""", name="forward_without_beta", replace=VALUE, by="x * torch.sigmoid(x)")

mistake("swish.SwishFunction.forward", """Your forward multiplies the outer x by beta too. Beta stands in the gate alone: x
    σ(beta x).""", name="scales_the_value", replace=VALUE, by="beta * x * torch.sigmoid(beta * x)")

# ── The way back ────────────────────────────────────────────────────────────────────────────────────────────────

BY_X = "grad * sigma * (1 + beta * x * closed)"
BY_BETA = "(grad * (x * sigma) * (x * closed)).sum()"

mistake("swish.SwishFunction.backward", """Your gradient by x lets the gate stand still: σ is what x is multiplied by, but σ
    depends on x too. The product rule has a second term, beta x σ (1-σ).""", name="forgets_the_gate",
        replace=BY_X, by="grad * sigma")

mistake("swish.SwishFunction.backward", """Your gradient by x lacks the factor beta in its second term: the inner derivative
    of σ(beta x) by x is beta.""", name="forgets_the_inner_derivative", replace=BY_X, by="grad * sigma * (1 + x * closed)")

mistake("swish.SwishFunction.backward", """Your gradient by x has no upstream gradient in it. The derivative of the value by
    x is one factor of the chain rule, and `grad` is the other.""", name="by_x_without_grad",
        replace=BY_X, by="sigma * (1 + beta * x * closed)")

mistake("swish.SwishFunction.backward", """Your gradient by beta has no upstream gradient in it. Each element's x² σ (1-σ)
    counts as much as `grad` says there: multiply before you sum.""", name="by_beta_without_grad",
        replace=BY_BETA, by="((x * sigma) * (x * closed)).sum()")

mistake("swish.SwishFunction.backward", """Your gradient by beta is a mean over the elements. Beta is used by each of them,
    and what comes back from each adds up: take the sum.""", name="means_over_the_elements", replace=BY_BETA,
        by="(grad * (x * sigma) * (x * closed)).mean()")

mistake("swish.SwishFunction.backward", """Your gradient by beta has x once. One x is the factor outside of the gate, the
    other is the inner derivative of σ(beta x) by beta: x² σ (1-σ).""", name="by_beta_with_one_x", replace=BY_BETA,
        by="(grad * sigma * (x * closed)).sum()")

mistake("swish.SwishFunction.backward", """Your gradient by x subtracts two huge numbers: in β f + σ (1 - β f) the two β f
    are to cancel, and for x = 1e30 everything else has been rounded away. Write it as σ (1 + βx (1-σ)), in which 1-σ makes the
    huge term small before it is added.""", name="cancels", replace=BY_X,
        by="grad * (beta * x * sigma + sigma * (1 - beta * x * sigma))",
        forms=[{"replace": BY_X, "by": "grad * (sigma + beta * x * sigma - beta * x * sigma * sigma)"}])

mistake("swish.SwishFunction.backward", """Your gradient by beta forms x², which overflows in float32 from 1.8e19 on;
    infinity times a factor of 0 is NaN. Multiply one x by σ and the other by 1-σ first: one of the two products is small.""",
        name="squares_x", replace=BY_BETA, by="(grad * x * x * sigma * closed).sum()")

mistake("swish.SwishFunction.backward", """Your backward computes a gradient that nobody needs. Ask ctx.needs_input_grad,
    and leave None where it says no.""", name="computes_what_nobody_needs",
        replace="if ctx.needs_input_grad[0]:", by="if True:",
        forms=[{"replace": "if ctx.needs_input_grad[1]:", "by": "if True:"}])

mistake("swish.SwishFunction.backward", """Your backward multiplies the upstream gradient in place. It belongs to whoever
    handed it over, and others may still read it: your gradient by beta does. Make a new tensor.""",
        name="changes_the_upstream_gradient", replace=BY_X, by="grad.mul_(sigma * (1 + beta * x * closed))")

mistake("swish.SwishFunction", """Your backward cannot be differentiated again: @once_differentiable forbids it, and
    `detach` or no_grad make a constant of what was saved. It is made of operators that PyTorch differentiates if you let it:
    take the saved tensors as they are.""", name="forbids_second_derivatives", replace="@staticmethod\n    def backward",
        by="@staticmethod\n    @torch.autograd.function.once_differentiable\n    def backward",
        forms=[{"replace": SAVED, "by": "x, beta = (each.detach() for each in ctx.saved_tensors)"}])

# ── swish and Swish ─────────────────────────────────────────────────────────────────────────────────────────────

mistake("swish.swish", """Beta gets no gradient from your functions, so a learned one stays where it is. Either swish makes
    a new tensor of it (torch.tensor, detach and float copy the number and forget where it comes from; torch.as_tensor leaves a
    tensor as it is), or backward returns None in the place of its gradient.""", name="nothing_for_beta",
        replace="torch.as_tensor(beta, dtype=x.dtype)", by="torch.tensor(float(beta), dtype=x.dtype)",
        forms=[{"target": "SwishFunction.backward", "replace": "return of_x, of_beta", "by": "return of_x, None"}])

mistake("swish.swish", """Your swish rounds a beta that is given as a float: a tensor that is made of it without a dtype is
    float32. Where x is float64, the result is right to seven digits only. Make it with the dtype of x.""", name="rounds_beta",
        replace="torch.as_tensor(beta, dtype=x.dtype)", by="torch.as_tensor(beta)")

PARAMETER = "self.beta = nn.Parameter(torch.tensor(beta)) if learned else beta"

mistake("swish.Swish.__init__", """Your learned beta is no parameter: module.parameters() does not have it, so no optimiser
    ever moves it. Make it an nn.Parameter.""", name="beta_is_no_parameter", replace=PARAMETER, by="self.beta = beta",
        forms=[{"replace": PARAMETER, "by": "self.beta = torch.tensor(beta, requires_grad=True) if learned else beta"}])

mistake("swish.Swish.__init__", """Your beta is a parameter also where it is not to be learned, and an optimiser would move
    it. A fixed one stays the float that was given.""", name="always_a_parameter", replace=PARAMETER,
        by="self.beta = nn.Parameter(torch.tensor(beta), requires_grad=learned)")

mistake("swish.Swish.__init__", """Your fixed beta is a buffer. A buffer is part of the state, so a checkpoint would have to
    hold it, and one from a model without it could not be loaded. It stays the float that was given.""",
        name="fixed_beta_is_a_buffer", replace=PARAMETER, by="""if learned:
            self.beta = nn.Parameter(torch.tensor(beta))
        else:
            self.register_buffer("beta", torch.tensor(beta))""")

mistake("swish.Swish.__init__", """Your learned beta has the shape (1,). It is one number, of the shape ():
    `torch.tensor(beta)` has it, `torch.tensor([beta])` has one axis more.""", name="has_an_axis", replace=PARAMETER,
        by="self.beta = nn.Parameter(torch.tensor([beta])) if learned else beta")

mistake("swish.Swish.__init__", """Your learned beta begins at 1, whatever first value is given.""", name="begins_at_1",
        replace=PARAMETER, by="self.beta = nn.Parameter(torch.tensor(1.0)) if learned else beta")

mistake("swish.Swish.forward", """Your module computes with the number of beta, not with the parameter: `item` and `float`
    leave the graph, so a learned beta gets no gradient.""", name="takes_the_number", replace="swish(x, self.beta)",
        by="swish(x, float(self.beta))")

mistake("swish.Swish.forward", """Your module does not hand its beta on, so it computes with 1.""", name="forgets_its_beta",
        replace="swish(x, self.beta)", by="swish(x)")
