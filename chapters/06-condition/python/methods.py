"""The condition's answers, and its raw core."""

import threading

# ANCHOR: answers
SHORT = 0.01

lock = threading.RLock()
condition = threading.Condition(lock)


def yes_no(answer):
    return "true" if answer else "false"


def works(call):
    try:
        call()
    except RuntimeError:
        return False
    return True


print("waiting without the lock is refused:", yes_no(not works(condition.wait)))
print("notifying without the lock is refused:", yes_no(not works(condition.notify)))

condition.acquire()
print("notified within 10 ms:", yes_no(condition.wait(SHORT)))
became_true = condition.wait_for(lambda: False, SHORT)
print("a false fact became true within 10 ms:", yes_no(became_true))
print("a true fact needs no time:", yes_no(condition.wait_for(lambda: True, 0)))
# ANCHOR_END: answers


# ANCHOR: main
def notify():
    with condition:
        print("depth of the notifier during the wait:", lock._recursion_count())
        condition.notify()


condition.acquire()
print("depth before the wait:", lock._recursion_count())
notifier = threading.Thread(target=notify)
notifier.start()
condition.wait()
notifier.join()
print("depth after the wait:", lock._recursion_count())
condition.release()
condition.release()
print("released once too often:", yes_no(works(condition.release)))
# ANCHOR_END: main
