"""Runs a class of CPython's `test._test_multiprocessing` on the types of
`every_interleaving.processes`, in processes that Python forks.

    run_processes.py CLASS [METHOD...]
    run_processes.py --worker PID         is how a pool's worker runs Python

Prints what `lines.py` says; `theirs` for a test that passed and never asked
for one of ours. Knows nothing of what should pass.
"""

import faulthandler
import inspect
import multiprocessing
import multiprocessing.queues
import sys
import unittest

import pool
import processes
from lines import Lines

# Longer than everything takes. A test that hangs then shows where.
PATIENCE = 600

# Before the tests are read: they take the names as they find them.
for name in processes.NAMES:
    setattr(multiprocessing, name, getattr(processes, name))
multiprocessing.queues.Queue = processes.Queue
multiprocessing.Pool = pool.Pool

from test import _test_multiprocessing as theirs  # noqa: E402

# How long CPython's tests give another process to get somewhere. A tenth of a
# second is too short where others use the machine too.
theirs.DELTA = 0.5


class Ours(Lines):
    def startTest(self, test):
        super().startTest(test)
        self.before = processes.asked + pool.Pool.asked

    def addSuccess(self, test):
        asked = processes.asked + pool.Pool.asked > self.before
        self.line("passed" if asked else "theirs", test)


# Gives this module the classes, and what sets it up: the start method, among others.
# Older releases of 3.11 do not take the type, and make classes for the others as well, which nobody asks for.
install = theirs.install_tests_in_module_dict
takes = inspect.signature(install).parameters
install(globals(), "fork", **({"only_type": "processes"} if "only_type" in takes else {}))
TestSimpleQueue = type("TestSimpleQueue", (theirs.TestSimpleQueue,), {"__module__": __name__})

if __name__ == "__main__":
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    chosen, *methods = sys.argv[1:]
    if chosen == "--worker":
        faulthandler.cancel_dump_traceback_later()
        sys.exit(pool.work(int(methods[0])))
    tests = globals()[chosen]
    names = methods or unittest.defaultTestLoader.getTestCaseNames(tests)
    result = Ours()
    unittest.TestSuite(tests(name) for name in names).run(result)
