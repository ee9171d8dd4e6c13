"""Two conditions on one lock: a slot for one item."""

import threading

# ANCHOR: main
lock = threading.Lock()
emptied = threading.Condition(lock)
filled = threading.Condition(lock)
slot = None


def produce():
    global slot
    for item in range(1, 4):
        with emptied:
            emptied.wait_for(lambda: slot is None)
            slot = item
            print("put", item)
            filled.notify()
# ANCHOR_END: main


# ANCHOR: rest
def consume():
    global slot
    for _ in range(3):
        with filled:
            filled.wait_for(lambda: slot is not None)
            item, slot = slot, None
            print("got", item)
            emptied.notify()
# ANCHOR_END: rest


threads = [threading.Thread(target=target) for target in (produce, consume)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
