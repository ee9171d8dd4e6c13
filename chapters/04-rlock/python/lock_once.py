"""Locking once, and waiting for another thread: no report."""

import queue
import threading

lock = threading.Lock()
for _ in range(2):
    lock.acquire()
    print("acquired")
    lock.release()
    print("released")

said = queue.SimpleQueue()


def other():
    said.put(lock.acquire(blocking=False))
    with lock:
        print("acquired by the other thread")


lock.acquire()
thread = threading.Thread(target=other)
thread.start()
print("the other thread finds the lock", "free" if said.get() else "taken")
lock.release()
thread.join()
