"""Twin of `join-all`: start all and join all, against joining each at once."""

import sys
import threading
import time

WORKERS = 4


def say(text):
    sys.stdout.write(text + "\n")


# ANCHOR: at_work
class AtWork:
    """How many workers are at work now, and how many there ever were at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now = 0
        self.most = 0

    def enter(self):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def leave(self):
        with self.lock:
            self.now -= 1
# ANCHOR_END: at_work


# ANCHOR: main
def work(i, at_work, before_the_end):
    at_work.enter()
    say(f"worker {i} starts")
    time.sleep(0.02)
    before_the_end()
    say(f"worker {i} ends")
    at_work.leave()


def join_each(at_work):
    for i in range(WORKERS):
        worker = threading.Thread(target=work, args=(i, at_work, lambda: None))
        worker.start()
        worker.join()


def join_all(at_work):
    everyone = threading.Barrier(WORKERS)
    workers = [
        threading.Thread(target=work, args=(i, at_work, everyone.wait)) for i in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
# ANCHOR_END: main


def timed(title, run):
    say(title)
    at_work = AtWork()
    start = time.perf_counter()
    run(at_work)
    seconds = time.perf_counter() - start
    say(f"at work at the same time: {at_work.most}")
    return seconds


each = timed("join each worker right after its start:", join_each)
together = timed("start all workers, then join all:", join_all)
say(f"joining each took {each / together:.1f} times as long")
