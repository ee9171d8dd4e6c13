"""Twin of `end-of-main`: who ends when the main thread ends.

What every Rust thread is, a Python thread must ask for: a daemon. Python would
wait for a thread that is not one at the end of the main thread, with or without
the join written out here.
"""

import os
import subprocess
import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# ANCHOR: main
def child(join):
    started = threading.Event()

    def work():
        say("thread: at work")
        started.set()
        # Not sys.stdin: a daemon holding sys.stdin's lock would crash the interpreter at its end.
        while os.read(0, 1024):
            pass
        say("thread: finished")

    thread = threading.Thread(target=work, daemon=not join)
    thread.start()
    started.wait()
    say("main: at its end")
    if join:
        thread.join()
        say("main: joined the thread")
# ANCHOR_END: main


def parent(role):
    with subprocess.Popen(
        [sys.executable, __file__, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            line = line.rstrip("\n")
            say(f"  {line}")
            if role == "--join" and line == "main: at its end":
                process.stdin.close()
        code = process.wait()
        say(f"  the process ended with exit code {code}")


if __name__ == "__main__":
    if sys.argv[1:]:
        child(sys.argv[1] == "--join")
    else:
        say("main returns and leaves its thread behind:")
        parent("--leave")
        say("main joins its thread:")
        parent("--join")
