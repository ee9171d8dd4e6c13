"""Twin of `workers`: twenty threads, each with a name, in any order.

The line goes out in one write: `print` would write its end separately, and two
threads' lines could merge.
"""

import sys
import threading
import time


def worker(number):
    time.sleep(0.05)
    sys.stdout.write(f"Thread {number}\n")


for i in range(20):
    threading.Thread(target=worker, args=(i,), name=f"t.{i}").start()
