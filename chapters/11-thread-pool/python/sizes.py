"""The fourth pool: how many threads it has started, and how many are idle."""

import threading

from thread_pool import ThreadPool, say


def show(when, pool):
    spawned, idle, waiting = pool.sizes()
    print(f"{when}: spawned {spawned}, idle {idle}, waiting {waiting}")


def main():
    pool = ThreadPool(5)
    show("at first", pool)

    for _ in range(10):
        pool.execute(lambda: None)
        pool.wait_idle()
    show("after ten tasks, one by one", pool)

    # Nobody passes the barrier before five tasks and the main thread are there.
    five_and_main = threading.Barrier(5 + 1)
    for i in range(30):

        def task(i=i):
            if i < 5:
                five_and_main.wait()
            say(i)

        pool.execute(task)
    show("in a burst of thirty", pool)
    five_and_main.wait()
    pool.wait_idle()
    show("after it", pool)

    pool.close()
    pool.join()
    show("closed", pool)


main()
