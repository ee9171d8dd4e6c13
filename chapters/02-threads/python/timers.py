# ANCHOR: whole
"""Twin of `timers`: a function called later, unless it is cancelled.

`Timer.cancel` does not say whether it came in time. `finished` does not either:
it is set by both. So the function itself tells.
"""

import sys
import threading
import time


def say(text):
    sys.stdout.write(text + "\n")


def yes(it_is):
    return "yes" if it_is else "no"


rang = threading.Event()
late = threading.Timer(3600, rang.set)
late.start()
late.cancel()
late.join()
say(f"cancelled in time: {yes(not rang.is_set())}")
say("main: the cancelled timer's thread has ended")

DELAY = 0.02
called = threading.Event()
start = time.monotonic()


# ANCHOR: soon
def ring():
    say(f"timer: at least 20 ms later? {yes(time.monotonic() - start >= DELAY)}")
    called.set()


soon = threading.Timer(DELAY, ring)
soon.start()
called.wait()
soon.cancel()
# ANCHOR_END: soon
say(f"cancelled in time: {yes(not called.is_set())}")
soon.join()
say("main: this timer's thread has ended too")
# ANCHOR_END: whole
