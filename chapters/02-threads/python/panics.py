# ANCHOR: whole
"""Twin of `panics`: here `join` knows nothing of the exception; the hook does."""

import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")


def divide(dividend, divisor, results):
    if divisor == 0:
        raise ValueError(f"{dividend} cannot be divided by 0")
    results.append(dividend // divisor)


# ANCHOR: main
failures = []
show = threading.excepthook


def hook(args):
    failures.append(str(args.exc_value))
    show(args)


threading.excepthook = hook
for divisor in (7, 0):
    results = []
    thread = threading.Thread(target=divide, args=(42, divisor, results), name="divider")
    thread.start()
    thread.join()
    if results:
        say(f"42 / {divisor} = {results[0]}")
    else:
        say(f"42 / {divisor}: the thread panicked: {failures.pop()}")
say("main goes on")
# ANCHOR_END: main
# ANCHOR_END: whole
