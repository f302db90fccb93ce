"""What libraries print and set up at their first use, done in the workers' fork server, before any learner's code runs.

PyTorch asks cpuinfo for the processor's vector units at its first operator, and NNPACK at its first convolution. Both read
/proc, which a confined worker does not see. There they would complain to stderr, which would be shown as what the learner
printed, and PyTorch would compute by other operators than at home (DEFAULT in place of AVX2).
"""
import ctypes
import sys


def use_once() -> None:
    """Call this once the libraries are loaded, with one thread, before the first fork and before the policy closes ctypes.

    It computes no derivatives: beside a GPU, autograd would start threads, which do not survive a fork.
    """
    if torch := sys.modules.get("torch"):
        with torch.no_grad():
            image = torch.ones(1, 1, 4, 4)
            torch.nn.functional.conv2d(image, image[..., :2, :2])
            (image @ image).exp().sum()
    ctypes.CDLL(None).fflush(None)  # what C wrote to its buffers would be written by every worker, once more
