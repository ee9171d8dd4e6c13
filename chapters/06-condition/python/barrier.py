"""Three meet; one waits in vain and breaks the barrier."""

import sys
import threading

# ANCHOR: main
barrier = threading.Barrier(3, action=lambda: sys.stdout.write("all three are here\n"))
indices = []


def meet(number):
    sys.stdout.write(f"{number} arrives\n")
    indices.append(barrier.wait())
    sys.stdout.write(f"{number} goes on\n")
# ANCHOR_END: main


threads = [threading.Thread(target=meet, args=(number,)) for number in (1, 2, 3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("each got a number of its own:", sorted(indices))


# ANCHOR: rest
def report(who, timeout=None):
    # Python raises the same error for both; whether it was broken before the
    # wait tells them apart.
    outcome = "the barrier is broken" if barrier.broken else "the others have not come in time"
    try:
        barrier.wait(timeout)
        outcome = "all have come"
    except threading.BrokenBarrierError:
        pass
    print(f"{who}: {outcome}")


# ANCHOR: alone
report("one comes, and waits for 10 ms", timeout=0.01)
report("another one comes")
# ANCHOR_END: alone
print("broken:", "true" if barrier.broken else "false")
barrier.reset()
print("broken, once reset:", "true" if barrier.broken else "false")
# ANCHOR_END: rest
