#!/usr/bin/env python3
"""An autograder of Classroom 50 (https://github.com/foundation50/classroom50/wiki/Advanced-Autograding).

Its runner starts this in the student's checkout, with who and what it is in the environment, and reads `result.json`
there. Put it beside the assignment as `CLASSROOM/autograders/ASSIGNMENT/autograder.py`, and say here which assignment
of the course it is, and how the harness is called where the runner runs.

A submission that the grader cannot tell about has no `result.json`: the runner says that there was trouble, and it can
be graded again. Checks that students do not see are in the score, and are not named.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

ASSIGNMENT = os.environ.get("EI_ASSIGNMENT", "07-queue")
HARNESS = os.environ.get("EI_HARNESS", "cargo run --release -q -p harness --").split(" ")
COURSE = os.environ.get("EI_COURSE", os.getcwd())


def graded(checkout, out):
    """The harness's result of this checkout."""
    command = [*HARNESS, "grade", str(checkout), "--assignment", ASSIGNMENT, "--out", str(out)]
    code = subprocess.run(command, cwd=COURSE, check=False).returncode
    # 0 and 1 are grades.
    if code not in (0, 1):
        sys.exit(f"the harness has ended with {code}: nothing is graded")
    (path,) = (out / "results").glob("*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def moment(checkout):
    """When the graded commit was made, however often it is graded."""
    shown = subprocess.run(
        ["git", "show", "--no-patch", "--format=%ct", "HEAD"],
        cwd=checkout, capture_output=True, text=True, check=False,
    ).stdout.strip()
    seconds = int(shown) if shown.isdigit() else datetime.now(timezone.utc).timestamp()
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_classroom50(result, environment, when):
    """The same as Classroom 50's `result.json`, version 1."""
    shown = [check for check in result["checks"] if check["visibility"] == "visible"]
    return {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": environment.get("MODE") or "individual",
        "owner": environment["USERNAME"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": when,
        "score": result["score"],
        "max-score": result["max"],
        "tests": [
            {
                "test-name": check["name"],
                "passed": check["status"] == "pass",
                "score": check["points"],
                "max-score": check["max"],
            }
            for check in shown
        ],
    }


def main():
    checkout = pathlib.Path.cwd()
    with tempfile.TemporaryDirectory() as out:
        result = graded(checkout, pathlib.Path(out))
    if result["score"] is None:
        sys.exit("the grader cannot tell; grade it again")
    text = json.dumps(as_classroom50(result, os.environ, moment(checkout)), indent=2)
    (checkout / "result.json").write_text(text + "\n", encoding="utf-8")


main()
