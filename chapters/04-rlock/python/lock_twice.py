# ANCHOR: whole
"""Locking twice: a deadlock that is reported.

Python's Lock keeps no record of its owner, so this class adds one.
"""

import threading


class WouldDeadlock(Exception):
    pass


class CheckedLock:
    def __init__(self):
        self._lock = threading.Lock()
        self.owner = None

    # ANCHOR: owner
    def acquire(self):
        # Only the owner itself ever writes its own identifier here, so the
        # comparison cannot be wrong for the calling thread.
        if self.owner == threading.get_ident():
            raise WouldDeadlock(
                "this thread already holds the lock; to wait for it would be to wait for ever"
            )
        self._lock.acquire()
        self.owner = threading.get_ident()

    def release(self):
        if self.owner != threading.get_ident():
            raise RuntimeError("only the thread that acquired the lock may release it")
        self.owner = None
        self._lock.release()
    # ANCHOR_END: owner


lock = CheckedLock()

lock.acquire()
print("acquired")
mine = lock.owner == threading.get_ident()
print("the lock's record: held by", "this thread" if mine else "another thread")

try:
    lock.acquire()
    print("acquired again")
except WouldDeadlock as deadlock:
    print("deadlock:", deadlock)

lock.release()
print("released")
# ANCHOR_END: whole
