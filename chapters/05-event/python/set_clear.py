"""set(); clear() releases everybody who waited, or nobody."""

import threading
import time


# ANCHOR: naive
class NaiveEvent:
    """A flag and a condition variable."""

    def __init__(self):
        self.condition = threading.Condition()
        self.flag = False
        self.waiters = 0
        self.looks = 0

    def wait(self):
        with self.condition:
            self.waiters += 1
            self.condition.wait_for(self.look)
            self.waiters -= 1

    def look(self):
        self.looks += 1
        return self.flag

    def set(self):
        with self.condition:
            self.flag = True
            self.condition.notify_all()

    def set_and_clear(self):
        """set() and clear(), with no waiter running in between."""
        with self.condition:
            self.flag = True
            self.condition.notify_all()
            self.flag = False
# ANCHOR_END: naive


# ANCHOR: rest
def five_threads(event):
    threads = [threading.Thread(target=event.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    return threads


def with_a_flag():
    event = NaiveEvent()
    threads = five_threads(event)
    while event.waiters < 5:
        time.sleep(0)
    event.set_and_clear()
    # Each looked once when it came, and looks again now that it is woken.
    while event.looks < 10:
        time.sleep(0)
    with event.condition:
        released = 5 - event.waiters
    # For those who still wait.
    event.set()
    for thread in threads:
        thread.join()
    return released


def with_pythons_own():
    event = threading.Event()
    threads = five_threads(event)
    # Python does not tell how many wait for an event; its condition knows.
    while len(event._cond._waiters) < 5:
        time.sleep(0)
    event.set()
    event.clear()
    # Nobody sets the flag again: whoever comes back was released by that.
    for thread in threads:
        thread.join()
    return len(threads)


print(f"flag and condvar:   {with_a_flag()} of 5 released")
# Python's own event has no counter, and loses nobody either.
print(f"generation counter: {with_pythons_own()} of 5 released")
# ANCHOR_END: rest
