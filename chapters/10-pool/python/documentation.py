"""The tour of Python's own documentation: one pool, and every way to ask it."""

import os
from multiprocessing import Event, Pool, TimeoutError


def remember(event):
    global word
    word = event


def f(x):
    return x * x


def wait_for_a_word():
    word.wait()


if __name__ == "__main__":
    word = Event()
    with Pool(4, initializer=remember, initargs=(word,)) as pool:
        print(pool.map(f, range(10)))

        for square in pool.imap_unordered(f, range(10)):
            print(square)

        result = pool.apply_async(f, (20,))
        print(result.get(timeout=60))

        result = pool.apply_async(os.getpid, ())
        print("one task ran in process", result.get(timeout=60))

        results = [pool.apply_async(os.getpid, ()) for _ in range(4)]
        print("four tasks ran in processes", [result.get(timeout=60) for result in results])

        result = pool.apply_async(wait_for_a_word, ())
        try:
            result.get(timeout=0.05)
            print("there was a word")
        except TimeoutError:
            print("no result in 50 ms: a time-out")
        print("meanwhile the pool does other work:", pool.apply(f, (3,)))
    print("Now the pool is closed and no longer available")
