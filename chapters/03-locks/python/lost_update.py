# ANCHOR: whole
"""n += 1 in two threads, without and with the lock."""

import threading

lock = threading.Lock()
both_have_read = threading.Barrier(2)
n = 0


# ANCHOR: add
def add_after_both_have_read():
    global n
    read = n
    both_have_read.wait()
    n = read + 1


def add_under_the_lock():
    global n
    with lock:
        n += 1
# ANCHOR_END: add


def in_two_threads(add):
    global n
    n = 0
    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return n


print("both read before either writes: 0 + 1 + 1 =", in_two_threads(add_after_both_have_read))
print("one after the other: 0 + 1 + 1 =", in_two_threads(add_under_the_lock))
# ANCHOR_END: whole
