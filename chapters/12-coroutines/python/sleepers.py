"""Ten thousand sleepers in one thread, on gevent."""

import _thread
import time

import gevent
from gevent.event import Event

SLEEPERS = 10_000
NAP = 0.1

asleep = most_asleep = 0
threads = set()
all_asleep = Event()


def nap():
    global asleep, most_asleep
    asleep += 1
    most_asleep = max(most_asleep, asleep)
    if asleep == SLEEPERS:
        all_asleep.set()
    gevent.sleep(NAP)
    # Nobody gets up before the last one lies down, however slow the machine.
    all_asleep.wait()
    asleep -= 1
    threads.add(_thread.get_ident())


start = time.perf_counter()
gevent.joinall([gevent.spawn(nap) for _ in range(SLEEPERS)])
print("most asleep at once:", most_asleep)
print("still asleep:", asleep)
print("threads:", len(threads))
print(f"{SLEEPERS * NAP:.0f} s of sleep took {time.perf_counter() - start:.2f} s")
