"""What a run of tests prints: for each `passed`, `failed` or `skipped` and its
name, and tracebacks to standard error.
"""

import sys
import traceback
import unittest


class Lines(unittest.TestResult):
    """One line a test. A subtest that fails is its test's failure."""

    def line(self, outcome, test, error=None):
        name = test.id().removeprefix("__main__.")
        print(outcome, name, flush=True)
        if error:
            print(f"\n{name}", file=sys.stderr)
            traceback.print_exception(*error)

    def addSuccess(self, test):
        self.line("passed", test)

    def addFailure(self, test, error):
        self.line("failed", test, error)

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        if error:
            self.line("failed", test, error)

    def addSkip(self, test, reason):
        self.line("skipped", test)
