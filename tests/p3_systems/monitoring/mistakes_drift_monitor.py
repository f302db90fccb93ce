"""What learners get wrong in `drift_monitor`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Rates and levels ────────────────────────────────────────────────────────────────────────────────────────────

SUM = "sum(math.comb(m, j) * level ** j * (1 - level) ** (m - j) for j in range(k, m + 1))"

mistake("drift_monitor.false_alarm_rate", """Your false_alarm_rate is the probability of k suspicious windows *exactly*. An alarm takes k or more: the terms of k, k + 1, …, m
    are added.""", name="exactly_k", replace=SUM, by="math.comb(m, k) * level ** k * (1 - level) ** (m - k)")

mistake("drift_monitor.false_alarm_rate", """Your false_alarm_rate is 1 minus the probability of fewer than k. For a tiny rate that difference of two numbers near 1 has no
    right digit: below 1e-16 it is 0 or noise. Add the terms from k to m, which are all positive.""", name="one_minus_the_others",
        replace=SUM, by="1 - sum(math.comb(m, j) * level ** j * (1 - level) ** (m - j) for j in range(k))")

mistake("drift_monitor.false_alarm_rate", """Your false_alarm_rate is that of k windows, whatever m is. The more windows an alarm may choose from, the more often it
    happens by chance.""", name="only_k_windows", replace=SUM, by="level ** k")

mistake("drift_monitor.false_alarm_rate", """Your false_alarm_rate does not count in how many ways j of m windows can be the suspicious ones.""", name="without_the_ways",
        replace="math.comb(m, j) * ", by="", forms=[{"replace": " * (1 - level) ** (m - j)", "by": ""}])

mistake("drift_monitor.false_alarm_rate", """Your false_alarm_rate lets a level or a rule through that makes no sense. NaN compares as false with everything, so ask for what is
    right, and not for what is wrong.""", name="rate_refuses_nothing", replace="not 0 <= level <= 1 or ", by="",
        forms=[{"replace": "not 0 <= level <= 1", "by": "level < 0 or level > 1"}, {"replace": " or not 1 <= k <= m", "by": ""}])

mistake("drift_monitor.level_for", """Your level_for is the rate^(1/k), the inverse for k of k windows. With m > k there are more ways to an alarm, and the level has
    to be smaller.""", name="kth_root", replace="    low, high = 0.0, 1.0\n", by="    return rate ** (1 / k)\n    low, high = 0.0, 1.0\n")

mistake("drift_monitor.level_for", """Your level_for stops at a fixed width of the interval, or after too few halvings. A level of 1e-15 then has no right digit, and
    with it the promise: go on until no float lies between the two ends.""", name="too_few_halvings",
        replace="while low < (middle := (low + high) / 2) < high:", by="while high - low > 1e-12:\n        middle = (low + high) / 2",
        forms=[{"replace": "while low < (middle := (low + high) / 2) < high:", "by": "for _ in range(30):\n        middle = (low + high) / 2"}])

mistake("drift_monitor.level_for", """Your level_for lets a rate or a rule through that makes no sense. NaN compares as false with everything, so ask for what is
    right, and not for what is wrong.""", name="level_refuses_nothing", replace="not 0 <= rate <= 1 or ", by="",
        forms=[{"replace": "not 0 <= rate <= 1", "by": "rate < 0 or rate > 1"}])

# ── The monitor ─────────────────────────────────────────────────────────────────────────────────────────────────

LEVEL = "level_for(rate / len(reference), k=k, m=m)"
ALARM = "p <= self.level and abs(effect) >= self.smallest"
RETURN = "return [name for name, recent in self.recent.items() if sum(recent) >= self.k]"

mistake("drift_monitor.DriftMonitor.__init__", """Your level is the rate itself. That is the level of a monitor which calls at once; with k of m windows the same level makes
    another rate, and level_for says which level keeps the promise.""", name="rate_as_level", replace=LEVEL, by="rate / len(reference)")

mistake("drift_monitor.DriftMonitor.__init__", """Each of your features has the whole rate. Among ten features some one is in alarm up to ten times as often as was promised: the
    rate is divided by the number of features.""", name="whole_rate_for_each", replace="rate / len(reference)", by="rate")

mistake("drift_monitor.DriftMonitor.__init__", """Your *level* is divided by the number of features. The promise is about alarms: divide the rate, and turn that into a
    level. Of k of m windows, with d features, yours are about d^(k-1) times too rare, and late.""", name="level_divided", replace=LEVEL,
        by="level_for(rate, k=k, m=m) / len(reference)")

mistake("drift_monitor.DriftMonitor.__init__", """Your monitor keeps the caller's arrays and not copies. A buffer that is filled anew changes the reference without a
    word, and the monitor then compares the drift with itself.""", name="no_copies", replace="{name: np.array(values) for name, values in reference.items()}",
        by="dict(reference)", forms=[{"replace": "{name: np.array(values) for name, values in reference.items()}", "by": "reference"},
                                     {"replace": "np.array(values) for", "by": "np.asarray(values) for"}])

mistake("drift_monitor.DriftMonitor.__init__", """Your monitor is made of a rate or an effect out of its bounds, or of no features.""", name="monitor_refuses_nothing",
        replace=" or not smallest >= 0", by="", forms=[{"replace": "not smallest >= 0", "by": "smallest < 0"}, {"replace": "not 0 < rate < 1", "by": "not 0 <= rate <= 1"}])

mistake("drift_monitor.DriftMonitor.update", """Your monitor looks at the p-value alone. In large windows everything is significant, and an alarm is to matter too: the effect is
    at least `smallest`.""", name="without_effect", replace=ALARM, by="p <= self.level",
        forms=[{"replace": ALARM, "by": "p <= self.level or abs(effect) >= self.smallest"}])

mistake("drift_monitor.DriftMonitor.update", """Your monitor sees effects up, and none down.""", name="only_up", replace="abs(effect)", by="effect")

mistake("drift_monitor.DriftMonitor.update", """Just at a bound your window is not suspicious: it is where the p-value is at the level or below, and the effect is the
    smallest that matters or larger.""", name="bounds_left_out", replace="p <= self.level", by="p < self.level",
        forms=[{"replace": "abs(effect) >= self.smallest", "by": "abs(effect) > self.smallest"}])

mistake("drift_monitor.DriftMonitor.update", """Your alarm takes more than k suspicious windows. k are enough.""", name="more_than_k", replace=">= self.k", by="> self.k")

mistake("drift_monitor.DriftMonitor.update", """Your alarm takes the last k windows one after another. It takes any k of the last m: a window between them that shows nothing
    ends no drift.""", name="in_a_row", replace=RETURN, by="return [name for name, recent in self.recent.items() if len(recent) >= self.k and all(list(recent)[-self.k:])]")

mistake("drift_monitor.DriftMonitor.update", """Your windows are counted across features: one suspicious window of one feature and one of another make an alarm of both. Each
    feature has its own k of m.""", name="features_pooled", replace="""        for name, recent in self.recent.items():
            recent.append(suspicious[name])""", by="""        for name, recent in self.recent.items():
            recent.append(any(suspicious.values()))""")

mistake("drift_monitor.DriftMonitor.update", """Your alarm forgets what led to it: after an alarm the counting begins anew. A drift that goes on is then in alarm in one
    window and not in the next, as if it had ended.""", name="forgets_after_alarm", replace=RETURN,
        by="""alarms = [name for name, recent in self.recent.items() if sum(recent) >= self.k]
        for name in alarms:
            self.recent[name].clear()
        return alarms""")

mistake("drift_monitor.DriftMonitor.update", """Your alarm never ends. What has passed has to leave the last m windows, or nobody can see that a repair has helped.""",
        name="never_ends", replace=RETURN, by="""self.latched = getattr(self, "latched", set()) | {name for name, recent in self.recent.items() if sum(recent) >= self.k}
        return [name for name in self.recent if name in self.latched]""")

mistake("drift_monitor.DriftMonitor.update", """Your monitor remembers feature by feature while it still tests. A window that is refused at its second feature has then left a
    trace in the first one's count. Test all, and remember afterwards.""", name="refused_by_halves",
        replace="suspicious[name] = p <=", by="self.recent[name].append(p <= self.level and abs(effect) >= self.smallest)\n            suspicious[name] = p <=",
        forms=["""
def update(self, window):
    if window.keys() != self.reference.keys():
        raise ValueError("other features")
    alarms = []
    for name, values in self.reference.items():
        effect, p = self.test(values, window[name])
        if not 0 <= p <= 1 or math.isnan(effect):
            raise ValueError("no p-value")
        self.recent[name].append(p <= self.level and abs(effect) >= self.smallest)
        if sum(self.recent[name]) >= self.k:
            alarms.append(name)
    return alarms
"""])

mistake("drift_monitor.DriftMonitor.update", """A window with other features than the reference's gets through, or raises KeyError. A feature that is missing is not one that
    shows no drift: say so.""", name="other_features", replace="if window.keys() != self.reference.keys():", by="if not window:",
        forms=[{"replace": "if window.keys() != self.reference.keys():", "by": "if not window.keys() >= self.reference.keys():"}])

mistake("drift_monitor.DriftMonitor.update", """A p-value or an effect that is none gets through. NaN compares as false with everything, so a test that failed would look like
    one that found nothing.""", name="nan_is_no_drift", replace="if not 0 <= p <= 1 or math.isnan(effect):", by="if p < 0 or p > 1:",
        forms=[{"replace": "not 0 <= p <= 1 or math.isnan(effect)", "by": "not 0 <= p <= 1"}, {"replace": "not 0 <= p <= 1 or", "by": "math.isnan(p) or"}])

mistake("drift_monitor.DriftMonitor.update", """Your reference moves along: it becomes the window that was tested last. A slow drift is never seen then, and a fast one
    only once.""", name="moving_reference", replace=RETURN, by="self.reference = {name: np.array(window[name]) for name in self.reference}\n        " + RETURN)

mistake("drift_monitor.DriftMonitor.reset", """Your monitor never forgets a window: it counts all since the beginning, and not the last m. Sooner or later chance has made k of
    them.""", name="counts_all", replace="deque(maxlen=self.m)", by="deque()")

mistake("drift_monitor.DriftMonitor.reset", """Your last m windows are m + 1: the newest window is one of the m.""", name="one_window_more",
        replace="deque(maxlen=self.m)", by="deque(maxlen=self.m + 1)")


@mistake("drift_monitor.DriftMonitor.reset", """After a reset your monitor remembers windows from before it.""")
def reset_keeps(self):
    if not hasattr(self, "recent"):
        self.recent = {name: deque(maxlen=self.m) for name in self.reference}
    for recent in self.recent.values():
        if recent:
            recent.popleft()
