"""Reads what `grade` has written with programs of others, and says what they have found.

    consumers.py FOLDER [canvas]

Where one of them is not installed, the exit code is 3.
"""

import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
try:
    if sys.argv[2:] == ["canvas"]:
        import finalgrade
    else:
        import junitparser
        from junit2htmlreport import parser
except ImportError as missing:
    print(f"not installed: {missing.name}")
    sys.exit(3)

if sys.argv[2:] == ["canvas"]:
    book = finalgrade.Gradebook.from_canvas(str(folder / "canvas.csv"))
    points = {name: float(most) for name, most in book.points.items()}
    # It keeps shares of the points.
    scores = {
        student: {name: row[name] * points[name] for name in points}
        for student, row in book.df_perc.iterrows()
    }
    print(json.dumps({"scores": scores, "points": points}))
    sys.exit()

report = folder / "junit.xml"
suites = {}
for suite in junitparser.JUnitXml.fromfile(str(report)):
    cases = {}
    for case in suite:
        kinds = [type(result).__name__.lower() for result in case.result] or ["passed"]
        cases[case.name] = kinds[0]
    # What a suite says of itself is what is in it.
    counted = [list(cases.values()).count(kind) for kind in ("failure", "error", "skipped")]
    said = [suite.failures, suite.errors, suite.skipped]
    assert said[:2] == counted[:2] and suite.tests == len(cases), (suite.name, said, counted)
    suites[suite.name] = cases
page = parser.Junit(str(report)).html()
assert all(name in page for name in suites), "a suite is not on the page"
print(json.dumps(suites))
