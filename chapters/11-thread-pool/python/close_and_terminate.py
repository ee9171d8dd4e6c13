"""The third pool: to close it, and to terminate it."""

import queue
import threading

from thread_pool import ThreadPool, say


def main():
    # Close: every accepted task still runs.
    pool = ThreadPool(5)
    for i in range(30):
        pool.execute(lambda i=i: say(i))
    pool.close()
    pool.join()
    print(f"closed and joined: {pool.sizes()[0]} threads")

    # A closed pool does not accept the task, and the main thread runs it.
    def task():
        say(30)

    if pool.execute(task):
        print("accepted after close")
    else:
        print("the thread pool is closed")
        task()

    # Terminate: what was begun ends, what was not comes back.
    begun = queue.SimpleQueue()
    gate = threading.Barrier(5 + 1)
    pool = ThreadPool(5)
    for i in range(30):

        def wait_and_say(i=i):
            begun.put(i)
            gate.wait()
            say(i)

        pool.execute(wait_and_say)
    for _ in range(5):
        begun.get()
    print(f"terminated: {len(pool.terminate())} tasks come back")
    gate.wait()
    pool.join()
    print(f"joined: {pool.sizes()[0]} threads")


main()
