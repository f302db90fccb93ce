"""A service for a suite that runs in one process (pytest, --pdb): a fork of that process, without a worker's limits."""
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable

from grader.judge.service import RETURNED, End, Service


class ServiceHere(Service):
    """The interface of `Service`; `main(descriptor of the socket)` runs in a child process."""

    def __init__(self, main: Callable[[int], object], patience: float = 30):
        self._main = main
        super().__init__(lambda listener: None, patience)

    def start(self) -> None:
        self._end: End | None = None
        self._value = tempfile.TemporaryFile("w+b")  # what `main` returned
        self._file = tempfile.TemporaryFile("w+b")
        self.pid = os.fork()
        if self.pid == 0:
            code = 70
            try:
                os.dup2(self._file.fileno(), 1)
                os.dup2(self._file.fileno(), 2)
                sys.stdout = open(1, "w", buffering=1, closefd=False)
                value = self._main(os.dup(self.listener.fileno()))
                self._value.write(json.dumps(value).encode())
                self._value.flush()
                code = 0
            except BaseException:
                traceback.print_exc(file=open(2, "w", closefd=False))
            finally:
                sys.stdout.flush()
                os._exit(code)

    def signal(self, name: str) -> None:
        if self._end is None:
            os.kill(self.pid, getattr(signal, name))

    def wait(self, seconds: float | None = None) -> End | None:
        deadline = time.monotonic() + (self.patience if seconds is None else seconds)
        while self._end is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._value.seek(0)
                self._end = End(RETURNED, json.loads(self._value.read())) if code == 0 else End("ended", code=code)
            elif time.monotonic() >= deadline:
                break
            else:
                time.sleep(0.01)
        return self._end

    def kill(self) -> None:
        self.signal("SIGKILL")
        self.wait(5)

    def stop(self) -> None:
        self.signal("SIGTERM")
        if self.wait(5) is None:
            self.kill()
        self.listener.close()

    def cpu_seconds(self) -> float:
        import psutil
        used = psutil.Process(self.pid).cpu_times()
        return used.user + used.system

    @property
    def output(self) -> str:
        self._file.seek(0)
        return self._file.read().decode("utf-8", "replace")

    def whole_output(self) -> str:
        return self.output
