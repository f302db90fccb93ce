"""The probe that looks for NumPy's warnings sees them by whatever name a learner silences them."""
import types

import numpy as np
import pytest
from numpy._core._ufunc_config import errstate as by_another_name

from tests.p1_fundamentals.autograd import probes


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data, self.requires_grad, self.grad = data, requires_grad, None


def quiet_by(how):
    def divide(x):
        if how == "seterr":
            np.seterr(all="ignore")
        if how in ("errstate", "another name", "made before"):
            with {"errstate": np.errstate, "another name": by_another_name}.get(how, lambda **_: before)(all="ignore"):
                return x.data / 0
        return x.data / 0
    before = np.errstate(all="ignore")
    return np.errstate(all="ignore")(divide) if how == "a decorator" else divide


@pytest.mark.parametrize("how", ["errstate", "another name", "made before", "seterr", "a decorator"])
def test_it_sees_them(how):
    work = types.ModuleType("work")
    work.Tensor, function = Tensor, quiet_by(how)
    space = vars(work)

    def operation(x):
        value = Tensor(function(x))
        value.vjp = lambda grad: (grad,)
        value.parents = (x,)
        return value

    space["operation"] = operation
    *_, warnings = probes.value_vjp_and_warnings(work, "operation", [np.array([1.0])], np.array([1.0]))
    assert warnings == ["divide by zero encountered in divide"]
