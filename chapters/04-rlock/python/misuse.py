"""The reentrant lock: released by a stranger, and too often."""

import threading

lock = threading.RLock()


def release(how):
    try:
        lock.release()
        outcome = "done"
    except RuntimeError:
        outcome = "refused"
    print(f"released {how}: {outcome}")


lock.acquire()

stranger = threading.Thread(target=release, args=("by a stranger",))
stranger.start()
stranger.join()
print(f"still held, depth {lock._recursion_count()}")

release("by its owner")
release("by its owner, once too often")

lock.acquire()
print(f"still usable, depth {lock._recursion_count()}")
lock.release()
