"""Find the function: a task for search by meaning, made of what is installed.

    "Butterworth digital and analog filter design."  ──>  scipy.signal: butter(N, Wn, btype, analog, output, fs)

The first sentence of a function's docstring is the query, and the function's name and parameters, without that sentence, are
the document that is to be found. Functions are read out of the packages' files with `ast`: no package is imported. Whose
sentences a model learns from, and who is searched for, are in different modules.

    task = make_task(harvest())
    scores = similarities(vectors of task.queries, vectors of task.documents)       # (queries, documents)
    the right document of query i is task.answers[i]
"""
import ast
import importlib.util
import inspect
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64

PACKAGES = ("matplotlib", "networkx", "numpy", "scipy", "sklearn")
SKIPPED = {"tests", "testing", "test", "externals", "extern", "_vendored", "vendor", "benchmarks", "examples", "conftest.py", "setup.py"}
TOP_FUNCTION = re.compile(r"^(async )?def [a-zA-Z]", re.MULTILINE)
FEWEST_WORDS, MOST_WORDS = 4, 40


class Function(NamedTuple):
    """A function of a package: what it is called, what it takes, and what its docstring says first."""

    name: str                     # "scipy.signal.butter": without the private parts of its path
    parameters: tuple[str, ...]   # ("N", "Wn", "btype", ...)
    sentence: str                 # "Butterworth digital and analog filter design."
    module: str                   # "scipy.signal._filter_design"

    @property
    def document(self) -> str:
        """What stands in an index: "signal butter: N, Wn, btype, analog". Nothing of the sentence."""
        return f"{' '.join(self.name.split('.')[1:]).replace('_', ' ')}: {', '.join(self.parameters).replace('_', ' ')}"


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────


def harvest(packages: Sequence[str] = PACKAGES) -> list[Function]:
    """The public functions of packages whose docstring begins with a sentence, in the order of their names.

    Those whose sentence or document another one has too are left out, but for the first. Raises ModuleNotFoundError for a
    package that is not installed.
    """
    found = sorted(function for package in packages for file, module in files_of(package)
                   for function in functions_of(file.read_text(encoding="utf-8", errors="replace"), module))
    sentences, documents, kept = set(), set(), []
    for function in found:
        sentence, document = function.sentence.lower(), function.document.lower()
        if sentence not in sentences and document not in documents:
            kept.append(function)
        sentences.add(sentence)
        documents.add(document)
    return kept


def files_of(package: str) -> Iterator[tuple[Path, str]]:
    """Each Python file of a package but for its tests, with its module's name."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"There is no package {package} to read functions from: pip install {package}", name=package)
    root = Path(spec.submodule_search_locations[0])
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).parts
        if not SKIPPED.intersection(parts):
            yield file, ".".join([package, *parts[:-1], *([] if file.stem == "__init__" else [file.stem])])


def functions_of(text: str, module: str) -> Iterator[Function]:
    """The functions at the top of a module's text that are public and have a sentence."""
    if not TOP_FUNCTION.search(text):  # reading takes a third of the time of parsing
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's invalid escapes
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError):
            return
    place = ".".join(part for part in module.split(".") if not part.startswith("_"))
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            sentence = first_sentence(ast.get_docstring(node, clean=False) or "")
            if FEWEST_WORDS <= len(sentence.split()) <= MOST_WORDS:
                yield Function(f"{place}.{node.name}", parameters_of(node.args), sentence, module)


def parameters_of(arguments: ast.arguments) -> tuple[str, ...]:
    several = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return tuple(each.arg for each in several if each is not None and not each.arg.startswith("_"))


ROLE = re.compile(r":[a-zA-Z:]+:`~?([^`<]*?)(?:\s*<[^`]*>)?`")   # :func:`~numpy.linalg.norm` -> numpy.linalg.norm
END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)\s+(?=[A-Z`])")


def first_sentence(docstring: str) -> str:
    """The first sentence of a docstring, without its markup."""
    paragraph = inspect.cleandoc(docstring).split("\n\n", 1)[0]
    text = " ".join(ROLE.sub(r"\1", paragraph).replace("`", "").replace("*", "").split())
    return END.split(text, 1)[0]


# ── the task ─────────────────────────────────────────────────────────────────────────────────────────────


class Task(NamedTuple):
    """What is searched for, where, and what may be learned from."""

    functions: list[Function]                # what the index holds
    queries: list[str]                       # a sentence of each
    documents: list[str]                     # what the index knows of each
    answers: Int64[np.ndarray, "queries"]    # the place of each query's document
    training: list[str]                      # sentences and documents of functions of other modules


def make_task(found: Sequence[Function] | None = None, *, size: int = 1_500, seed: int = 0) -> Task:
    """Take whole modules, in an order that the seed gives, until `size` functions are in the index; learn from the others.

    Of the last module that is taken, functions beyond `size` are in neither part. `found` is what `harvest` finds unless
    it is given. Raises ValueError where there are not more than `size` functions.
    """
    found = harvest() if found is None else list(found)
    if not 1 <= size < len(found):
        raise ValueError(f"{size} functions were asked for, of {len(found)}; some are to remain to learn from")
    modules = sorted({function.module for function in found})
    np.random.default_rng(seed).shuffle(modules)
    members = {module: [] for module in modules}
    for function in found:
        members[function.module].append(function)
    chosen, others = [], []
    for module in modules:
        (chosen if len(chosen) < size else others).extend(members[module])
    chosen = sorted(chosen[:size])
    training = sorted(text for function in others for text in (function.sentence, function.document))
    return Task(chosen, [function.sentence for function in chosen], [function.document for function in chosen],
                np.arange(size), training)


# ── searching ────────────────────────────────────────────────────────────────────────────────────────────


def similarities(queries: Float32[np.ndarray, "queries width"],
                 documents: Float32[np.ndarray, "documents width"]) -> Float32[np.ndarray, "queries documents"]:
    """The cosine of the angle between each two, for vectors of length 1."""
    return queries @ documents.T


def tfidf(task: Task, kind: str = "words") -> Float32[np.ndarray, "queries documents"]:
    """The same by counting: "words", or the "characters" of words, three to five in a row. Rare ones count more: how rare they
    are is seen in the documents and in the training texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    how = {"words": {"analyzer": "word"}, "characters": {"analyzer": "char_wb", "ngram_range": (3, 5)}}[kind]
    vectorizer = TfidfVectorizer(sublinear_tf=True, **how).fit(task.documents + task.training)
    return (vectorizer.transform(task.queries) @ vectorizer.transform(task.documents).T).toarray().astype(np.float32)


class Index:
    """The functions with their documents' vectors: asked for by vectors, it answers with functions."""

    def __init__(self, functions: Sequence[Function], vectors: Float32[np.ndarray, "functions width"]):
        if len(functions) != len(vectors):
            raise ValueError(f"{len(functions)} functions beside {len(vectors)} vectors")
        self.functions, self.vectors = list(functions), vectors

    def search(self, vectors: Float32[np.ndarray, "queries width"], count: int = 10) -> list[list[tuple[Function, float]]]:
        """For each query its `count` best functions with their similarities, best first; of equal ones the earlier."""
        scores = similarities(vectors, self.vectors)                               # (queries, functions)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :count]               # (queries, count)
        return [[(self.functions[place], float(row[place])) for place in places] for row, places in zip(scores, best)]
