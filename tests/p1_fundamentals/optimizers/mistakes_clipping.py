"""What learners get wrong in `clipping`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── total_norm ──────────────────────────────────────────────────────────────────────────────────────────────────

TOTAL = "torch.linalg.vector_norm(torch.stack(norms), p).item()"
BODY = f"""norms = [torch.linalg.vector_norm(tensor, p, dtype=torch.float64) for tensor in tensors if tensor.numel()]
    if not norms:
        return 0.0
    return {TOTAL}"""

mistake("clipping.total_norm", """Your total_norm adds up the norms of the tensors. The norm of one long vector is smaller,
    save for p = 1: the powers are added, and the root comes after the sum. Take the norm of the norms.""",
        name="adds_the_norms", replace=TOTAL, by="torch.stack(norms).sum().item()")

mistake("clipping.total_norm", """Your total_norm leaves the root out: it returns the sum of the powers. With p = 2 that is
    the square of the norm.""",
        name="forgets_the_root", replace=TOTAL,
        by="torch.stack(norms).pow(p).sum().item() if p < math.inf else torch.stack(norms).max().item()")

mistake("clipping.total_norm", """Your total_norm is the Euclidean norm whatever `p` says. Hand `p` on, and think of
    math.inf: the largest absolute value.""",
        name="ignores_the_order",
        replace=BODY, by="return sum(tensor.double().square().sum().item() for tensor in tensors) ** 0.5")

mistake("clipping.total_norm", """Your total_norm takes the largest element where p is infinite. It is the largest *absolute*
    value: an element of -1000 throws the parameters as far as one of 1000.""",
        name="takes_the_largest_element", replace=BODY, by="""pieces = [tensor.double().flatten() for tensor in tensors]
    vector = torch.cat([torch.zeros(0, dtype=torch.float64), *pieces])
    if not len(vector):
        return 0.0
    return vector.max().item() if p == math.inf else torch.linalg.vector_norm(vector, p).item()""")

mistake("clipping.total_norm", """Your total_norm computes in the dtype of the tensors. In float16 everything above 65504 is
    infinite and in float32 the square of 1e20 is: take the norm in float64, and only a gradient that is infinite has an
    infinite norm.""",
        name="computes_in_the_tensors_dtype", replace="p, dtype=torch.float64)", by="p).double()",
        forms=[{"replace": """norms = [torch.linalg.vector_norm(tensor, p, dtype=torch.float64)""", "by": """if p < math.inf:
        return float(sum(tensor.abs().pow(p).sum() for tensor in tensors)) ** (1 / p)
    norms = [torch.linalg.vector_norm(tensor, p).double()"""}])

mistake("clipping.total_norm", """Your total_norm computes in float32. That is wide enough for float16, but the square of a
    float32 element of 1e20 is infinite there, and that of one of 1e-30 is 0. Take the norm in float64.""",
        name="computes_in_float32",
        replace="dtype=torch.float64)", by="dtype=torch.float32) if tensor.dtype != torch.float64 else tensor.norm(p).float()",
        forms=[{"replace": "torch.linalg.vector_norm(tensor, p, dtype=torch.float64)",
                "by": "torch.linalg.vector_norm(tensor.float(), p)"}])

mistake("clipping.total_norm", """Your total_norm raises an error where there is no tensor at all. A model whose layers are
    all frozen has no gradient, and its norm is 0.0.""",
        name="fails_on_no_tensors", replace="if not norms:", by="if False:")

mistake("clipping.total_norm", """Your total_norm raises an error for a tensor without elements when p is infinite: there is
    no largest of nothing. Such a tensor adds nothing to any norm, so leave it out.""",
        name="fails_on_empty_tensors",
        replace=" if tensor.numel()]", by="]")

mistake("clipping.total_norm", """Your total_norm loses a NaN when p is infinite: Python's `max` compares, and every
    comparison with NaN is False, so the order decides whether it is found. torch's maximum keeps it.""",
        name="loses_a_nan", replace=TOTAL,
        by="torch.linalg.vector_norm(torch.stack(norms), p).item() if p < math.inf else max(norm.item() for norm in norms)")

# ── clip_by_norm_ ───────────────────────────────────────────────────────────────────────────────────────────────

SCALE = """factor = max_norm / norm
        for gradient in gradients:
            gradient.mul_(factor)"""
WHEN = "if not norm <= max_norm:"


def clips_each_tensor(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("max_norm")
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = total_norm(gradients, p)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError("not finite")
    for gradient in gradients:
        own = total_norm([gradient], p)
        if not own <= max_norm:
            gradient.mul_(max_norm / own)
    return norm


mistake("clipping.clip_by_norm_", """Your clip_by_norm_ compares each gradient with the bound by itself, and scales it by a
    factor of its own. All are one vector: one norm and one factor for all, or the step goes in another direction.""",
        name="clips_each_by_itself", replace=SCALE, by="""for gradient in gradients:
            gradient.mul_(min(1.0, max_norm / max(total_norm([gradient], p), 1e-300)))""", forms=[clips_each_tensor])

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ scales every gradient to the bound, small ones too. Clipping never
    enlarges: near a minimum the steps would not get shorter any more. The factor is at most 1.""",
        name="enlarges_small_gradients",
        replace=WHEN, by="if norm != 0:")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ adds a small number to the norm that it divides by, as PyTorch does.
    The norm then ends below the bound, far below it where both are small. Nothing is divided by 0 here: a norm above the
    bound is positive.""",
        name="adds_a_small_number", replace="max_norm / norm", by="max_norm / (norm + 1e-6)",
        forms=[{"replace": f"{WHEN}", "by": "if not max_norm / (norm + 1e-6) >= 1:"}])

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ makes new tensors instead of changing the gradients themselves.
    Whoever holds those, such as a bucket that several processes share, sees nothing of it: `mul_` changes a tensor in
    place. (`reshape` and `flatten` of a view may be new tensors too.)""",
        name="makes_new_gradients",
        replace=SCALE, by="""for parameter in [each for each in parameters if each.grad is not None]:
            parameter.grad = parameter.grad * (max_norm / norm)""", forms=[
            {"replace": SCALE, "by": """for gradient in gradients:
            gradient = gradient * (max_norm / norm)"""}, {
             "replace": "gradient.mul_(", "by": "gradient.reshape(-1).mul_("}])

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ rounds the factor to the dtype of the gradient before it multiplies. In
    float16 a small factor has few digits left, and below 3e-8 it is 0, so that a large gradient vanishes. Multiply by a
    Python float, with which torch computes in a wider dtype, or in float64.""",
        name="rounds_the_factor", replace="gradient.mul_(factor)", by="gradient.mul_(torch.tensor(factor).to(gradient))")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ lets a norm of NaN pass: `norm > max_norm` is False for it, so
    nothing is scaled, and the elements that are not NaN look healthy. They are all to become NaN: ask `not norm <=
    max_norm`.""",
        name="lets_nan_pass", replace=WHEN, by="if norm > max_norm:", forms=[
            {"replace": "factor = max_norm / norm", "by": "factor = min(1.0, max_norm / norm)"}])

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ leaves the gradients as they are where the norm is not finite. They
    are to be multiplied all the same: by 0 where the norm is infinite, by NaN where it is NaN.""",
        name="skips_what_is_not_finite",
        replace=WHEN, by="if max_norm < norm < math.inf:")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ returns the norm after the clipping. The norm before it is what a
    log is to show: afterwards it is never above the bound.""",
        name="returns_the_norm_after", replace="return norm",
        by="return total_norm(gradients, p)", forms=[{"replace": "return norm", "by": "return min(norm, max_norm)"}])

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ takes parameters without a gradient for tensors. `grad` is None
    where backward did not come: pass over those.""",
        name="fails_on_none", replace=" if parameter.grad is not None]", by="]")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ walks through `parameters` twice. `model.parameters()` is a
    generator, which is empty the second time, so nothing is scaled: make a list of it first.""",
        name="walks_twice",
        replace=SCALE, by="""for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad.mul_(max_norm / norm)""")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ takes the Euclidean norm whatever `p` says. Hand `p` on to
    total_norm.""",
        name="clips_by_the_euclidean_norm", replace="total_norm(gradients, p)", by="total_norm(gradients)")

RAISES = "if error_if_nonfinite and not math.isfinite(norm):"

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ does nothing about `error_if_nonfinite`. Where it is True and the
    norm is infinite or NaN, RuntimeError is to be raised before any gradient changes.""",
        name="never_raises", replace=RAISES, by="if False:")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ raises an error for every norm that is not finite. That is to happen
    only with `error_if_nonfinite`.""",
        name="always_raises", replace=RAISES, by="if not math.isfinite(norm):")

mistake("clipping.clip_by_norm_", """With `error_if_nonfinite` your clip_by_norm_ raises an error for a norm of NaN and lets
    an infinite one through. `math.isfinite` is False for both.""",
        name="raises_for_nan_alone", replace="not math.isfinite(norm)",
        by="math.isnan(norm)")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ scales first and raises its error afterwards, when the gradients are
    lost already. Who catches the error may want to look at them: raise it before anything changes.""",
        name="raises_too_late",
        replace=f"""{RAISES}
        raise RuntimeError(f"the total norm of the gradients is {{norm}}")

    {WHEN}                                              # `norm > max_norm` is False for a NaN
        {SCALE}""", by=f"""{WHEN}
        {SCALE}
    {RAISES}
        raise RuntimeError("not finite")""")

mistake("clipping.clip_by_norm_", """Your clip_by_norm_ takes a negative bound, and turns all gradients round. Raise
    ValueError for it.""",
        name="takes_a_negative_bound", replace="if max_norm < 0:", by="if False:")

# ── clip_by_value_ ──────────────────────────────────────────────────────────────────────────────────────────────

CLAMP = "parameter.grad.clamp_(-limit, limit)"

mistake("clipping.clip_by_value_", """Your clip_by_value_ bounds the elements above and not below. A gradient of -1000
    throws the parameters as far as one of 1000.""",
        name="bounds_one_side", replace=CLAMP, by="parameter.grad.clamp_(max=limit)")

mistake("clipping.clip_by_value_", """Your clip_by_value_ puts a new tensor in the place of each gradient, or changes a copy
    that is lost, as `reshape` of a view may be. The tensor itself is to change: `clamp_`, with the underscore, works in
    place.""",
        name="clamps_a_copy",
        replace=CLAMP, by="parameter.grad = parameter.grad.clamp(-limit, limit)", forms=[
            {"replace": CLAMP, "by": "parameter.grad.clamp(-limit, limit)"},
            {"replace": CLAMP, "by": "parameter.grad.reshape(-1).clamp_(-limit, limit)"}])

mistake("clipping.clip_by_value_", """Your clip_by_value_ scales a gradient until its largest element is within the limit.
    Here each element is bounded by itself: those within the limits stay as they are.""",
        name="scales_by_the_largest", replace=CLAMP,
        by="parameter.grad.mul_(min(1.0, limit / max(parameter.grad.abs().max().item(), 1e-30)))")

mistake("clipping.clip_by_value_", """Your clip_by_value_ takes a negative limit. There is no number between 1 and -1: raise
    ValueError for it.""",
        name="takes_a_negative_limit", replace="if limit < 0:", by="if False:")
