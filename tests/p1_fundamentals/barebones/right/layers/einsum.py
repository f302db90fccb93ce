# Every product as an einsum, every mask as a product.
import torch


def affine(x, weight, bias):
    return torch.einsum("...i,oi->...o", x, weight) + bias


def affine_backward(grad, x, weight):
    of_x = torch.einsum("...o,oi->...i", grad, weight)
    of_weight = torch.einsum("...o,...i->oi", grad, x)
    of_bias = torch.einsum("...o->o", grad)
    return of_x, of_weight, of_bias


def relu(x):
    return x * (x > 0)


def relu_backward(grad, x):
    return grad * (x > 0)
