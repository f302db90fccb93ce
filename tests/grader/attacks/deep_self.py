"""Returns a list that contains itself, and a dict that does."""


def unbroadcast(grad, shape):
    circle, ring = [], {}
    circle.append(circle)
    ring["a"] = [ring]
    return [circle, ring, (circle, ring)][grad.ndim % 3]
