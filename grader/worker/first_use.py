"""What libraries print and set up at their first use, done in the workers' fork server, before any learner's code runs.

PyTorch asks cpuinfo for the processor's vector units at its first operator, and NNPACK at its first convolution. Where
/proc or /sys is not to be seen, as in a confined worker, these complain to stderr, and choose slower operators. What comes
out here goes where the fork server's own output goes. In a worker it would be shown as what the learner printed.
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
