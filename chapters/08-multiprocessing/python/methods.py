"""What a process can be asked, while it runs and afterwards."""

import os
import sys
from multiprocessing import Pipe, Process, active_children


def wait_for_leave(parent):
    sys.exit(0 if parent.recv() == "leave" else 1)


def shown(code):
    return "none yet" if code is None else str(code)


def truth(value):
    return str(value).lower()


if __name__ == "__main__":
    ours, theirs = Pipe()
    child = Process(target=wait_for_leave, args=(theirs,), name="waiter")
    child.start()
    print("name:", child.name)
    print("runs in another process:", truth(child.pid != os.getpid()))
    print("alive:", truth(child.is_alive()))
    print("exit code:", shown(child.exitcode))
    child.join(0.01)
    print("joined for 10 ms:", shown(child.exitcode))
    print("active children:", len(active_children()))

    ours.send("leave")
    child.join()
    print("joined:", shown(child.exitcode))
    print("alive:", truth(child.is_alive()))
    print("exit code:", shown(child.exitcode))
    print("active children:", len(active_children()))
