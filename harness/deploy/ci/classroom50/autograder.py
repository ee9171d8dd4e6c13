#!/usr/bin/env python3
"""An autograder of Classroom 50 (https://github.com/foundation50/classroom50/wiki/Advanced-Autograding).

Its runner starts this in the student's checkout, with who and what it is in the environment, and reads `result.json`
there. Put it beside the assignment as `CLASSROOM/autograders/ASSIGNMENT/autograder.py`, and say in the environment, or
here, which assignment of the course it is (EI_ASSIGNMENT), where the course is (EI_COURSE), and how the harness is
called where the runner runs (EI_HARNESS, an installed program, or `cargo run --release -q -p harness --`, which runs in
the course). Nothing of it may be the student's: neither has a default, and a course in the checkout is refused.

A submission that the grader cannot tell about has no `result.json`, also if its author has committed one: the runner
says that there was trouble, and it can be graded again. Checks that students do not see are in the score, and are not
named. `datetime` is when it was graded: the time of a commit is what its author says that it is.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

ASSIGNMENT = os.environ.get("EI_ASSIGNMENT", "07-queue")
HARNESS = os.environ.get("EI_HARNESS", "")
COURSE = os.environ.get("EI_COURSE", "")


def course(checkout):
    """Where the course is. What a student has brought along is none."""
    if not HARNESS or not COURSE:
        sys.exit("EI_HARNESS and EI_COURSE have to say how the harness is called, and where the course is")
    found = pathlib.Path(COURSE).resolve()
    if found.is_relative_to(checkout.resolve()):
        sys.exit("EI_COURSE is in the student's checkout: nothing is graded")
    return found


def graded(checkout, out):
    """The harness's result of this checkout."""
    where = course(checkout)
    command = [
        *HARNESS.split(" "), "grade", str(checkout), "--one", "--course", str(where),
        "--assignment", ASSIGNMENT, "--out", str(out),
    ]
    code = subprocess.run(command, cwd=where, check=False).returncode
    # 0 and 1 are grades.
    if code not in (0, 1):
        sys.exit(f"the harness has ended with {code}: nothing is graded")
    (path,) = (out / "results").glob("*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def removed(path):
    """Whatever its author has committed at this path, a link or a folder as well, is none of ours."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
    removed(checkout / "result.json")
    with tempfile.TemporaryDirectory() as out:
        result = graded(checkout, pathlib.Path(out))
    if result["score"] is None:
        sys.exit("the grader cannot tell; grade it again")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = json.dumps(as_classroom50(result, os.environ, now), indent=2)
    # A link that has come into being meanwhile is not followed.
    with open(checkout / "result.json", "x", encoding="utf-8") as file:
        file.write(text + "\n")


main()
