"""Twin of `no-gil`: the same work shared out to 1, 2, 4 and 8 threads or processes.

Here the interpreter lock is at work: threads that calculate gain nothing.
"""

import multiprocessing
import sys
import threading
import time


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# ANCHOR: main
def calculate(rounds):
    x = 1
    for _ in range(rounds):
        x = (x * 6364136223846793005 + 1) & 0xFFFFFFFFFFFFFFFF


def wait(times):
    for _ in range(times):
        time.sleep(0.001)
# ANCHOR_END: main


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def enough_rounds():
    """So many rounds that `calculate` takes about 120 ms on this machine."""
    rounds = 10_000
    while seconds(lambda: calculate(rounds)) < 0.015:
        rounds *= 2
    return rounds * 8


# ANCHOR: share
def share_out(kind, workers, work, amount):
    """`kind` is threading.Thread or multiprocessing.Process."""
    started = [kind(target=work, args=(amount // workers,)) for _ in range(workers)]
    for worker in started:
        worker.start()
    for worker in started:
        worker.join()
# ANCHOR_END: share


def compare(title, work, amount):
    kinds = (threading.Thread, multiprocessing.Process)
    alone = float("inf")
    best = {(n, kind): float("inf") for n in (1, 2, 4, 8) for kind in kinds}
    for _ in range(3):
        alone = min(alone, seconds(lambda: work(amount)))
        for n, kind in best:
            took = seconds(lambda: share_out(kind, n, work, amount))
            best[n, kind] = min(best[n, kind], took)
    for n in (1, 2, 4, 8):
        threads, processes = (alone / best[n, kind] for kind in kinds)
        say(f"{title} with {n}: threads {threads:.2f}, processes {processes:.2f}")


if __name__ == "__main__":
    compare("calculating", calculate, enough_rounds())
    compare("waiting", wait, 32)
