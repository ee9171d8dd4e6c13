"""A handle for each task: to wait for its value, for a while or to the end, and
to cancel it."""

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

GATE = threading.Barrier(2)


def answer():
    GATE.wait()  # it has begun
    GATE.wait()  # the main thread lets go
    return 42


def fail():
    raise RuntimeError("no luck")


def main():
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(answer)
        unwanted = pool.submit(print, "never printed")
        failing = pool.submit(fail)

        GATE.wait()
        print(f"cancel a running task: {'done' if running.cancel() else 'too late'}")
        print(f"cancel a waiting task: {'done' if unwanted.cancel() else 'too late'}")
        try:
            unwanted.result()
        except CancelledError:
            print("its value: cancelled")

        try:
            running.result(timeout=0.02)
            print("the answer within 20 ms")
        except TimeoutError:
            print("no answer within 20 ms")
            GATE.wait()
            print(f"the answer: {running.result()}")
        print(f"the task that fails: {failing.exception()}")
        print(f"the pool goes on: {pool.submit(lambda: 'yes').result()}")


main()
