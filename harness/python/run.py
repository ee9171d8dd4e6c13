"""Runs CPython's own tests on the types of `every_interleaving`.

Prints what `lines.py` says. Knows nothing of what should pass.
"""

import faulthandler
import queue
import sys
import threading
import unittest

import every_interleaving as ours
from lines import Lines
from test import lock_tests, support, test_queue

# Longer than everything takes. A test that hangs then shows where.
PATIENCE = 600


class LockTests(lock_tests.LockTests):
    locktype = ours.Lock


class RLockTests(lock_tests.RLockTests):
    locktype = ours.RLock


class EventTests(lock_tests.EventTests):
    eventtype = ours.Event


class ConditionTests(lock_tests.ConditionTests):
    condtype = ours.Condition


class ConditionOnLockTests(lock_tests.ConditionTests):
    """Our condition on our plain lock."""

    test_acquire = None  # acquires twice, which takes a reentrant lock

    def condtype(self):
        return ours.Condition(ours.Lock())


class ConditionOnTheirsTests(lock_tests.ConditionTests):
    """Our condition on Python's lock."""

    def condtype(self, lock=None):
        return ours.Condition(threading.RLock() if lock is None else lock)


class TheirConditionTests(lock_tests.ConditionTests):
    """Python's condition on our lock."""

    def condtype(self, lock=None):
        return threading.Condition(ours.RLock() if lock is None else lock)


class SemaphoreTests(lock_tests.SemaphoreTests):
    semtype = ours.Semaphore


class BoundedSemaphoreTests(lock_tests.BoundedSemaphoreTests):
    semtype = ours.BoundedSemaphore


class BarrierTests(lock_tests.BarrierTests):
    barriertype = ours.Barrier


class QueueTest(test_queue.QueueTest, unittest.TestCase):
    queue = ours


class LifoQueueTest(test_queue.LifoQueueTest, unittest.TestCase):
    queue = ours


class PriorityQueueTest(test_queue.PriorityQueueTest, unittest.TestCase):
    queue = ours


class FailingQueueTest(test_queue.FailingQueueTest, unittest.TestCase):
    queue = ours


# What CPython asks of its own in C, reentrancy included.
class SimpleQueueTest(test_queue.CSimpleQueueTest):
    queue = ours


class Uneasy:
    """Can be compared as long as `calm`."""

    calm = True

    def __init__(self, rank):
        self.rank = rank

    def __lt__(self, other):
        if not Uneasy.calm:
            raise ArithmeticError
        return self.rank < other.rank


class ComparisonTest(unittest.TestCase):
    """Ours: comparisons that raise do to our queue what they do to Python's."""

    def story(self, waiting):
        told = []

        def tell(method, *arguments):
            try:
                outcome = method(*arguments)
            except ArithmeticError:
                outcome = "raised"
            told.append((outcome.rank if outcome.__class__ is Uneasy else outcome, waiting.qsize()))

        for rank in (4, 2, 3):
            tell(waiting.put, Uneasy(rank))
        Uneasy.calm = False
        tell(waiting.put, Uneasy(1))
        tell(waiting.get)
        Uneasy.calm = True
        for _ in range(waiting.qsize()):
            tell(waiting.get)
        tell(waiting.put, Uneasy(5))
        tell(waiting.get)
        return told

    def test_raises(self):
        told = self.story(ours.PriorityQueue())
        self.assertEqual(told, self.story(queue.PriorityQueue()))
        self.assertEqual(2, sum(outcome == "raised" for outcome, _ in told))


if __name__ == "__main__":
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(Lines())
    # As CPython's own runner: whoever leaves a thread behind has failed.
    if support.environment_altered:
        sys.exit("a test left threads behind")
