"""Ten thousand sleepers in one thread, on gevent."""

import _thread
import time

import gevent

SLEEPERS = 10_000
NAP = 0.1

asleep = most_asleep = 0
threads = set()


def nap():
    global asleep, most_asleep
    asleep += 1
    most_asleep = max(most_asleep, asleep)
    gevent.sleep(NAP)
    asleep -= 1
    threads.add(_thread.get_ident())


start = time.perf_counter()
gevent.joinall([gevent.spawn(nap) for _ in range(SLEEPERS)])
print("most asleep at once:", most_asleep)
print("still asleep:", asleep)
print("threads:", len(threads))
print(f"{SLEEPERS * NAP:.0f} s of sleep took {time.perf_counter() - start:.2f} s")
