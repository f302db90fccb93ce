"""Does a service keep to the contract that it gives itself, its OpenAPI document? Asked by schemathesis, in its own process."""
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from grader.smoke.measures import MachineryError

SECONDS = 180
TEST_CASE, CODE = re.compile(r"\d+\. Test Case ID"), re.compile(r"^ST\d+ ")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"


@dataclass(frozen=True)
class Broken:
    """An operation that did something against its own document, in words, and the request that shows it."""

    operation: str
    words: str
    request: str


def broken_promises(port: int, document: str = "/openapi.json", examples: int = 25) -> list[Broken]:
    """What each operation did against its own document; [] if all keep to it.

    Raises MachineryError if schemathesis itself cannot run.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
                   f"http://127.0.0.1:{port}{document}", "--checks", CHECKS, "--max-examples", str(examples), "--seed", "1",
                   "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--request-timeout", "20",
                   "--report", "junit", "--report-junit-path", str(report), "--no-color", "--generation-database", "none"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=folder, env={**os.environ, "NO_COLOR": "1"},
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise MachineryError(f"schemathesis did not end in {SECONDS} seconds.") from None
        if done.returncode not in (0, 1) or not report.exists():
            last = ((done.stdout + done.stderr).strip().splitlines() or ["it said nothing"])[-1]
            raise MachineryError(f"schemathesis could not ask the service: {last}")
        return failures_of(report.read_text(encoding="utf-8"))


def failures_of(report: str) -> list[Broken]:
    """The failures and errors in a JUnit report of schemathesis."""
    found = []
    for case in ET.fromstring(report).iter("testcase"):
        for failure in [*case.findall("failure"), *case.findall("error")]:
            lines = [line.strip(" -`") for line in (failure.text or failure.get("message") or "").splitlines()]
            curl = next((line for line in lines if line.startswith("curl ")), "")
            told = [CODE.sub("", line) for line in lines if line and not TEST_CASE.match(line)]
            until = next((at for at, line in enumerate(told) if line in ("Reproduce with:", curl)), len(told))
            found.append(Broken(case.get("name", ""), " ".join(told[:until])[:300], curl[:500]))
    return found
