# ANCHOR: whole
"""A list read forwards while it is written backwards, without and with the lock."""

import queue
import threading


def overwrite(items):
    for i in reversed(range(len(items))):
        items[i] = 1


# ANCHOR: without
def without_the_lock():
    items = [0] * 10
    ask, answer = queue.SimpleQueue(), queue.SimpleQueue()

    def write():
        ask.get()
        overwrite(items)
        answer.put(True)

    writer = threading.Thread(target=write)
    writer.start()
    seen = items[:5]
    ask.put(True)
    answer.get()
    seen += items[5:]
    print("without the lock:", seen)
    writer.join()
# ANCHOR_END: without


def with_the_lock():
    items = [0] * 10
    lock = threading.Lock()
    ask, answer = queue.SimpleQueue(), queue.SimpleQueue()

    def write():
        ask.get()
        answer.put(lock.acquire(blocking=False))
        with lock:
            overwrite(items)

    writer = threading.Thread(target=write)
    writer.start()
    with lock:
        seen = items[:5]
        ask.put(True)
        free = answer.get()
        print("the writer finds the lock", "free" if free else "taken, and waits")
        seen += items[5:]
        print("with the lock:   ", seen)
    writer.join()
    print("and afterwards:  ", items)


without_the_lock()
with_the_lock()
# ANCHOR_END: whole
