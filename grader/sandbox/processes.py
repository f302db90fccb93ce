"""What Linux knows of processes: limits, parents and children, and how to leave none behind."""
import contextlib
import ctypes
import os
import resource
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # not Linux: the limits below still hold
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, however that ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ended, so that they can be found and ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide_from_others() -> None:
    """Close what /proc shows of this process (memory, files, environment) to others, those of the same user too."""
    _prctl(_PR_SET_DUMPABLE, 0)


def limit_memory(megabytes: int) -> None:
    """Cap what this process may allocate, beyond what it has already; a hit raises MemoryError."""
    with contextlib.suppress(ValueError, OSError):
        have = next((int(line.split()[1]) >> 10 for line in Path("/proc/self/status").read_text().splitlines()
                     if line.startswith("VmData:")), 0)
        resource.setrlimit(resource.RLIMIT_DATA, (have + megabytes << 20,) * 2)


def limit_files(megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes << 20,) * 2)


def children(pid: int | str = "self") -> list[int]:
    """The direct children of a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def kill_tree(pid: int) -> None:
    """End a process and all that it started; stop each first, so that it starts no more while we look."""
    kill(pid, signal.SIGSTOP)
    for child in children(pid):
        kill_tree(child)
    kill(pid)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all its threads together, by the kernel's own clock for it."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of the process, see clock_getcpuclockid(3)
    except OSError:
        return 0.0


def cpu_seconds_with_children() -> float:
    """CPU time that this process has used, and all of its descendants that were waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF,
                                                                                 resource.RUSAGE_CHILDREN)))
