"""The reentrant lock: acquired twice, released twice."""

import threading

lock = threading.RLock()


def report(when):
    shut_for_others = []

    def other():
        got_it = lock.acquire(blocking=False)
        if got_it:
            lock.release()
        shut_for_others.append(not got_it)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    state = "shut" if shut_for_others[0] else "open"
    print(f"{when}: depth {lock._recursion_count()}, {state} for others")


report("at first")
lock.acquire()
report("acquired")
lock.acquire()
report("acquired again")
lock.release()
report("released")
lock.release()
report("released again")
