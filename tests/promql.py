"""A small Prometheus for suites: evaluates PromQL over series that a check makes up, and runs rules as the server does.

The expressions are parsed by promql-parser; what is here evaluates the part of the language that rules and dashboards of
the course are written in, by the server's own definitions (rates are extrapolated as `extrapolatedRate` does in
prometheus/promql/functions.go; a series counts for five minutes after its last sample). What is not known here raises
UnknownError, which says nothing about whether the server knows it.
"""
import bisect
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import promql_parser as promql

LOOKBACK = 300.0  # seconds
Labels = frozenset  # of (name, value); the metric's name is the label __name__
Vector = dict[Labels, float]
NAME = "__name__"


class UnknownError(Exception):
    """Something that the small Prometheus does not evaluate."""


class PromqlError(Exception):
    """An expression that Prometheus refuses, when it reads it or when it evaluates it."""


def parsed(text: str):
    """The syntax tree of an expression. Raises PromqlError."""
    try:
        return promql.parse(text)
    except ValueError as error:
        raise PromqlError(str(error)) from None


def labels(**named: str) -> Labels:
    return frozenset(named.items())


@dataclass
class Database:
    """Series with their samples: {labels: [(seconds, value), ...]}, in the order of time."""

    series: dict[Labels, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, name: str, at: float, value: float, **others: str) -> None:
        self.put(labels(**{NAME: name}, **others), at, value)

    def put(self, key: Labels, at: float, value: float) -> None:
        self.series.setdefault(key, []).append((at, value))

    def matching(self, selector) -> Iterator[tuple[Labels, list[tuple[float, float]]]]:
        tests = [(m.name, str(m.op).rpartition(".")[2], m.value) for m in selector.matchers.matchers]
        if selector.name:
            tests.append((NAME, "Equal", selector.name))
        for key, samples in self.series.items():
            have = dict(key)
            if all(_matches(have.get(name, ""), op, value) for name, op, value in tests):
                yield key, samples


def _matches(have: str, op: str, value: str) -> bool:
    if op in ("Equal", "NotEqual"):
        return (have == value) == (op == "Equal")
    return bool(re.fullmatch(value, have)) == (op == "Re")


def evaluate(expression, database: Database, at: float) -> Vector | float:
    """The value of an expression, a text or a syntax tree, at a moment: a scalar, or {labels: value}."""
    tree = parsed(expression) if isinstance(expression, str) else expression
    kind = type(tree).__name__
    if kind not in _KINDS:
        raise UnknownError(kind)
    return _KINDS[kind](tree, database, at)


def _number(tree, database, at):
    return float(tree.val)


def _paren(tree, database, at):
    return evaluate(tree.expr, database, at)


def _negative(tree, database, at):
    value = evaluate(tree.expr, database, at)
    return -value if isinstance(value, float) else {without_name(key): -each for key, each in value.items()}


def _selector(tree, database, at):
    at -= tree.offset.total_seconds() if isinstance(tree.offset, timedelta) else 0.0
    found = {}
    for key, samples in database.matching(tree):
        if inside := samples_in(samples, at - LOOKBACK, at):
            found[key] = inside[-1][1]
    return found


def samples_in(samples: list[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """Those after `start` and not after `end`."""
    return samples[bisect.bisect_right(samples, (start, math.inf)):bisect.bisect_right(samples, (end, math.inf))]


def without_name(key: Labels) -> Labels:
    return frozenset((name, value) for name, value in key if name != NAME)


# ── functions ───────────────────────────────────────────────────────────────────────────────────────────────────


def _call(tree, database, at):
    name = tree.func.name
    if name == "time":
        return float(at)
    if name in _OVER_RANGE:
        return _over_range(tree, database, at, _OVER_RANGE[name])
    if name == "histogram_quantile":
        return histogram_quantile(evaluate(tree.args[0], database, at), evaluate(tree.args[1], database, at))
    if name == "absent":
        return {} if evaluate(tree.args[0], database, at) else {frozenset(): 1.0}
    if name == "vector":
        return {frozenset(): evaluate(tree.args[0], database, at)}
    if name in _OF_EACH:
        return {without_name(key): _OF_EACH[name](value, *(evaluate(a, database, at) for a in tree.args[1:]))
                for key, value in evaluate(tree.args[0], database, at).items()}
    raise UnknownError(name)


def _over_range(tree, database, at, function: Callable):
    *_, selector = tree.args if tree.func.name == "quantile_over_time" else tree.args[:1]
    if type(selector).__name__ == "SubqueryExpr":
        return _over_subquery(selector, database, at, function)
    if type(selector).__name__ != "MatrixSelector":
        raise UnknownError(type(selector).__name__)
    span = selector.range.total_seconds()
    offset = selector.vector_selector.offset
    at -= offset.total_seconds() if isinstance(offset, timedelta) else 0.0
    found = {}
    for key, samples in database.matching(selector.vector_selector):
        inside = samples_in(samples, at - span, at)
        value = function(inside, at - span, at) if inside else None
        if value is not None:
            found[without_name(key)] = value
    return found


def _over_subquery(tree, database, at, function: Callable):
    """Of the inner expression at each step of the range; the steps are multiples of their length, a minute if none is said."""
    span = tree.range.total_seconds()
    step = tree.step.total_seconds() if isinstance(tree.step, timedelta) else 60.0
    found: dict[Labels, list[tuple[float, float]]] = {}
    when = (at - span) // step * step + step
    while when <= at:
        for key, value in evaluate(tree.expr, database, when).items():
            found.setdefault(without_name(key), []).append((when, value))
        when += step
    values = {key: function(samples, at - span, at) for key, samples in found.items()}
    return {key: value for key, value in values.items() if value is not None}


def _grown(samples, start: float, end: float, counter: bool, per: float = 1.0) -> float | None:
    """How much a series grew in a range, extrapolated to its ends and divided by `per`; a counter that falls was set back to 0."""
    if len(samples) < 2:
        return None
    (first, low), (last, high) = samples[0], samples[-1]
    grown = high - low
    if counter:
        grown += sum(before for (_, before), (_, after) in zip(samples, samples[1:]) if after < before)
    sampled = last - first
    gap = sampled / (len(samples) - 1)
    to_start, to_end = first - start, end - last
    if counter and grown > 0 and low >= 0:
        to_start = min(to_start, sampled * low / grown)
    reach = sampled + (to_start if to_start < 1.1 * gap else gap / 2) + (to_end if to_end < 1.1 * gap else gap / 2)
    return grown * (reach / sampled / per)  # in the server's order, so that the last digit agrees


def _rate(samples, start, end):
    return _grown(samples, start, end, counter=True, per=end - start)


def _irate(samples, start, end):
    if len(samples) < 2:
        return None
    (first, before), (last, after) = samples[-2:]
    return (after - before if after >= before else after) / (last - first)


_OVER_RANGE = {
    "rate": _rate, "irate": _irate,
    "increase": lambda samples, start, end: _grown(samples, start, end, counter=True),
    "delta": lambda samples, start, end: _grown(samples, start, end, counter=False),
    "max_over_time": lambda samples, *_: max(value for _, value in samples),
    "min_over_time": lambda samples, *_: min(value for _, value in samples),
    "avg_over_time": lambda samples, *_: sum(value for _, value in samples) / len(samples),
    "sum_over_time": lambda samples, *_: sum(value for _, value in samples),
    "last_over_time": lambda samples, *_: samples[-1][1],
    "count_over_time": lambda samples, *_: float(len(samples)),
    "changes": lambda samples, *_: float(sum(a != b for (_, a), (_, b) in zip(samples, samples[1:]))),
}
_OF_EACH = {"abs": abs, "clamp_min": max, "clamp_max": min, "sqrt": lambda value: math.sqrt(value) if value >= 0 else math.nan,
            "ceil": lambda value: float(math.ceil(value)), "floor": lambda value: float(math.floor(value))}


def histogram_quantile(q: float, vector: Vector) -> Vector:
    """Of each histogram in `vector`, whose buckets are told apart by `le`: the quantile, by a line within its bucket."""
    histograms: dict[Labels, list[tuple[float, float]]] = {}
    for key, value in vector.items():
        le = dict(key).get("le")
        if le is None:
            continue  # no bucket
        rest = frozenset((name, text) for name, text in key if name not in ("le", NAME))
        histograms.setdefault(rest, []).append((float(le.replace("+Inf", "inf")), value))
    found = {}
    for key, buckets in histograms.items():
        buckets.sort()
        if len(buckets) < 2 or buckets[-1][0] != math.inf or not buckets[-1][1] > 0:
            found[key] = math.nan
            continue
        if not 0 <= q <= 1:
            found[key] = math.copysign(math.inf, q)
            continue
        rank = q * buckets[-1][1]
        at = next(i for i, (_, count) in enumerate(buckets) if count >= rank)
        if at == len(buckets) - 1:
            found[key] = buckets[-2][0]
            continue
        low, below = buckets[at - 1] if at else (0.0, 0.0)
        high, count = buckets[at]
        found[key] = high if count == below else low + (high - low) * (rank - below) / (count - below)
    return found


# ── aggregations and operators ──────────────────────────────────────────────────────────────────────────────────


def _aggregate(tree, database, at):
    groups: dict[Labels, list[float]] = {}
    vector = evaluate(tree.expr, database, at)
    if isinstance(vector, float):
        raise PromqlError("an aggregation of a scalar")
    for key, value in vector.items():
        groups.setdefault(_group(key, tree.modifier), []).append(value)
    name = str(tree.op)
    if name not in _AGGREGATIONS:
        raise UnknownError(name)
    return {key: float(_AGGREGATIONS[name](values)) for key, values in groups.items()}


def _group(key: Labels, modifier) -> Labels:
    names = set(modifier.labels) if modifier else set()
    if modifier and str(modifier.type).endswith("Without"):
        return frozenset((name, value) for name, value in key if name not in names and name != NAME)
    return frozenset((name, value) for name, value in key if name in names)


_AGGREGATIONS = {"sum": sum, "max": max, "min": min, "avg": lambda values: sum(values) / len(values), "count": len,
                 "group": lambda values: 1.0}
_ARITHMETIC = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a),
    "%": lambda a, b: math.fmod(a, b) if b else math.nan, "^": lambda a, b: a ** b}
_COMPARISONS = {">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
                "==": lambda a, b: a == b, "!=": lambda a, b: a != b}


def _binary(tree, database, at):
    left, right, op = evaluate(tree.lhs, database, at), evaluate(tree.rhs, database, at), str(tree.op)
    modifier = tree.modifier
    as_bool = bool(modifier and modifier.return_bool)
    if op in ("and", "or", "unless"):
        return _sets(op, left, right, modifier)
    if isinstance(left, float) and isinstance(right, float):
        return _ARITHMETIC[op](left, right) if op in _ARITHMETIC else float(_COMPARISONS[op](left, right))
    if isinstance(left, float) or isinstance(right, float):
        vector = right if isinstance(left, float) else left
        pairs = [(key, value, *((left, value) if isinstance(left, float) else (value, right))) for key, value in vector.items()]
    else:
        pairs = list(_matched(left, right, modifier))
    found = {}
    for key, kept, a, b in pairs:
        if op in _ARITHMETIC:
            found[without_name(key)] = _ARITHMETIC[op](a, b)
        elif as_bool:
            found[without_name(key)] = float(_COMPARISONS[op](a, b))
        elif _COMPARISONS[op](a, b):
            found[key] = kept
    return found


def _signature(key: Labels, modifier) -> Labels:
    matching = modifier.matching if modifier else None
    if matching is None:
        return without_name(key)
    listed = set(matching.labels)
    if str(matching.type).endswith("Include"):
        return frozenset((name, value) for name, value in key if name in listed)
    return frozenset((name, value) for name, value in key if name not in listed and name != NAME)


def _matched(left: Vector, right: Vector, modifier):
    """(labels of the result, value that a comparison keeps, left value, right value) of the pairs that belong together."""
    card = str(modifier.card).rpartition(".")[2] if modifier else "OneToOne"
    many, one, swapped = (right, left, True) if card == "OneToMany" else (left, right, False)
    by = {}
    for key, value in one.items():
        if _signature(key, modifier) in by:
            raise PromqlError("several series of one side belong to one of the other")
        by[_signature(key, modifier)] = key, value
    seen = set()
    for key, value in many.items():
        signature = _signature(key, modifier)
        if signature not in by:
            continue
        if card == "OneToOne" and signature in seen:
            raise PromqlError("several series of one side belong to one of the other")
        seen.add(signature)
        other, its = by[signature]
        result = signature if card == "OneToOne" and modifier and modifier.matching else key
        result = result | {(n, v) for n, v in other if modifier and n in (modifier.group_labels or [])}
        yield result, value, *((its, value) if swapped else (value, its))


def _sets(op: str, left: Vector, right: Vector, modifier) -> Vector:
    there = {_signature(key, modifier) for key in right}
    if op == "or":
        have = {_signature(key, modifier) for key in left}
        return left | {key: value for key, value in right.items() if _signature(key, modifier) not in have}
    return {key: value for key, value in left.items() if (_signature(key, modifier) in there) == (op == "and")}


_KINDS = {"NumberLiteral": _number, "ParenExpr": _paren, "UnaryExpr": _negative, "VectorSelector": _selector, "Call": _call,
          "AggregateExpr": _aggregate, "BinaryExpr": _binary}


# ── to look at an expression ────────────────────────────────────────────────────────────────────────────────────


def parts_of(tree) -> Iterator:
    """The tree and all that is in it."""
    yield tree
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        inner = getattr(tree, name, None)
        if inner is not None:
            yield from parts_of(inner)
    for argument in getattr(tree, "args", None) or []:
        yield from parts_of(argument)


def metrics_in(text: str) -> set[str]:
    """The names of the metrics that an expression reads. Raises PromqlError."""
    found = set()
    for part in parts_of(parsed(text)):
        if type(part).__name__ == "VectorSelector":
            named = {m.value for m in part.matchers.matchers if m.name == NAME and str(m.op).endswith(".Equal")}
            found |= {part.name} if part.name else named
    return found


def called_on(text: str, functions: set[str]) -> set[str]:
    """The names of the metrics whose ranges are handed to one of `functions`. Raises PromqlError."""
    return {part.args[0].vector_selector.name for part in parts_of(parsed(text))
            if type(part).__name__ == "Call" and part.func.name in functions and type(part.args[0]).__name__ == "MatrixSelector"}


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────


def seconds(duration) -> float:
    """`2m` -> 120.0; None, as where `for:` is left out, is 0. Raises PromqlError."""
    if duration in (None, 0):
        return 0.0
    try:
        return promql.parse_duration(duration).total_seconds()
    except (ValueError, TypeError):
        raise PromqlError(f"{duration!r} is no duration") from None


@dataclass
class Server:
    """Runs the rules of groups over a database, a round at a time, as Prometheus does."""

    groups: list[Mapping]
    database: Database = field(default_factory=Database)
    since: dict[tuple[str, Labels], float] = field(default_factory=dict)  # when an alert became active

    def round(self, at: float) -> dict[str, str]:
        """Evaluate all rules once; {alert: "pending" or "firing"} of those that are active. Raises PromqlError."""
        states: dict[str, str] = {}
        for rule in (rule for group in self.groups for rule in group["rules"]):
            value = evaluate(rule["expr"], self.database, at)
            vector = {frozenset(): value} if isinstance(value, float) else value
            if "record" in rule:
                for key, each in vector.items():
                    self.database.put(without_name(key) | {(NAME, rule["record"])}, at, each)
                continue
            name = rule["alert"]
            for gone in [each for each in self.since if each[0] == name and each[1] not in vector]:
                del self.since[gone]
            for key in vector:
                began = self.since.setdefault((name, key), at)
                if at - began >= seconds(rule.get("for")):
                    states[name] = "firing"
                else:
                    states.setdefault(name, "pending")
        return states
