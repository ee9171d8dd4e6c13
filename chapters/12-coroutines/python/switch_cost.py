"""A coroutine switch against a thread switch."""

import queue
import threading
import time

from greenlet import getcurrent, greenlet

main = getcurrent()


def greenlet_switch():
    rounds = 50_000

    def run(token):
        while True:
            token = main.switch(token + 1)

    echo = greenlet(run)
    start = time.perf_counter()
    token = 0
    for _ in range(rounds):
        token = echo.switch(token)
    assert token == rounds
    return (time.perf_counter() - start) / (2 * rounds)


def thread_switch():
    rounds = 2_000
    to_echo, to_main = queue.SimpleQueue(), queue.SimpleQueue()

    def run():
        while (token := to_echo.get()) is not None:
            to_main.put(token + 1)

    echo = threading.Thread(target=run)
    echo.start()
    start = time.perf_counter()
    token = 0
    for _ in range(rounds):
        to_echo.put(token)
        token = to_main.get()
    elapsed = time.perf_counter() - start
    assert token == rounds
    to_echo.put(None)
    echo.join()
    return elapsed / (2 * rounds)


coroutine, thread = greenlet_switch(), thread_switch()
print(f"a switch between greenlets: {coroutine * 1e9:.0f} ns")
print(f"a switch between threads: {thread * 1e9:.0f} ns")
print(f"a thread's switch costs as much as {thread / coroutine:.1f} of a greenlet's")
