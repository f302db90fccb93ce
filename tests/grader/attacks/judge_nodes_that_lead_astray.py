"""Sends an expression whose nodes name themselves, later ones, negative places and none at all."""
import itertools
import sys

EXERCISE = "p1_fundamentals/autograd/derivation"
ASTRAY = itertools.cycle([
    [], [["Add", [0]]], [["Add", [5]]], [["Integer", [1]], ["Add", [-1]]], [["Add", []]], [["Symbol", []]], [[[], []]],
    [["Symbol", [["a"]]]], [["Rational", [1, 0]]], [["log", [0, 0]]], [["Max", []]], [["Integer"]], "nodes", [["Exp1", [1]]]])


def answering(shape):
    def function(z, *others):
        sys._getframe(1).f_globals["nodes_of"] = lambda *_: next(ASTRAY)
        return shape(len(z))
    return function


softmax = loss_gradient = weighted_loss_gradient = answering(lambda n: (0,) * n)
softmax_jacobian = answering(lambda n: ((0,) * n,) * n)
loss = answering(lambda n: 0)
