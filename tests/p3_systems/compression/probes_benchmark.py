"""What the suite of `benchmark` does beside the learner's functions, in the learner's process.

Clocks and a device that are made up: nothing here depends on how fast a machine is. A probe gets the exercise's module as
`work`, returns plain data, and holds no expected value.
"""


class Machine:
    """Two clocks and a device with a queue. All times are multiples of 1/16, so that sums of them are exact."""

    def __init__(self, pace=0.0):
        self.wall = self.cpu = self.queued = 0.0
        self.pace = pace          # each call takes so much longer than the one before it, in seconds on the wall
        self.calls, self.readings = [], {"wall": 0, "cpu": 0}

    def read(self, name):
        self.readings[name] += 1
        return getattr(self, name)

    def synchronize(self):
        self.wall, self.queued = self.wall + self.queued, 0.0

    def function(self, name, wall, cpu, queues):
        """A function of which each call takes the next of `wall` and of `cpu` seconds, and queues work for the device."""
        def call():
            number = sum(name == each for each in self.calls)
            self.wall += wall[number] + self.pace * len(self.calls)
            self.cpu += cpu[number]
            self.queued += queues
            self.calls.append(name)
        return call


def measured(work, takes, turns, warmup, *, pace=0.0, queues=None, synchronize=False):
    """(times by name, the calls in their order, how often each clock was read). `takes`: {name: (wall, cpu) of its calls}"""
    machine = Machine(pace)
    functions = {name: machine.function(name, wall, cpu, (queues or {}).get(name, 0.0)) for name, (wall, cpu) in takes.items()}
    found = work.measure(functions, turns=turns, warmup=warmup, wall_clock=lambda: machine.read("wall"),
                         cpu_clock=lambda: machine.read("cpu"), **({"synchronize": machine.synchronize} if synchronize else {}))
    return {name: [list(times.wall), list(times.cpu)] for name, times in found.items()}, machine.calls, machine.readings


def refused(work, count, turns, warmup):
    """The class of the error that `measure` raises, or "", and the number of calls."""
    machine = Machine()
    functions = {str(n): machine.function(str(n), [1.0] * 99, [1.0] * 99, 0.0) for n in range(count)}
    try:
        work.measure(functions, turns=turns, warmup=warmup)
    except NotImplementedError:
        raise
    except Exception as raised:
        return type(raised).__name__, len(machine.calls)
    return "", len(machine.calls)


def percentile(work, times, share):
    """(the percentile, the times afterwards)"""
    return work.percentile(times, share), times


def summary(work, wall, cpu):
    """[p50, p95, cpu], and the times afterwards."""
    times = work.Times(wall=wall, cpu=cpu)
    found = work.summarize(times)
    return [found.p50, found.p95, found.cpu], [times.wall, times.cpu]


def speedups(work, measured, baseline):
    """[name, factor] of each function, in the order of the result."""
    found = work.speedups({name: work.Times(wall=wall, cpu=cpu) for name, (wall, cpu) in measured.items()}, baseline)
    return [[name, factor] for name, factor in found.items()]


def devices_here(work, wanted, has_gpu):
    """`choose_devices` on a machine of which torch says that it has a GPU, or none."""
    import torch
    asked, torch.cuda.is_available = torch.cuda.is_available, lambda: has_gpu
    try:
        return work.choose_devices(wanted)
    finally:
        torch.cuda.is_available = asked
