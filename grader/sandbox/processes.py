"""Processes on Linux: limits, parents and children, CPU time, and how to end all that a process started."""
import contextlib
import ctypes
import os
import resource
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # not Linux; the limits below still hold
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, for whatever reason."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended, so that they can be found and killed."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide_from_others(hidden: bool = True) -> None:
    """Hide what /proc shows of this process (memory, files, environment) from others, also those of the same user.

    Or, with False, show it to those of the same user again.
    """
    _prctl(_PR_SET_DUMPABLE, int(not hidden))


def limit_memory(megabytes: int) -> None:
    """Cap the memory that this process may allocate beyond what it has already. Past the cap, MemoryError is raised."""
    with contextlib.suppress(ValueError, OSError):
        have = next((int(line.split()[1]) >> 10 for line in Path("/proc/self/status").read_text().splitlines()
                     if line.startswith("VmData:")), 0)
        resource.setrlimit(resource.RLIMIT_DATA, (have + megabytes << 20,) * 2)


def limit_files(megabytes: int) -> None:
    """Allow no core dump, and no file larger than `megabytes`."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes << 20,) * 2)


def children(pid: int | str = "self") -> list[int]:
    """The pids of a process's direct children; [] if the process has ended."""
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
    """Kill a process and all that it started. Each is stopped first, so that it starts no more in the meantime."""
    kill(pid, signal.SIGSTOP)
    for child in children(pid):
        kill_tree(child)
    kill(pid)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, all its threads together, by the kernel's clock for the process; 0.0 if it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of the process, see clock_getcpuclockid(3)
    except OSError:
        return 0.0


def queued_seconds(pid: int) -> float:
    """How long a process was ready to compute and had no core: of its threads, the one that waited longest.

    0.0 if the process is gone, or if the kernel does not count it (not Linux).
    """
    longest = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                longest = max(longest, int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[1]))
    return longest / 1e9


def cpu_seconds_with_children() -> float:
    """CPU time that was used by this process and by all of its descendants that have been waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF,
                                                                                 resource.RUSAGE_CHILDREN)))
