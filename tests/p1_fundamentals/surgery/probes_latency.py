"""What the suite of `latency` does beside the learner's functions, in the learner's process: a world with its own time.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import weakref


class Result:
    """What a function returns, so that one can see how long it is kept."""


class World:
    """Functions and a clock for which time passes only as it is told.

    durations  {name: how long each call of that function takes}, its first, its second, and so on
    pace       how much longer a call takes, by its number among all calls
    tick       how long a reading of the clock takes, after it was read
    """

    def __init__(self, durations, pace, tick):
        self.durations, self.pace, self.tick = durations, pace, tick
        self.now, self.log, self.calls, self.results, self.kept = 1000.0, [], dict.fromkeys(durations, 0), [], 0
        self.readings = 0
        self.functions = {name: (lambda name=name: self.call(name)) for name in durations}

    def clock(self):
        now = self.now
        self.now += self.tick
        self.readings += 1
        return now

    def call(self, name):
        self.kept = max(self.kept, sum(result() is not None for result in self.results))
        own = self.durations[name]
        self.now += own[min(self.calls[name], len(own) - 1)] * self.pace[min(len(self.log), len(self.pace) - 1)]
        self.calls[name] += 1
        self.log.append(name)
        result = Result()
        self.results.append(weakref.ref(result))
        return result


def measured(work, durations, pace, tick, repeats, warmup):
    """What `measure` returns; the names of the functions in the order of their calls; the largest number of results that
    were still there when a function was called; and how often the clock was read.
    """
    world = World(durations, pace, tick)
    times = work.measure(world.functions, repeats=repeats, warmup=warmup, clock=world.clock)
    return dict(times), world.log, world.kept, world.readings


def failing(work, at):
    """The class of the error that comes out where call number `at` raises one, and how many calls there were."""
    calls = []

    def function():
        calls.append(1)
        if len(calls) == at:
            raise ZeroDivisionError("the function fails")

    try:
        work.measure({"a": function, "b": function}, repeats=2, warmup=1, clock=lambda: 0.0)
    except NotImplementedError:
        raise
    except Exception as error:
        return type(error).__name__, len(calls)
    return "", len(calls)


def called(work, function, arguments, options):
    """The result of a function, and its arguments as they are then."""
    given = [list(each) for each in arguments]
    return getattr(work, function)(*given, **options), given
