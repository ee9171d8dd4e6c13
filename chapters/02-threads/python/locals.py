# ANCHOR: whole
"""Twin of `locals`: one object, another value in each thread."""

import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")


# ANCHOR: number
class Number(threading.local):
    # Called once in each thread that uses the object.
    def __init__(self):
        self.value = 0


number = Number()
number.value = 100
# ANCHOR_END: number
all_written = threading.Barrier(3)
seen = [None] * 3


def work(i):
    before = number.value
    number.value = i
    all_written.wait()
    seen[i] = (before, number.value)


threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
for i, thread in enumerate(threads):
    thread.join()
    before, after = seen[i]
    say(f"thread {i}: found {before}, wrote {i}, reads {after}")
say(f"main: wrote 100, reads {number.value}")
# ANCHOR_END: whole
