"""A log of predictions, judged by the bytes that are in its files, whatever happens to its process."""
import hashlib
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_prediction_log as probes

NAMED = {"key": b"a secret", "model": "v1", "features": ["length", "words"], "classes": ["yes", "no"], "largest": 100_000, "keep": 9}
FIRST = "00000001.jsonl"
TEXTS = ["Ann Miller, 4 Elm Street", "", "Zoë\nasks: \"why?\"", "x" * 300, "Ann Miller, 4 Elm Street ", "0171 234567"]


def of_key(text: str, key: bytes) -> str:
    """HMAC-SHA256 by its definition in RFC 2104: blocks of 64 bytes, and two hashes."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + text.encode()).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


def asked(number: int, **change):
    """The arguments of `append` for request number so and so."""
    return {"time": 1.7e9 + number / 8, "request": f"r-{number}", "text": TEXTS[number % len(TEXTS)],
            "features": {"length": number / 4, "words": -1.0 - number}, "label": ["yes", "no"][number % 2], "confidence": number % 5 / 4, **change}


def record_of(*, text, key=NAMED["key"], model=NAMED["model"], **others):
    return {**others, "model": model, "inputs": of_key(text, key)}


def line_of(record) -> bytes:
    return json.dumps(record).encode() + b"\n"


def records_in(files) -> list:
    """What stands in the files, of which each line has to end with a newline and to be JSON."""
    found = []
    for name in sorted(files):
        *lines, tail = files[name].split(b"\n")
        expect(tail, equals=b"", note=f"what follows the last newline of {name}")
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                raise AssertionError(f"{name} has a line that is no JSON: {line[:80]!r}") from None
    return found


@supporting  # its results are texts
@given(text=st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8"), max_size=8), key=st.binary(min_size=1, max_size=80))
def test_fingerprint(work, text, key):
    """fingerprint: HMAC-SHA256 with the key, in hexadecimal digits; an empty key raises ValueError."""
    expect(work.fingerprint(text, key=key), equals=of_key(text, key), given={"text": text, "key": key})
    with expect_raises(ValueError, given={"text": text, "key": b""}):
        work.fingerprint(text, key=b"")


def test_what_a_record_has(work):
    """append: one line of JSON for each record with the fields of the schema, and later lines change no earlier ones."""
    for first in (0, 3):
        asks = [asked(number) for number in range(first, first + 4)]
        seen = work.run(probes.written, asks, **NAMED)
        expect([records_in(files) for _, files in seen[1:]], equals=[[record_of(**each) for each in asks[:n]] for n in range(1, 5)],
               given={"appended": asks}, note="the records in the files after each one, while the log is open")
        for (_, before), (_, after) in zip(seen[1:], seen[2:]):
            expect_true(list(after) == [FIRST] and after[FIRST].startswith(before[FIRST]), got=after, want="the same bytes, and more after them",
                        given={"before": before})


def test_survives_kill(work):
    """append: when it returns, the record is in the file, whole, although nobody has closed or flushed anything."""
    asks = [asked(number) for number in range(3)]
    for number, (_, files) in enumerate(work.run(probes.written, asks, **NAMED)[1:], start=1):
        expect_true(files.get(FIRST, b"").count(b"\n") == number and files[FIRST].endswith(b"\n"), got=files,
                    want=f"{number} whole lines in {FIRST}", given={"appended": asks[:number]}, note="what a kill would leave")


def test_knows_no_names(work):
    """No file has the text of an input, its hash without the key, or the key."""
    asks = [asked(0), asked(5), asked(2), asked(0, request="r-9")]
    for key in (b"a secret", b"another secret"):
        named = {**NAMED, "key": key}
        files = work.run(probes.written, asks, **named)[-1][1]
        expect([record.get("inputs") for record in records_in(files)], equals=[of_key(each["text"], key) for each in asks],
               given={"texts": [each["text"] for each in asks], "key": key}, note="the fingerprints")
        everything = b"".join(files.values())
        for secret in ("Miller", "0171 234567", "Zo", key.decode(), key.hex(), *(hashlib.sha256(each["text"].encode()).hexdigest() for each in asks)):
            expect_true(secret.encode() not in everything, got=f"{secret!r} in a file", want="no trace of it", given={"appended": asks})


def torn(files, at: int):
    """The files, the last one cut off after `at` bytes."""
    last = max(files)
    return {**files, last: files[last][:at]}


def test_continues_after_a_torn_record(work):
    """A log that was killed in the middle of a record loses that record and no other, and the next one is whole."""
    lines = [line_of(record_of(**asked(number))) for number in (1, 2)]
    for others in ({}, {FIRST: line_of(record_of(**asked(0)))}):
        last = {f"{len(others) + 1:08d}.jsonl": b"".join(lines)}
        total, first = len(lines[0]) + len(lines[1]), len(lines[0])
        cuts = [total, total - 1, total - 2, first + 40, first + 1, first, first - 1, 1, 0]
        folders = [torn({**others, **last}, at) for at in cuts]
        got = work.run(probes.continued, folders, asked(7), **NAMED)
        for at, files, (after, said) in zip(cuts, folders, got):
            name = max(files)
            whole = files[name][:files[name].rfind(b"\n") + 1]
            given = {"files": files, "cut off after": at}
            expect_true(set(after) == set(files) and after[name].startswith(whole) and after[name].count(b"\n") == whole.count(b"\n") + 1, got=after,
                        want="the whole lines as they were, and one more", given=given, note="the files after one more record")
            want = [record_of(**asked(0))] * len(others) + [json.loads(line) for line in whole.splitlines()] + [record_of(**asked(7))]
            expect(said, equals=want, given=given, note="what read gives then")


def test_read(work):
    """read: all whole records in order, also while the last one is being written, and no file is changed."""
    lines = [line_of(record_of(**asked(number))) for number in range(4)]
    folders = [{}, {FIRST: b""}, {FIRST: lines[0]}, {FIRST: lines[0] + lines[1][:-1]}, {FIRST: lines[0] + lines[1][:20]}, {FIRST: lines[2][:5]},
               {FIRST: lines[0] + lines[1], "00000002.jsonl": lines[2] + lines[3]}, {"00000009.jsonl": lines[0], "00000010.jsonl": lines[1] + b'{"'},
               {"00000010.jsonl": lines[0], "00000009.jsonl": lines[3] + lines[2], "00000011.jsonl": b""}, {FIRST: lines[0], "notes.txt": b"not of the log"}]
    for files, (said, same) in zip(folders, work.run(probes.reads, folders)):
        want = [json.loads(line) for name in sorted(files) if name.endswith(".jsonl") for line in files[name].split(b"\n")[:-1]]
        expect(said, equals=want, given={"files": files})
        expect(same, equals=True, given={"files": files}, note="whether the files are as they were")


def test_read_makes_nothing_up(work):
    """read: a line that is no JSON object, or a torn record before the last file's end, raises ValueError."""
    lines = [line_of(record_of(**asked(number))) for number in range(3)]
    folders = [{FIRST: lines[0][:20] + b"\n" + lines[1]}, {FIRST: lines[0] + lines[1][:30] + lines[2]}, {FIRST: lines[0][:-1], "00000002.jsonl": lines[1]},
               {FIRST: b"[1, 2]\n"}, {FIRST: lines[0] + b"\n" + lines[1]}, {FIRST: lines[0] + b"\xff\xfe\n"}, {FIRST: lines[0] + b"0\n"},
               {FIRST: lines[0] + b'{"', "00000002.jsonl": b""}]
    for numbers, (said, _) in zip(((0, 2), (1,)), work.run(probes.reads, [{FIRST: lines[0] + lines[2]}, {FIRST: lines[1]}])):
        expect(said, equals=[record_of(**asked(number)) for number in numbers], given={"files": "whole ones"})
    for files, (said, _) in zip(folders, work.run(probes.reads, folders)):
        expect(said, equals="ValueError", given={"files": files})


@given(largest=st.sampled_from([1, 400, 700, 1500]), keep=st.sampled_from([1, 2, 9]), number=st.sampled_from([0, 1, 9, 41]), count=st.integers(1, 9))
@settings(max_examples=25)
def test_rotation(work, largest, keep, number, count):
    """A new file begins, one number higher, when a record would make the last one too large; the newest `keep` files stay."""
    named = {**NAMED, "largest": largest, "keep": keep}
    asks = [asked(each, text="x") for each in range(count)]
    before = {f"{number:08d}.jsonl": line_of(record_of(**asked(0)))} if number else {}
    last = number or 1
    expected = {f"{last:08d}.jsonl": [*before.values()]}
    for each, (_, files) in zip(asks, work.run(probes.written, asks, files=before, **named)[1:]):
        everything = [line for name in sorted(files) for line in files[name].splitlines(keepends=True)]
        line = everything[-1] if everything else b""
        already = sum(map(len, expected[f"{last:08d}.jsonl"]))
        if already and already + len(line) > largest:
            last += 1
            expected[f"{last:08d}.jsonl"] = []
        expected[f"{last:08d}.jsonl"].append(line)
        expected = {name: expected[name] for name in sorted(expected)[-keep:]}
        given = {"largest": largest, "keep": keep, "files before": before, "the record": each}
        expect(dict(files), equals={name: b"".join(lines) for name, lines in expected.items()}, given=given, note="the files")
        expect(json.loads(line), equals=record_of(**each), given=given, note="the last line")


@pytest.mark.parametrize("largest", ["exactly", "one byte less"])
def test_a_full_file(work, largest):
    """A record that fits just into the largest size stays in its file, and one byte less begins another."""
    for first in (1, 3):
        asks = [asked(first), asked(first + 1), asked(0)]
        whole = work.run(probes.written, asks[:2], **NAMED)[-1][1]
        size = len(whole.get(FIRST, b"")) - (largest != "exactly")
        files = work.run(probes.written, asks[:2], **{**NAMED, "largest": size})[-1][1]
        expect([len(files[name].splitlines()) for name in sorted(files)], equals=[2] if largest == "exactly" else [1, 1],
               given={"appended": asks[:2], "largest": size}, note="how many records each file has")


@pytest.mark.parametrize("change", [
    {"request": ""}, {"request": "r 1"}, {"request": "Ann@mail.example"}, {"request": "r" * 65}, {"request": "r-1\n"}, {"time": math.nan}, {"time": math.inf},
    {"features": {"length": 1.0}}, {"features": {"length": 1.0, "words": 2.0, "name": 1.0}}, {"features": {"length": 1.0, "words": math.nan}},
    {"features": {"length": -math.inf, "words": 1.0}}, {"label": "maybe"}, {"label": ""}, {"confidence": 1.01}, {"confidence": -0.01}, {"confidence": math.nan}])
def test_refuses_what_is_not_in_the_schema(work, change):
    """append: what the schema does not allow raises ValueError, and not a byte is written."""
    edges = [asked(1, request="r" * 64), asked(2, confidence=1.0), asked(3, confidence=0.0, time=0.0, request="A_-9")]
    for largest in (NAMED["largest"], 1):
        seen = work.run(probes.written, [*edges, asked(4, **change), asked(5)], **{**NAMED, "largest": largest})
        given = {"append": asked(4, **change), "largest": largest}
        expect([said for said, _ in seen], equals=["", "", "", "", "ValueError", ""], given=given, note="what the constructor and each append say")
        expect(seen[4][1], equals=seen[3][1], given=given, note="the files after the refused record")
        expect(records_in(seen[-1][1]), equals=[record_of(**each) for each in [*edges, asked(5)]], given=given, note="the records at the end")


@pytest.mark.parametrize("change", [{"key": b""}, {"largest": 0}, {"keep": 0}, {"features": ["a", "a"]}, {"classes": ["a", "b", "a"]}])
def test_refuses_a_log(work, change):
    """PredictionLog: an empty key, repeated names, and sizes below 1 raise ValueError."""
    for allowed in ({}, {"largest": 1, "keep": 1, "features": [], "classes": ["a"]}):
        expect(work.run(probes.made, **{**NAMED, **allowed}), equals="a log", given={**NAMED, **allowed})
    expect(work.run(probes.made, **{**NAMED, **change}), equals="ValueError", given={**NAMED, **change})


def test_close(work):
    """close: the log writes no more; append raises ValueError then, and a second close does nothing."""
    for largest in (NAMED["largest"], 1):
        before, said, after = work.run(probes.after_closing, asked(int(np.log2(largest))), **{**NAMED, "largest": largest})
        expect(records_in(before), equals=[record_of(**asked(int(np.log2(largest))))], note="the records after closing twice")
        expect(said, equals="ValueError", note="append after close")
        expect(after, equals=before, note="the files after that")
