"""Each layer returns its result and a function for the way back; the cache is the list of these functions."""
import torch


def affine(x, w, b):
    def back(g):
        return g @ w.mT, x.mT @ g, g.sum(0)
    return x @ w + b, back


def relu(z):
    on = z.sign().clamp(0, 1)
    return z * on, lambda g: g * on


def cross_entropy(s, y):
    n = s.size(0)
    log_total = torch.logsumexp(s, dim=1, keepdim=True)
    loss = (log_total - s.gather(1, y[:, None])).mean()

    def back(g):
        gradient = (s - log_total).exp().scatter_add(1, y[:, None], torch.full_like(s[:, :1], -1))
        return gradient * (g / n)
    return loss, back


def forward(x, labels, w1, b1, w2, b2):
    z, first = affine(x, w1, b1)
    h, gate = relu(z)
    s, second = affine(h, w2, b2)
    loss, last = cross_entropy(s, labels)
    return loss, [first, gate, second, last]


def backward(cache, grad=1.0):
    first, gate, second, last = cache
    of_h, of_w2, of_b2 = second(last(grad))
    of_x, of_w1, of_b1 = first(gate(of_h))
    return of_x, of_w1, of_b1, of_w2, of_b2
