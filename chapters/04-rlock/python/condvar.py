"""A cook waits for an order, with a condition variable."""

import threading

# ANCHOR: main
condition = threading.Condition()
cook_is_ready = False
soups = 0


def cook():
    global cook_is_ready
    with condition:
        print("cook: holds the lock, and nobody has ordered")
        cook_is_ready = True
        condition.notify()
        while soups == 0:
            condition.wait()
        print(f"cook: holds the lock again, and cooks {soups} soups")


def guest():
    global soups
    with condition:
        condition.wait_for(lambda: cook_is_ready)
        print("guest: holds the lock while the cook waits")
        soups = 2
        condition.notify()
        print("guest: has notified, and still holds the lock")
# ANCHOR_END: main


threads = [threading.Thread(target=target) for target in (cook, guest)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
