# ANCHOR: whole
"""Twin of `everyone`: the threads that are alive, and which of them is the current one."""

import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")


def names():
    return ", ".join(thread.name for thread in threading.enumerate())


threading.current_thread().name = "the main thread"
say(f"{threading.active_count()} alive: {names()}")

meet = threading.Barrier(4)
answers = [None] * 3


def stay(i):
    meet.wait()
    meet.wait()
    answers[i] = threading.current_thread().name


# ANCHOR: three
threads = [threading.Thread(target=stay, args=(i,), name=f"t.{i}") for i in range(3)]
for thread in threads:
    thread.start()
meet.wait()
say(f"{threading.active_count()} alive: {names()}")
meet.wait()
# ANCHOR_END: three
for thread in threads:
    thread.join()
say(f"who are you? {', '.join(answers)}")
say(f"{threading.active_count()} alive: {names()}")
# ANCHOR_END: whole
