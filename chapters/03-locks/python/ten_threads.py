"""Ten threads count to ten, one step each, under one lock."""

import sys
import threading
import time

DAWDLE = 0.02
lock = threading.Lock()
number = 0


def step():
    global number
    with lock:
        number += 1
        time.sleep(DAWDLE)
        sys.stdout.write(f"{number}\n")


threads = [threading.Thread(target=step) for _ in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
