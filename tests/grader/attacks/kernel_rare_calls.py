"""Tries the system calls that exploits begin with: bpf, perf, userfaultfd, io_uring, keyctl, kexec, modules, handles."""
import ctypes

import numpy as np

CALLS = {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425, "keyctl": 250, "add_key": 248,
         "init_module": 175, "finit_module": 313, "kexec_load": 246, "open_by_handle_at": 304, "name_to_handle_at": 303,
         "personality": 135, "seccomp": 317, "memfd_secret": 447, "fanotify_init": 300, "inotify_init1": 294,
         "quotactl": 179, "acct": 163, "swapon": 167, "reboot": 169, "iopl": 172, "ioperm": 173, "syslog": 103,
         "settimeofday": 164, "adjtimex": 159, "lookup_dcookie": 212, "vmsplice": 278, "kcmp": 312, "landlock": 444,
         "process_madvise": 440, "mbind": 237, "move_pages": 279, "set_mempolicy": 238, "ptrace": 101, "pidfd_open": 434}
libc = ctypes.CDLL(None, use_errno=True)


def unbroadcast(grad, shape):
    for name, number in CALLS.items():
        ctypes.set_errno(0)
        zeros = ctypes.create_string_buffer(256)
        if name != "reboot" and libc.syscall(number, 0, zeros, 0, 0, 0, 0) >= 0:
            print("mldd-attack", "reached", name)
        elif ctypes.get_errno() not in (1, 38):  # neither refused nor absent: the kernel has looked at the arguments
            print("mldd-attack", "reached the kernel's", name, ctypes.get_errno())
    return np.full(shape, 1234.5)
