"""Tracks of a race whose optimum nobody knows: a loss function, turned and moved by a seed.

    turned = rotation_and_shift(2, seed=71)                                    # in the suite
    work.run(probes.race, *turned, placed(np.array([-1.2, 1.0]), *turned))

    loss = lambda x: rosenbrock(rotation @ (x - shift))                        # in the probe

Who steps to the optimum that the literature gives, (1, 1) for Rosenbrock's function, is wrong here; who follows the
gradient sees the same valley from another side. The seed stands in the suite, which a learner does not see: it is the
same every time, so that a verdict is too.
"""
import numpy as np

SPREAD = 2.0  # standard deviation of the shift in each direction


def rotation_and_shift(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(Q, s) of `seed`: an orthogonal matrix (size, size) and a shift (size,), in float64.

    Of x -> loss(Q (x - s)) the values, curvatures and condition number are those of `loss`; the place of the optimum and
    the axes of the valley are not. Q is uniform on the orthogonal group: of the QR decomposition of a normal matrix, with
    R's diagonal made positive (Mezzadri 2007).
    """
    rng = np.random.default_rng(seed)
    q, r = np.linalg.qr(rng.normal(size=(size, size)))
    return q * np.sign(np.diag(r)), SPREAD * rng.normal(size=size)


def placed(point: np.ndarray, rotation: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Where a point of the track as it was lies now, the start or the optimum: Qᵀ point + s."""
    return rotation.T @ point + shift
