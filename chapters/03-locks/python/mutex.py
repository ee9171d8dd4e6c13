"""Four threads, and a lock with the number inside."""

import threading


# ANCHOR: main
class Locked:
    def __init__(self, value):
        self.lock = threading.Lock()
        self.value = value


number = Locked(0)


def add_one():
    with number.lock:
        number.value += 1
        print(number.value, flush=True)


threads = [threading.Thread(target=add_one) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"at the end: {number.value}")
# ANCHOR_END: main
