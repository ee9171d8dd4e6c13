"""The first pool: ten slots, and a thread for each of a hundred tasks."""

import contextlib
import queue
import sys
import threading

SLOTS = 10


@contextlib.contextmanager
def given_back(slots, slot):
    try:
        yield
    finally:
        slots.put(slot)


def main():
    slots = queue.SimpleQueue()
    for slot in range(SLOTS):
        slots.put(slot)

    lock = threading.Lock()
    now, most = 0, 0
    # Instead of working, each task waits until ten of them are there.
    ten = threading.Barrier(SLOTS)

    def run(slot, task):
        nonlocal now, most
        with given_back(slots, slot):
            with lock:
                now += 1
                most = max(most, now)
            ten.wait()
            sys.stdout.write(f"{task}\n")
            with lock:
                now -= 1

    threads = []
    for task in range(100):
        slot = slots.get()  # waits until one is free
        thread = threading.Thread(target=run, args=(slot, task))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    print(f"most at a time: {most}")

    def fail(slot):
        with contextlib.suppress(RuntimeError), given_back(slots, slot):
            raise RuntimeError("the task fails")

    failing = threading.Thread(target=fail, args=(slots.get(),))
    failing.start()
    failing.join()
    print(f"free after a task that failed: {slots.qsize()}")


main()
