"""Why a process with threads should not fork."""

import sys
import threading
from multiprocessing import get_context

lock = threading.Lock()


def can_lock():
    sys.exit(int(lock.acquire(blocking=False)))


def hold(locked, forked):
    with lock:
        locked.set()
        forked.wait()


if __name__ == "__main__":
    locked, forked = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(locked, forked))
    holder.start()
    locked.wait()

    # Python itself refuses nothing.
    if threading.active_count() > 1:
        print(f"fork refused: {threading.active_count()} threads")

    child = get_context("fork").Process(target=can_lock)
    child.start()
    forked.set()
    holder.join()
    free = lock.acquire(blocking=False)
    print("the parent can take the lock:", str(free).lower())
    child.join()
    print("the forked child can take the lock:", str(child.exitcode == 1).lower())
