"""Every method of the lock, and what it answers."""

import threading

lock = threading.Lock()


def released():
    try:
        lock.release()
    except RuntimeError:
        return "false"
    return "true"


def yes_no(answer):
    return "true" if answer else "false"


print("locked, at first:", yes_no(lock.locked()))
lock.acquire()
print("locked, once acquired:", yes_no(lock.locked()))
print("taken on trying:", yes_no(lock.acquire(blocking=False)))
print("taken within 10 ms:", yes_no(lock.acquire(timeout=0.01)))

answers = []
other = threading.Thread(target=lambda: answers.append(released()))
other.start()
other.join()
print("released by another thread:", answers[0])
print("released once too often:", released())
print("taken on trying, now that it is free:", yes_no(lock.acquire(blocking=False)))
