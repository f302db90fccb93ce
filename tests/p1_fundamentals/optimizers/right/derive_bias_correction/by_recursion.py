# how: b^t as exp and log, and the bias as the fixed point of its recursion plus what is left of the start.
import sympy as sp


def power_of(b, n):
    return sp.exp(n * sp.log(b))


def as_a_sum(g, b, t):
    j = sp.Symbol("j", integer=True)
    return power_of(b, t) * (1 - b) * sp.Sum(g[j] ** 2 / b ** j, (j, 1, t))


def expectation(s, b, t):
    return s - power_of(b, t) * s


def corrected(v, b, t):
    return v * (1 - power_of(b, t)) ** -1


def remaining_bias(a, c, b, t):
    # E[v_t] = b E[v_{t-1}] + (1 - b)(a + c t) has the solution α + c t + γ b^t with α = a - c b/(1 - b) and γ = -α.
    alpha = a - c * b / (1 - b)
    expected = alpha + c * t - alpha * power_of(b, t)
    return expected / (1 - power_of(b, t)) - (a + c * t)


def variance(s2, b, t):
    # Var[m_t] = b² Var[m_{t-1}] + (1 - b)² s₂, whose fixed point is s₂ (1 - b)/(1 + b).
    fixed = s2 * (1 - b) / (1 + b)
    return fixed * (1 - power_of(b, 2 * t)) / (1 - power_of(b, t)) ** 2
