"""Twin of `costs`: what a thread has for itself, what it shares, and what one costs.

Python shows no stack addresses. An object that only one thread's local variable
names takes their place.
"""

import subprocess
import sys
import threading
import time


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# ANCHOR: main
def who_owns_what():
    shared = [0]
    both = threading.Barrier(2)
    seen = []

    def look(i):
        own = [i]
        seen.append((id(own), id(shared)))
        both.wait()

    threads = [threading.Thread(target=look, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(f"two threads, one local variable each: {len({own for own, _ in seen})} addresses")
    say(f"two threads, one shared value: {len({shared for _, shared in seen})} address")
# ANCHOR_END: main


def microseconds(times, run):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) * 1e6 / times


def resident_kib():
    """The memory that this process occupies. Linux only; 0 elsewhere."""
    try:
        with open("/proc/self/smaps_rollup", encoding="ascii") as lines:
            return next(float(line.split()[1]) for line in lines if line.startswith("Rss:"))
    except OSError:
        return 0.0


def thread_kib(threads=64):
    before = resident_kib()
    all_started = threading.Barrier(threads + 1)
    measured = threading.Barrier(threads + 1)

    def stay():
        all_started.wait()
        measured.wait()

    started = [threading.Thread(target=stay) for _ in range(threads)]
    for thread in started:
        thread.start()
    all_started.wait()
    after = resident_kib()
    measured.wait()
    for thread in started:
        thread.join()
    return max(after - before, 0.0) / threads


def start_and_join():
    thread = threading.Thread()
    thread.start()
    thread.join()


if __name__ == "__main__":
    if sys.argv[1:] == ["--child"]:
        say(str(resident_kib()))
        sys.exit()

    who_owns_what()
    thread = microseconds(100, start_and_join)
    say(f"a thread: {thread:.1f} µs to start and join, {thread_kib():.1f} KiB of memory")
    kib = 0.0

    def child():
        global kib
        kib = float(subprocess.check_output([sys.executable, __file__, "--child"]))

    process = microseconds(20, child)
    say(f"a process: {process:.1f} µs to start and wait for, {kib:.1f} KiB of memory")
    say(f"in time, a process costs {process / thread:.1f} threads")
