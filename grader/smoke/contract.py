"""Does a service keep to the contract that it gives itself, its OpenAPI document? Asked by schemathesis, in its own process."""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from grader.smoke.measures import MachineryError

SECONDS = 180
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"


def broken_promises(port: int, document: str = "/openapi.json", examples: int = 25) -> list[tuple[str, str]]:
    """(operation, what it did against its own document) for each operation that did; [] if all keep to it.

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


def failures_of(report: str) -> list[tuple[str, str]]:
    """(test case, first line that says something) of each failure or error in a JUnit report."""
    found = []
    for case in ET.fromstring(report).iter("testcase"):
        for failure in [*case.findall("failure"), *case.findall("error")]:
            text = failure.get("message") or failure.text or ""
            lines = [line.strip(" -") for line in text.splitlines() if line.strip(" -")]
            told = [line for line in lines if not line[0].isdigit() and "Test Case ID" not in line]
            found.append((case.get("name", ""), " ".join(told[:3])[:300]))
    return found
