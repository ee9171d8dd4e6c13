"""n += 1 in two threads, without and with the lock."""

import threading

EACH = 50_000
lock = threading.Lock()
both_have_read = threading.Barrier(2)


class Counter:
    def __init__(self):
        self.n = 0


def one_more(n):
    # The call lets CPython switch threads between the reading and the writing.
    return n + 1


def count_after_both_have_read(counter):
    read = counter.n
    both_have_read.wait()
    counter.n = read + 1


def count_under_the_lock(counter):
    with lock:
        counter.n = one_more(counter.n)


def count_many(counter):
    for _ in range(EACH):
        counter.n = one_more(counter.n)


def count_many_under_the_lock(counter):
    for _ in range(EACH):
        count_under_the_lock(counter)


def in_two_threads(count):
    counter = Counter()
    threads = [threading.Thread(target=count, args=(counter,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter.n


n = in_two_threads(count_after_both_have_read)
print(f"both read before either writes: 0 + 1 + 1 = {n}")
n = in_two_threads(count_under_the_lock)
print(f"one after the other: 0 + 1 + 1 = {n}")
n = in_two_threads(count_many)
print(f"left to chance, without the lock: {2 * EACH - n} of {2 * EACH} lost")
n = in_two_threads(count_many_under_the_lock)
print(f"left to chance, with the lock: {2 * EACH - n} of {2 * EACH} lost")
