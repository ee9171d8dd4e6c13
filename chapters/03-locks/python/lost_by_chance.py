# ANCHOR: whole
"""How many of 2000000 updates are lost, this time."""

import threading

EACH = 1_000_000
lock = threading.Lock()
start = threading.Barrier(2)
n = 0


def one_more(x):
    # The call lets CPython switch threads between the reading and the writing.
    return x + 1


# ANCHOR: count
def count():
    global n
    start.wait()
    for _ in range(EACH):
        n = one_more(n)
# ANCHOR_END: count


def count_under_the_lock():
    global n
    start.wait()
    for _ in range(EACH):
        with lock:
            n = one_more(n)


def lost_of_two(target):
    global n
    n = 0
    threads = [threading.Thread(target=target) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 2 * EACH - n


lost = 0
rounds = 0
while lost == 0 and rounds < 100:
    lost = lost_of_two(count)
    rounds += 1
print(f"without the lock: {lost} of {2 * EACH} lost in round {rounds}")
print(f"with the lock: {lost_of_two(count_under_the_lock)} of {2 * EACH} lost")
# ANCHOR_END: whole
