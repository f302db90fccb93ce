r"""Learning rates that change: warm-up, cosine, inverse square root, and the one-cycle policy.

A large learning rate crosses the landscape fast and cannot settle; a small one settles and does not get there. So the
rate is made a function of the step, $\eta_t$: it rises at first, while the state of the optimiser is young and the
gradients of a fresh network are wild, and it falls at the end. With $w$ for the steps of *warm-up* and $\eta$ for the
*peak*, three of the four schedules here rise in the same way,

$$\eta_t = \eta \, \frac{t + 1}{w + 1} \quad \text{for } t < w, \qquad \eta_w = \eta,$$

so step 0 already moves, the peak comes at step $w$ and not twice, and $w = 0$ means that there is no warm-up. Then come

$$\eta_t = \eta, \qquad
  \eta_t = \eta \sqrt{\frac{w + 1}{t + 1}}, \qquad
  \eta_t = f + \frac{\eta - f}{2} \left(1 + \cos \pi \frac{t - w}{T - 1 - w}\right),$$

the last down to the *floor* $f$ at step $T - 1$, the last of $T$ steps. All are functions of the step alone: whoever
resumes a training at step 7000 asks for the rate of step 7000. Rates are compared up to rounding, and no step is negative.

Sources: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (ICLR 2017), equation 5, for the cosine;
Vaswani et al., "Attention is all you need" (NeurIPS 2017), equation 3, for the inverse square root; Smith, "A disciplined
approach to neural network hyper-parameters" (arXiv:1803.09820, 2018), section 3, and PyTorch's OneCycleLR for one-cycle.
"""
import math


def constant(step: int, *, warmup: int, peak: float = 1.0) -> float:
    """The rate at `step` of a linear warm-up, with the peak from step `warmup` on.

    step    the number of the step, counted from 0
    warmup  the steps of warm-up, 0 or more
    peak    the largest rate

    peak / (warmup + 1) at step 0, the peak at step `warmup` and at all later ones.

    >>> [constant(step, warmup=3) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    raise NotImplementedError


def inverse_sqrt(step: int, *, warmup: int, peak: float = 1.0) -> float:
    r"""The rate at `step` of a linear warm-up, and then of the inverse square root of the step's number, counted from 1.

    peak / (warmup + 1) at step 0, the peak at step `warmup`, and half of it at the step whose number, counted from 1, is four
    times as large. It never ends. In the paper's notation `warmup` + 1 is $warmup\_steps$ and the peak is
    $(d_{model} \cdot warmup\_steps)^{-1/2}$.

    >>> [inverse_sqrt(step, warmup=3) for step in (0, 1, 3, 15, 63)]
    [0.25, 0.5, 1.0, 0.5, 0.25]
    """
    raise NotImplementedError


def cosine(step: int, *, warmup: int, total: int, peak: float = 1.0, floor: float = 0.0) -> float:
    """The rate at `step` of a linear warm-up, and then of half a cosine from the peak down to the floor.

    total  the number of steps of the whole training, the warm-up included
    floor  the smallest rate of the cosine, from 0 to the peak; the warm-up knows nothing of it

    peak / (warmup + 1) at step 0, the peak at step `warmup`, the floor at step total - 1, which is the last, and beyond it
    too.

    Raises ValueError where `total` is less than `warmup` + 2, at every step, those of the warm-up included: there is no room
    for the way down.

    >>> [round(cosine(step, warmup=1, total=6, floor=0.1), 4) for step in range(8)]
    [0.5, 1.0, 0.8682, 0.55, 0.2318, 0.1, 0.1, 0.1]
    """
    raise NotImplementedError


def one_cycle(step: int, *, total: int, peak: float = 1.0, pct_start: float = 0.3, div_factor: float = 25.0,
              final_div_factor: float = 1e4, anneal: str = "cos") -> float:
    r"""The rate at `step` of the one-cycle policy: up to the peak, then down to almost nothing, once.

    total             the number of steps of the whole training
    pct_start         the share of them in which the rate rises
    div_factor        the first rate is peak / div_factor
    final_div_factor  the last rate is the first one / final_div_factor
    anneal            "linear" for straight lines between these; "cos" for half a cosine each, up and down

    The peak lies at the step `pct_start` · `total` - 1, which need not be a whole number: both parts are taken between the
    points (0, first rate), (pct_start · total - 1, peak) and (total - 1, last rate), as `OneCycleLR` of PyTorch takes them.
    Beyond the last step the rate stays the last one, where PyTorch raises an error. There is no `warmup`: the way up is one.

    Raises ValueError for another `anneal`, and unless 1 < `pct_start` · `total` < `total`, at every step: each part needs
    some length.

    >>> options = {"total": 6, "pct_start": 0.5, "div_factor": 4.0, "final_div_factor": 2.0, "anneal": "linear"}
    >>> [round(one_cycle(step, **options), 4) for step in range(7)]
    [0.25, 0.625, 1.0, 0.7083, 0.4167, 0.125, 0.125]
    """
    raise NotImplementedError


def set_rate(optimizer, factor: float) -> None:
    """Give each parameter group of `optimizer` the learning rate `factor` times its first one: `lr` = factor · `initial_lr`.

    optimizer  an object with `param_groups`, a list of dicts that have the key "lr"
    factor     what a schedule with a peak of 1 returns, 0 or more

    A group's first rate is kept in the group under the key "initial_lr", as PyTorch's schedulers keep it. A group that has the
    key already, say from a training that is resumed, keeps its value, whatever its "lr" is by then; one without takes its "lr"
    as it is now. So the ratios between groups stay, and calls do not add up: a factor of 0.5 twice is half the rate. Nothing
    else in a group changes.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}, {"lr": 0.5}])
    >>> for step in range(2):
    ...     set_rate(optimizer, constant(step, warmup=3))
    ...     print([group["lr"] for group in optimizer.param_groups])
    [0.25, 0.125]
    [0.5, 0.25]
    """
    raise NotImplementedError


def _between(start: float, end: float, progress: float, anneal: str) -> float:
    """From `start` at progress 0 to `end` at progress 1, on a straight line or on half a cosine: given."""
    share = progress if anneal == "linear" else (1 - math.cos(math.pi * progress)) / 2
    return start + (end - start) * share
