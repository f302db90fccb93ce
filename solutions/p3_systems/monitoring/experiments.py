"""Given: the streams of the study, and what your functions find in them. Nothing is drawn or judged here."""
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.ndimage import rotate

from exercises.common import datasets, functions, minilm

from .drift_monitor import DriftMonitor
from .figures import CHANGE, FIRST_YEAR, NILE
from .ks_pvalue import exact_pvalue, ks_pvalue
from .ks_statistic import ks_statistic
from .many_features import holm
from .psi import psi
from .without_labels import calibrate, estimate, isotonic

RATE, K, M, SMALLEST = 0.01, 2, 3, 0.1  # the promise of the monitor, a window; and which D matters
LEVEL = 0.05                            # of those who promise nothing
LABELS = 30                             # of a window, for comparison: what a person would have to look at
TOP = 10                                # an answer is right where the function is among so many
NEW, SHORT, HARD = "new package", "three words", "hard ones"
BEST, LEAD, TENTH, WORDS, UNKNOWN = FEATURES = ("best cosine", "lead", "tenth cosine", "words", "unknown words")
CONFIDENCE, INK, HEIGHT, WIDTH, SLANT = OF_DIGITS = ("confidence", "ink", "height", "width", "slant")
REFERENCE_YEARS, WINDOW_YEARS = 20, 5


class Answered(NamedTuple):
    """What the service can see of its queries, and what it cannot: whether the right function was among the first ten."""

    features: np.ndarray  # (queries, features)
    right: np.ndarray     # (queries,), bool

    def at(self, places: np.ndarray) -> "Answered":
        return Answered(self.features[places], self.right[places])


class Stretch(NamedTuple):
    """What was found in successive windows of a stream."""

    distance: np.ndarray   # (windows, features): your D, of the window and the reference
    p: np.ndarray          # (windows, features)
    true: np.ndarray       # (windows,): the share of right answers
    estimated: np.ndarray  # (windows,): the same, without labels
    labelled: np.ndarray   # (windows,): the same, of the few that were looked at

    def then(self, later: "Stretch") -> "Stretch":
        return Stretch(*(np.concatenate(pair) for pair in zip(self, later)))


# ── the search service ───────────────────────────────────────────────────────────────────────────────────


def make_pools(options, progress) -> dict[str, Answered]:
    """{"": the queries of indexed functions, NEW: those of the package that is not indexed, SHORT: the first ones cut short}."""
    reading = progress.add_task("functions", total=None)
    found = functions.harvest([*options.packages, options.new])
    known = [each for each in found if not each.name.startswith(f"{options.new}.")]
    task = functions.make_task(known, size=min(options.size, len(known) - 1), seed=options.seed)
    random = np.random.default_rng(options.seed)
    new = [each.sentence for each in found if each.name.startswith(f"{options.new}.")]
    new = [new[place] for place in random.permutation(len(new))[:options.queries // 2]]
    chosen = np.sort(random.permutation(len(task.queries))[:options.queries])
    progress.remove_task(reading)

    texts = {"": [task.queries[place] for place in chosen], NEW: new}
    texts[SHORT] = [" ".join(text.split()[:3]) for text in texts[""]]
    answers = {"": task.answers[chosen], NEW: np.full(len(new), -1), SHORT: task.answers[chosen]}  # -1: no document is right
    search = by_meaning if options.search == "minilm" else by_letters
    scores = search(task, [text for each in texts.values() for text in each], options.blocks, progress)
    vocabulary = {word for document in task.documents for word in words_of(document)}
    ends = np.cumsum([len(each) for each in texts.values()])[:-1]
    return {name: answered(texts[name], part, answers[name], vocabulary) for name, part in zip(texts, np.split(scores, ends))}


def by_meaning(task: functions.Task, texts: list[str], blocks: int | None, progress) -> np.ndarray:
    """(texts, documents): the cosines of MiniLM's vectors, each text embedded once."""
    tokens, encoder = minilm.Tokens(), minilm.load()
    encoder.blocks = encoder.blocks[:blocks]
    bar = progress.add_task("embedding", total=len(task.documents) + len(texts))
    documents, queries = (minilm.embed(encoder, each, tokens, progress=lambda done: progress.advance(bar, done))
                          for each in (task.documents, texts))
    return functions.similarities(queries, documents)


def by_letters(task: functions.Task, texts: list[str], blocks: int | None, progress) -> np.ndarray:
    """The same by counting three to five letters in a row; needs no weights."""
    return functions.tfidf(task._replace(queries=texts), "characters")


def words_of(text: str) -> list[str]:
    return [word for word in (part.strip(".,:;()").lower() for part in text.split()) if word]


def answered(texts: Sequence[str], scores: np.ndarray, answers: np.ndarray, vocabulary: set[str]) -> Answered:
    """What can be seen of a query and its answers, and whether these are right."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]                      # (queries, 10)
    best = np.take_along_axis(scores, order, axis=1).astype(np.float64)              # (queries, 10), descending
    words = [words_of(text) for text in texts]
    unknown = [np.mean([word not in vocabulary for word in each]) if each else 0.0 for each in words]
    features = np.stack([best[:, 0], best[:, 0] - best[:, 1], best[:, -1], [float(len(each)) for each in words], unknown], axis=1)
    return Answered(features, (order == answers[:, None]).any(axis=1))


# ── windows of a stream ──────────────────────────────────────────────────────────────────────────────────


class Watched(NamedTuple):
    """One seed's service: its reference, its traffic, and the calibration that it has from labelled queries of its own."""

    reference: np.ndarray      # (values, features)
    traffic: dict[str, Answered]
    points: np.ndarray         # of the calibration: P(right | best cosine)
    values: np.ndarray


def watched(pools: dict[str, Answered], size: int, random: np.random.Generator) -> Watched:
    """Half of the indexed functions' queries are labelled, and calibrate; the others are asked, again and again."""
    usual = pools[""]
    labelled, asked = np.split(random.permutation(len(usual.right)), [len(usual.right) // 2])
    best = usual.features[asked, 0]
    traffic = {"": usual.at(asked), NEW: pools[NEW], SHORT: pools[SHORT].at(asked),
               HARD: usual.at(asked[best <= np.quantile(best, 0.4)])}
    points, values = isotonic(usual.features[labelled, 0], usual.right[labelled])
    return Watched(drawn(traffic[""], size, random).features, traffic, points, values)


def drawn(pool: Answered, count: int, random: np.random.Generator) -> Answered:
    return pool.at(random.integers(len(pool.right), size=count))


def stretch(service: Watched, stream: Answered, window: int) -> Stretch:
    """Compare window after window with the reference, and estimate the share of right answers in each."""
    found = []
    for start in range(0, len(stream.right) - window + 1, window):
        part = stream.at(np.arange(start, start + window))
        distances, p = compared(service.reference, part.features)
        probability = calibrate(part.features[:, 0], service.points, service.values)
        found.append((distances, p, part.right.mean(), estimate(probability, np.ones(window, dtype=bool))[0],
                      part.right[:LABELS].mean()))  # in no order, so the first ones are a random sample
    return Stretch(*(np.array(column) for column in zip(*found)))


def compared(reference: np.ndarray, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(D, p) of each feature, by your KS test."""
    distances = [ks_statistic(reference[:, place], window[:, place])[0] for place in range(reference.shape[1])]
    return np.array(distances), np.array([ks_pvalue(each, len(reference), len(window)) for each in distances])


def mixed(service: Watched, kind: str, share: float, count: int, late: int, random: np.random.Generator) -> Answered:
    """`count` queries. From the one at `late` on, each comes from the pool of this kind with probability `share`."""
    usual, other = drawn(service.traffic[""], count, random), drawn(service.traffic[kind], count, random)
    instead = (random.uniform(size=count) < share) & (np.arange(count) >= late)
    return Answered(np.where(instead[:, None], other.features, usual.features), np.where(instead, other.right, usual.right))


def alarms(found: Stretch, *, k: int = K, m: int = M, names: Sequence[str] = FEATURES) -> np.ndarray:
    """(windows,): whether your monitor is in alarm after each window. What its test finds has been computed before."""
    monitor = DriftMonitor(reference={name: np.zeros(1) for name in names}, test=lambda reference, window: (window[0], window[1]),
                           rate=RATE, smallest=SMALLEST, k=k, m=m)
    rows = zip(found.distance, found.p)
    return np.array([bool(monitor.update({name: np.array(pair) for name, pair in zip(names, zip(*row))})) for row in rows])


def smallest_alarming(reference: int, window: int, names: Sequence[str] = FEATURES) -> float:
    """The D from which on a window of this size is suspicious to your monitor."""
    level = DriftMonitor(reference={name: np.zeros(1) for name in names}, test=lambda *_: (0.0, 1.0), rate=RATE,
                         smallest=SMALLEST, k=K, m=M).level
    steps = np.arange(1, 1001) / 1000
    return max(SMALLEST, next((float(d) for d in steps if ks_pvalue(float(d), reference, window) <= level), 1.0))


class Run(NamedTuple):
    """One seed: the quiet windows, those of each incident that follows, and the queries until the alarm."""

    quiet: Stretch
    after: dict[tuple[str, float], Stretch]   # {(kind, share): the windows from the one in which it begins}
    delay: dict[tuple[str, float], float]     # infinite where no alarm came
    moved: np.ndarray                         # (features, 2): PSI of a quiet window, and of the last of NEW
    samples: dict[str, np.ndarray]            # {"before", "after"}: the features of the windows of a case


def play(pools: dict[str, Answered], cases: Sequence[tuple[str, float]], options, seed: int, advance: Callable[[], object]) -> Run:
    random = np.random.default_rng(seed)
    service = watched(pools, options.reference, random)
    quiet_stream = drawn(service.traffic[""], options.before * options.window, random)
    quiet = stretch(service, quiet_stream, options.window)
    late = int(random.integers(options.window))  # nothing begins where a window does
    after, delay, last = {}, {}, None
    for kind, share in cases:
        stream = mixed(service, kind, share, options.after * options.window, late, random)
        after[kind, share] = stretch(service, stream, options.window)
        called = alarms(quiet.then(after[kind, share]))[options.before:]
        delay[kind, share] = float((called.argmax() + 1) * options.window - late) if called.any() else math.inf
        if (kind, share) == cases[0]:
            last = stream.features[-options.window:]
        advance()
    usual = quiet_stream.features[-options.window:]
    moved = np.array([[psi(column, window[:, place]) for window in (usual, last)]
                      for place, column in enumerate(service.reference.T)])
    many = drawn(service.traffic[""], options.reference, random), mixed(service, *cases[0], options.reference, 0, random)
    return Run(quiet, after, delay, moved, {"before": many[0].features, "after": many[1].features})


def accused(found: Stretch) -> np.ndarray:
    """(windows, features): which features your Holm rejects in each window by itself."""
    return np.array([holm(p) <= LEVEL for p in found.p])


# ── shifts that are known ────────────────────────────────────────────────────────────────────────────────


class River(NamedTuple):
    """The Nile, five years after five years, watched by one test."""

    years: np.ndarray        # (windows,): the last year of each window
    called: np.ndarray       # (windows,): whether the monitor is in alarm after it
    quiet: np.ndarray        # (shuffles,): the share of windows in alarm where the years are in no order

    @property
    def alarm(self) -> float:
        """The year at whose end the alarm came, the first in or after that of the change; infinite if none did."""
        late = self.years[self.called & (self.years >= CHANGE)]
        return float(late[0]) if len(late) else math.inf


def nile(test: Callable[[np.ndarray, np.ndarray], tuple[float, float]], shuffles: int, random: np.random.Generator) -> River:
    """The first twenty years are the reference."""
    def called(flow: np.ndarray) -> np.ndarray:
        monitor = DriftMonitor(reference={"flow": flow[:REFERENCE_YEARS]}, test=test, rate=RATE, smallest=SMALLEST, k=K, m=M)
        return np.array([bool(monitor.update({"flow": window})) for window in flow[REFERENCE_YEARS:].reshape(-1, WINDOW_YEARS)])

    ends = np.arange(FIRST_YEAR + REFERENCE_YEARS + WINDOW_YEARS - 1, FIRST_YEAR + len(NILE), WINDOW_YEARS)
    return River(ends, called(NILE), np.array([called(random.permutation(NILE)).mean() for _ in range(shuffles)]))


def exact_ks(reference: np.ndarray, window: np.ndarray) -> tuple[float, float]:
    """(D, p): your KS test, exact and with its ties; for samples as small as these."""
    distance = ks_statistic(reference, window)[0]
    ties = np.unique(np.concatenate([reference, window]), return_counts=True)[1].tolist()
    return distance, exact_pvalue(distance, len(reference), len(window), ties=ties)


class Turned(NamedTuple):
    """Digits that are turned, by each angle."""

    distance: np.ndarray    # (angles, features): the mean D of the windows
    called: np.ndarray      # (angles,): whether the monitor was in alarm after any of them
    true: np.ndarray        # (angles,): the accuracy
    estimated: np.ndarray   # (angles,)


def digits(angles: Sequence[float], window: int, random: np.random.Generator) -> Turned:
    """A classifier of scikit-learn's digits, calibrated on others, watched while those it is asked are turned."""
    from sklearn.linear_model import LogisticRegression

    data = datasets.digits()
    images = np.concatenate([data.train_images, data.test_images]).reshape(-1, 8, 8).astype(np.float64)
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))  # (images, 12, 12): a margin, so that no ink is turned out of the picture
    labels = np.concatenate([data.train_labels, data.test_labels])
    trained, labelled, usual, asked = np.split(random.permutation(len(labels)), [600, 1000, 1397])
    model = LogisticRegression(max_iter=300).fit(images[trained].reshape(-1, 144), labels[trained])

    def seen(places: np.ndarray, angle: float) -> Answered:
        turned = rotate(images[places], angle, axes=(1, 2), reshape=False, order=1)
        said = model.predict_proba(turned.reshape(-1, 144))
        features = np.column_stack([said.max(axis=1), shape_of(turned)])
        return Answered(features, model.classes_[said.argmax(axis=1)] == labels[places])

    known = seen(labelled, 0)
    service = Watched(seen(usual, 0).features, {}, *isotonic(known.features[:, 0], known.right))
    rows = []
    for angle in angles:
        found = stretch(service, seen(asked, angle), window)
        rows.append((found.distance.mean(axis=0), alarms(found, names=OF_DIGITS).any(), found.true.mean(), found.estimated.mean()))
    return Turned(*(np.array(column) for column in zip(*rows)))


def shape_of(images: np.ndarray) -> np.ndarray:
    """(images, rows, columns) -> (images, 4): ink, and how it is spread: height, width, slant."""
    ink = images.sum(axis=(1, 2))
    weight = images / ink[:, None, None]
    row, column = np.mgrid[:images.shape[1], :images.shape[2]]
    up, right = (each - (weight * each).sum(axis=(1, 2))[:, None, None] for each in (row, column))    # from the middle of the ink
    height, width = (np.sqrt((weight * each ** 2).sum(axis=(1, 2))) for each in (up, right))
    return np.stack([ink, height, width, (weight * up * right).sum(axis=(1, 2)) / (height * width)], axis=1)
