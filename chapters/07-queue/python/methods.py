"""Every method of a queue: with waiting, with a time-out, and at once."""

import queue
import threading

PATIENCE = 0.02


# ANCHOR: show
def show(q):
    empty = "yes" if q.empty() else "no"
    full = "yes" if q.full() else "no"
    print(f"length {q.qsize()}, empty: {empty}, full: {full}")
# ANCHOR_END: show


def main():
    # ANCHOR: main
    q = queue.Queue(maxsize=2)
    show(q)

    q.put("a")
    q.put_nowait("b")
    show(q)

    # Full does not carry the item; the caller still has it.
    try:
        q.put("c", block=False)
    except queue.Full:
        print("put c at once: Full")
    try:
        q.put("c", timeout=PATIENCE)
    except queue.Full:
        print("put c within 20 ms: Full")

    # A put without a time-out waits until a get makes room.
    waiting = threading.Thread(target=q.put, args=("c",))
    waiting.start()
    print(f"get: {q.get()}")
    waiting.join()
    print("put c: done once there was room")
    # ANCHOR_END: main

    # ANCHOR: rest
    print(f"get at once: {q.get_nowait()}")
    print(f"get within 20 ms: {q.get(timeout=PATIENCE)}")
    try:
        q.get(block=False)
    except queue.Empty:
        print("get at once: Empty")
    try:
        q.get(timeout=PATIENCE)
    except queue.Empty:
        print("get within 20 ms: Empty")

    # A get without a time-out waits until a put brings something.
    waiting = threading.Thread(target=lambda: print(f"get: {q.get()}, once it was put"))
    waiting.start()
    q.put("d")
    waiting.join()

    # Four items were put, so four have to be reported.
    print(f"unfinished: {q.unfinished_tasks}")
    for _ in range(4):
        q.task_done()
    q.join()
    print("join: every item was reported")
    try:
        q.task_done()
    except ValueError:
        print("task_done a fifth time: an error")

    q.maxsize = 0
    for item in ["e", "f", "g"]:
        q.put(item)
    show(q)
    # ANCHOR_END: rest


main()
