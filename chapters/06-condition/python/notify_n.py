"""notify(n) wakes exactly n, first come first served."""

import sys
import threading

lock = threading.RLock()
condition = threading.Condition(lock)
announced = threading.Condition(lock)
waiting = 0
line = []


# ANCHOR: main
def wait(number):
    global waiting
    with condition:
        waiting += 1
        announced.notify()
        condition.wait()
        sys.stdout.write(f"number {number} is awake\n")


def wake(notify, what):
    with condition:
        # notify() does not say how many it wakes; the condition's own list does.
        before = len(condition._waiters)
        notify()
        woken = before - len(condition._waiters)
        sys.stdout.write(f"{what} wakes {woken}\n")
    for thread in line[:woken]:
        thread.join()
    del line[:woken]
# ANCHOR_END: main


# ANCHOR: rest
for number in range(1, 6):
    thread = threading.Thread(target=wait, args=(number,))
    line.append(thread)
    thread.start()
    with announced:
        announced.wait_for(lambda: waiting == number)

wake(lambda: condition.notify(2), "notify(2)")
wake(lambda: condition.notify(1), "notify(1)")
wake(lambda: condition.notify_all(), "notify_all()")
wake(lambda: condition.notify(1), "notify(1), with nobody there,")
# ANCHOR_END: rest
