"""What learners get wrong in `prediction_log`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Fingerprints ────────────────────────────────────────────────────────────────────────────────────────────────

HMAC = "hmac.new(key, text.encode(), hashlib.sha256).hexdigest()"

mistake("prediction_log.fingerprint", """Your fingerprint takes no key: it is the hash of the text. Whoever has the log can hash all telephone numbers, or all names of a
    town, and look up which one it was.""", name="hash_without_key", replace=HMAC, by="hashlib.sha256(text.encode()).hexdigest()")

mistake("prediction_log.fingerprint", """Your fingerprint hashes the key and the text in one piece. That is not HMAC: with SHA-256 who knows the hash of one text can
    compute that of a longer one without the key, and key + text does not say where the key ends.""", name="key_before_text", replace=HMAC,
        by="hashlib.sha256(key + text.encode()).hexdigest()", forms=[{"replace": HMAC, "by": "hashlib.sha256(text.encode() + key).hexdigest()"}])

mistake("prediction_log.fingerprint", """Your fingerprint is Python's `hash`. It is another one in each process, so tomorrow's log cannot be joined with today's.""",
        name="pythons_hash", replace=HMAC, by='f"{hash((key, text)) % 2 ** 256:064x}"')

mistake("prediction_log.fingerprint", """Your fingerprint is cut short, or written in capital letters. The contract has 64 digits in lower case.""", name="other_digits",
        replace=".hexdigest()", by=".hexdigest()[:16]", forms=[{"replace": ".hexdigest()", "by": ".hexdigest().upper()"}])

mistake("prediction_log.fingerprint", """Your fingerprint changes the text first: upper and lower case, or blanks at the ends, are no longer told apart.""",
        name="text_changed", replace="text.encode()", by="text.strip().encode()", forms=[{"replace": "text.encode()", "by": "text.lower().encode()"}])

mistake("prediction_log.fingerprint", """Your fingerprint accepts an empty key, with which anybody can compute it.""", name="empty_key", replace="if not key:", by="if False:")

# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

TAIL = "if tail and path != files[-1]:"

mistake("prediction_log.read", """Your read fails where the last record is torn, or is being written at this moment. What has no newline is not there yet.""",
        name="fails_at_the_tail", replace=TAIL, by="if tail:")

mistake("prediction_log.read", """Your read believes the last record before its newline is there. A record counts with its newline: the log that is opened next
    cuts such a tail off, and the record that you have read was never there.""", name="believes_the_tail", replace="            records.append(record)\n",
        by="            records.append(record)\n        try:\n            records.append(json.loads(tail))\n        except ValueError:\n            pass\n")

mistake("prediction_log.read", """Your read passes over what it cannot read. A log with a hole in its middle looks like a complete one then: it is damaged, and the
    reader has to be told.""", name="passes_over_damage",
        replace='raise ValueError(f"{path.name}, line {number}, is no JSON") from error', by="continue",
        forms=[{"replace": TAIL, "by": "if False:"}])

mistake("prediction_log.read", """Your read takes any JSON for a record: a list, or a number.""", name="any_json", replace="if not isinstance(record, dict):", by="if False:")

# ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────

OPEN = 'self.file = self.path.open("ab", buffering=0)'
CUT = "if self.size < len(written):"
ROTATE = "if self.size and self.size + len(line) > self.largest and not self.file.closed:"

mistake("prediction_log.PredictionLog.__init__", """Your records wait in Python's buffer when `append` returns. It belongs to the process and dies with it: a `kill -9`
    takes some kilobytes of records along. Open with `buffering=0`, or flush after each record.""", name="buffered", replace=OPEN,
        by='self.file = self.path.open("ab")')

mistake("prediction_log.PredictionLog.__init__", """Opening your log empties it. After each restart the history is gone: open to append.""", name="opens_anew", replace=OPEN,
        by='self.file = self.path.open("wb", buffering=0)')

mistake("prediction_log.PredictionLog.__init__", """Your log goes on right after a torn record, always or where the file has nothing else. The two are one line then, which
    nobody can read, and the new record is lost with the old one. Cut the tail off when you open.""", name="glued", replace=CUT, by="if False:",
        forms=[{"replace": CUT, "by": "if 0 < self.size < len(written):"}])

mistake("prediction_log.PredictionLog.__init__", """Your log ends a torn record with a newline and goes on. The half of a record is then a line of its own in the middle of the
    file, and every reader fails there: cut it off.""", name="newline_after_torn", replace="self.file.truncate(self.size)",
        by='self.file.write(b"\\n")\n            self.size = len(written) + 1')

mistake("prediction_log.PredictionLog.__init__", """Your log begins with file 1 whenever it is opened. A log that is already there is continued in its last file.""",
        name="begins_with_1", replace="int(files[-1].stem) if files else 1", by="1",
        forms=[{"replace": "int(files[-1].stem) if files else 1", "by": "len(files) or 1"}])

mistake("prediction_log.PredictionLog.__init__", """Your log begins a new file whenever it is opened. It is to continue in the last one.""", name="new_file_each_time",
        replace="int(files[-1].stem) if files else 1", by="int(files[-1].stem) + 1 if files else 1")

mistake("prediction_log.PredictionLog.__init__", """A log that is opened again takes its file for empty, so files become larger than they may.""", name="forgets_the_size",
        replace="            self.file.truncate(self.size)", by="            self.file.truncate(self.size)\n        self.size = 0")

mistake("prediction_log.PredictionLog.__init__", """Your log is made without a key, with a name twice, or with a size below 1.""", name="log_refuses_nothing",
        replace="not key or largest < 1 or keep < 1 or len(set(features)) < len(features) or", by="not key or largest < 1 or keep < 1 or",
        forms=[{"replace": "not key or ", "by": ""}, {"replace": "largest < 1 or keep < 1 or ", "by": ""}])

mistake("prediction_log.PredictionLog.append", """The text of the input is in your log. It is what the log must not have: a name, an address, a diagnosis.""", name="text_in_the_log",
        replace="fingerprint(text, key=self.key)", by="text", forms=[{"replace": '"label": label,', "by": '"label": label, "text": text,'}])

mistake("prediction_log.PredictionLog.append", """Your fingerprint in the record has another key than the log was given, or none.""", name="another_key",
        replace="fingerprint(text, key=self.key)", by='hashlib.sha256(text.encode()).hexdigest()', forms=[{"replace": "key=self.key", "by": 'key=b"key"'}])

mistake("prediction_log.PredictionLog.append", """Your record lacks a field of the schema, or has it under another name.""", name="another_schema", replace='"model": self.model, ', by="",
        forms=[{"replace": '"time": time, ', "by": '"timestamp": time, '}, {"replace": '"confidence": confidence', "by": '"score": confidence'}])

mistake("prediction_log.PredictionLog.append", """NaN gets through as a confidence. It compares as false with everything, so ask for what is right, and not for what is wrong; and
    `json.dumps` writes it as NaN, which is no JSON.""", name="nan_gets_through", replace="not 0 <= confidence <= 1", by="(confidence < 0 or confidence > 1)")

mistake("prediction_log.PredictionLog.append", """A time or a feature that is not finite gets through: `json.dumps` writes NaN and Infinity, which are no JSON, and other readers
    stop there.""", name="not_finite", replace="[time, *features.values()]", by="features.values()",
        forms=[{"replace": "[time, *features.values()]", "by": "[time]"}])

mistake("prediction_log.PredictionLog.append", """Other features than those of the schema get through, or another class. A field that anybody can add is where names turn up.""",
        name="schema_not_looked_at", replace="if features.keys() != self.features or label not in self.classes:", by="if label not in self.classes:",
        forms=[{"replace": "features.keys() != self.features or ", "by": "not features.keys() >= self.features or "}, {"replace": " or label not in self.classes", "by": ""}])

mistake("prediction_log.PredictionLog.append", """A request's id is anything that *begins* with what is allowed. `match` looks at the beginning, and `$` lets a newline
    pass at the end: `fullmatch` asks for all of it.""", name="match_for_fullmatch", replace="REQUEST.fullmatch(request)", by="REQUEST.match(request)",
        forms=[{"replace": "REQUEST.fullmatch(request)", "by": 're.match(r"[0-9A-Za-z_-]{1,64}$", request)'}])

mistake("prediction_log.PredictionLog.append", """Your log begins a new file only when the old one is too large already: the record that does not fit any more is still written
    to it.""", name="one_record_too_late", replace=ROTATE, by="if self.size > self.largest and not self.file.closed:",
        forms=[{"replace": ROTATE, "by": "if self.size >= self.largest and not self.file.closed:"}])

mistake("prediction_log.PredictionLog.append", """A record that fits into the file exactly begins a new one with you: a file has at most `largest` bytes.""", name="exactly_full",
        replace="> self.largest", by=">= self.largest")

mistake("prediction_log.PredictionLog.append", """A record that is larger than a file may be begins a new file even if the last one is empty.""", name="empty_files",
        replace="if self.size and self.size", by="if self.size")

mistake("prediction_log.PredictionLog.append", """Your log keeps another number of files than `keep`; the one that is written to is one of them.""", name="another_number_of_files",
        replace="[:-self.keep]", by="[:-self.keep - 1]", forms=[{"replace": "[:-self.keep]", "by": "[:-self.keep + 1]"}, {"replace": "old.unlink()", "by": "pass"}])

mistake("prediction_log.PredictionLog.append", """Your log removes its *newest* files, and keeps the oldest ones.""", name="removes_the_newest", replace="[:-self.keep]", by="[self.keep:]")

mistake("prediction_log.PredictionLog.append", """After a new file has begun, your log still counts the bytes of the old one, and each record gets a file of its own.""",
        name="size_not_reset", replace='self.file, self.size = self.path.open("ab", buffering=0), 0', by='self.file = self.path.open("ab", buffering=0)')

mistake("prediction_log.PredictionLog.append", """The first file has no buffer, and the next ones do: their last records die with the process.""", name="buffered_after_rotation",
        replace='self.path.open("ab", buffering=0)', by='self.path.open("ab")')


@mistake("prediction_log.PredictionLog.append", """Your log writes before it has looked at everything. What is refused has then left its line, and the caller believes that
        it is not there.""")
def writes_before_it_looks(self, *, time, request, text, features, label, confidence):
    record = {"time": time, "request": request, "model": self.model, "inputs": fingerprint(text, key=self.key),
              "features": dict(features), "label": label, "confidence": confidence}
    line = json.dumps(record).encode() + b"\n"
    if self.size and self.size + len(line) > self.largest and not self.file.closed:
        self.file.close()
        self.number += 1
        self.file, self.size = self.path.open("ab", buffering=0), 0
        for old in files_of(self.folder)[:-self.keep]:
            old.unlink()
    self.file.write(line)
    self.size += len(line)
    if not REQUEST.fullmatch(request):
        raise ValueError("the id")
    if features.keys() != self.features or label not in self.classes:
        raise ValueError("the schema")
    if not all(math.isfinite(value) for value in [time, *features.values()]) or not 0 <= confidence <= 1:
        raise ValueError("not finite")


mistake("prediction_log.PredictionLog.close", """Your close does nothing: after it the log still writes.""", name="close_does_nothing", replace="self.file.close()", by="pass")
