# ANCHOR: whole
"""Twin of `daemons`: the end of the program waits for all threads but the daemons."""

import atexit
import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")


begun = threading.Semaphore(0)
last_statement = threading.Event()


def daemon(i):
    say(f"daemon {i}: waits for ever")
    begun.release()
    threading.Event().wait()


def worker():
    last_statement.wait()
    say("worker: finished after the end of main")


def the_end():
    # Python calls this after it has waited for the threads that are not daemons.
    daemons = sum(thread.daemon for thread in threading.enumerate())
    say(f"the program ends, and takes {daemons} daemons with it")


# ANCHOR: main
atexit.register(the_end)
for i in range(3):
    threading.Thread(target=daemon, args=(i,), daemon=True).start()
for _ in range(3):
    begun.acquire()

t = threading.Thread(target=worker)
t.start()
say(f"is the worker a daemon? {str(t.daemon).lower()}")
say("main: at its end")
last_statement.set()
# ANCHOR_END: main
# ANCHOR_END: whole
