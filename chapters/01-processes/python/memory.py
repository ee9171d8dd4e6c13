"""Twin of `memory`: a thread's write is seen, a child process's is not.

The child is started with "spawn", a fresh start like the Rust program's. Under
"fork" it would begin with a copy, and say 1; the parent would not see its write
either way.
"""

import multiprocessing
import sys
import threading

# ANCHOR: main
number = 0


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def thread():
    global number
    number = 1
    say(f"thread: wrote {number}")


def child():
    global number
    say(f"child process: the number is {number}")
    number = 2
    say(f"child process: wrote {number}")


if __name__ == "__main__":
    say(f"parent: the number is {number}")
    t = threading.Thread(target=thread)
    t.start()
    t.join()
    say(f"parent: the number is {number}")
    p = multiprocessing.get_context("spawn").Process(target=child)
    p.start()
    p.join()
    say(f"parent: the number is {number}")
# ANCHOR_END: main
