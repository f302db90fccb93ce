"""Confinement of one process in the sandbox: it gives up its rights just before it handles a stranger's code or data.

The sandbox (bubblewrap.py) is made once, around the workers' fork server or the judges'. Each worker and each judge
that is forked in it then confines itself: a separate user (if root made the sandbox), no capabilities, resource limits,
and only the system calls that computing needs. A worker also gets folders of its own (mounts.py). Every other system
call fails with "operation not permitted", as any call does that the kernel refuses, so an honest mistake leads to an
ordinary error message.
"""
import ctypes
import errno
import functools
import os
import resource
import socket
import struct
from dataclasses import dataclass, field
from pathlib import Path

import pyseccomp as seccomp

from grader.sandbox.mounts import own_mounts
from grader.sandbox.processes import die_with_parent, hide_from_others

THREADS = 64
OPEN_FILES = 64
SERVICE_FILES = 1024  # of a worker that serves: each connection is one
PENDING_SIGNALS = 256  # each timer takes one
CPU_SECONDS = 600    # of one worker or judge in all, in case the judge cannot limit a check

_CLONE_NEWUSER = 0x10000000
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
_CLONE_THREAD, _CLONE_NEW_NAMESPACES = 0x00010000, 0x7E020080
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_INSTRUCTION = struct.Struct("HBBI")  # struct sock_filter: code, two jumps, a value
_ME = 0x5A5A1E55  # stands for the pid, in a filter that is made before the process exists

# What computing needs: memory, time, reading, files in /tmp, signals to itself, waiting, threads.
COMPUTING = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
    open openat stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents getdents64
    statfs fstatfs getcwd chdir fchdir umask dup dup2 dup3 flock fsync fdatasync truncate ftruncate fallocate
    unlink unlinkat mkdir mkdirat rmdir rename renameat renameat2 symlink symlinkat link linkat chmod fchmod fchmodat
    utime utimes utimensat futimesat copy_file_range sendfile pipe pipe2 eventfd2
    mmap munmap mremap mprotect madvise mincore msync brk membarrier
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    recvfrom sendto recvmsg sendmsg shutdown getsockopt getsockname getpeername
    clock_gettime clock_getres gettimeofday time times nanosleep clock_nanosleep getrusage
    alarm setitimer getitimer pause timer_create timer_settime timer_gettime timer_delete
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
    futex futex_waitv set_robust_list get_robust_list set_tid_address rseq arch_prctl restart_syscall
    getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid getrlimit
    setrlimit
    uname sysinfo getcpu sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min getpriority getrandom wait4 waitid exit exit_group
""".split()
LOOPBACK = "socket socketpair bind listen accept accept4 connect setsockopt recvmmsg sendmmsg".split()
SERVICE = "socketpair listen accept accept4 setsockopt".split()  # no socket of one's own, no bind, no connect
PROCESSES = "fork vfork execve execveat setsid setpgid".split()
_HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
# Duplicates, flags and locks; not F_SETOWN and F_SETSIG: by them the kernel would send a signal to any process.
_HARMLESS_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032, 1034)
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41


@dataclass
class Confinement:
    """How the processes of one sandbox confine themselves.

    `first_user`: if root made the sandbox, each process becomes user `first_user` + pid; None for an ordinary user.
    """

    first_user: int | None
    own_namespaces: bool = False  # for an ordinary user: whether each worker has a user namespace of its own
    below_tmp: list[str] = field(default_factory=list)  # folders in /tmp that stay visible: a course may lie there

    def prepare(self, grants: list[str]) -> None:
        """Before the fork: make the system call filter of workers with these grants."""
        worker_program(grants)

    def worker(self, grants: list[str], memory_mb: int) -> None:
        """Confine this process, a worker just forked, to computing and to its grants."""
        if self.own_namespaces:
            own_user_namespace()
        limit(memory_mb, SERVICE_FILES if "service" in grants else OPEN_FILES)
        own_mounts([folder for folder in self.below_tmp if Path(folder).is_dir()])
        self.own_user()
        allow_only(worker_program(grants))

    def judge(self, memory_mb: int) -> None:
        """Confine this process, a judge just forked, to reading files and to the connections that it has."""
        limit(memory_mb)
        self.own_user()
        allow_only(filter_program(judge=True))

    def own_user(self) -> None:
        """Become a user that no other process has (if root made the sandbox), and give up every capability."""
        if self.first_user is not None:
            user = self.first_user + os.getpid()
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        drop_capabilities()
        die_with_parent()  # again: a change of user clears it


def worker_program(grants: list[str]) -> bytes:
    return filter_program(loopback="loopback" in grants, processes=bool({"processes", "compiler"} & {*grants}),
                          service="service" in grants)


def limit(memory_mb: int, files: int = OPEN_FILES) -> None:
    """Set resource limits beyond those of every worker: address space, threads, open files, total CPU time, ...

    The process may map `memory_mb` + 64 MB beyond what it has mapped already. An inherited lower limit stays.
    """
    pages = int(open("/proc/self/statm").read().split()[0])
    space = pages * os.sysconf("SC_PAGE_SIZE") + (memory_mb + 64 << 20)
    hard = {resource.RLIMIT_AS: space, resource.RLIMIT_NOFILE: files, resource.RLIMIT_CPU: CPU_SECONDS,
            resource.RLIMIT_MSGQUEUE: 0, resource.RLIMIT_MEMLOCK: 0, resource.RLIMIT_NPROC: THREADS,
            resource.RLIMIT_SIGPENDING: PENDING_SIGNALS}
    for which, most in hard.items():
        inherited = resource.getrlimit(which)[1]  # only root could raise it
        most = most if inherited == resource.RLIM_INFINITY else min(most, inherited)
        resource.setrlimit(which, (most, most))


def own_user_namespace() -> None:
    """Move to a user namespace of its own, as the same user, with every capability in there. Raises OSError.

    The kernel counts processes, timers and the like by user. Since Linux 5.14 it counts them by user and namespace, and
    the limits that are set afterwards hold in there; what others of the same user have does not count.
    """
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    hide_from_others(False)  # else its files in /proc are root's
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be closed")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)
    hide_from_others(True)


def drop_capabilities() -> None:
    """Remove every capability from every set, for good: no program can give one back. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(64):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused without CAP_SETPCAP; then there is nothing to drop
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be closed")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be closed")


def allow_only(program: bytes) -> None:
    """Have the kernel refuse all system calls but those of the filter, to this thread and all that it starts, for good.

    Raises OSError.
    """
    mine = [(code, true, false, os.getpid() if value == _ME else value)
            for code, true, false, value in _INSTRUCTION.iter_unpack(program)]
    instructions = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*each) for each in mine))
    whole = _Program(len(mine), ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(whole), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be closed")


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]  # struct sock_fprog


@functools.cache
def filter_program(loopback: bool = False, processes: bool = False, judge: bool = False, service: bool = False) -> bytes:
    """The system call filter in the form that the kernel takes (BPF).

    It is made once, before the fork: making it takes as long as the rest of the confinement.
    """
    names = [*COMPUTING, *(LOOPBACK if loopback else []), *(PROCESSES if processes else []),
             *(SERVICE if service else [])]
    calls = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in names:
        if judge and name in CHANGES_FILES:
            continue
        if judge and name in OPENS:
            writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
            add(calls, name, seccomp.Arg(OPENS[name], seccomp.MASKED_EQ, writes, 0))
        else:
            add(calls, name)
    if judge:
        # A judge listens for a service that it starts, and asks it, on the loopback of its own sandbox, where nobody else is.
        for name in ("socketpair", "bind", "listen", "connect", "setsockopt"):
            add(calls, name)
        add(calls, "socket", seccomp.Arg(0, seccomp.EQ, socket.AF_INET))
    for request in _HARMLESS_IOCTLS:
        add(calls, "ioctl", seccomp.Arg(1, seccomp.EQ, request))
    for command in _HARMLESS_FCNTLS:
        add(calls, "fcntl", seccomp.Arg(1, seccomp.EQ, command))
    for option in (_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA):
        add(calls, "prctl", seccomp.Arg(0, seccomp.EQ, option))
    for name in ("kill", "tgkill"):  # abort() and raise() signal the process itself
        add(calls, name, seccomp.Arg(0, seccomp.EQ, _ME))
    for who in (0, _ME):  # its own: the kernel lets nobody without rights go above a limit
        add(calls, "prlimit64", seccomp.Arg(0, seccomp.EQ, who))
        add(calls, "setpriority", seccomp.Arg(0, seccomp.EQ, os.PRIO_PROCESS), seccomp.Arg(1, seccomp.EQ, who))
    if processes:
        add(calls, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_NEW_NAMESPACES, 0))
    else:
        add(calls, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD))
    calls.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # a filter cannot read its flags; libc falls back to clone
    with open(os.memfd_create("filter"), "w+b") as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()


OPENS = {"open": 1, "openat": 2}  # the position of the flags among the arguments
CHANGES_FILES = {"truncate", "ftruncate", "fallocate", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "rename",
                 "renameat", "renameat2", "symlink", "symlinkat", "link", "linkat", "chmod", "fchmod", "fchmodat", "utime",
                 "utimes", "utimensat", "futimesat", "copy_file_range", "sendfile"}


def add(calls, name: str, *arguments) -> None:
    """Allow a system call. One that this kind of processor lacks is left out, or raises if `arguments` are given."""
    try:
        calls.add_rule(seccomp.ALLOW, name, *arguments)
    except (ValueError, OSError, RuntimeError):
        if arguments:
            raise
