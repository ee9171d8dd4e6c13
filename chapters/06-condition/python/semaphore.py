"""Two at a time, and a release too many."""

import threading

# ANCHOR: main
two = threading.Semaphore(2)
pair = threading.Barrier(2)
counting = threading.Lock()
inside = most = 0


def visit():
    global inside, most
    with two:
        with counting:
            inside += 1
            most = max(most, inside)
        pair.wait()
        with counting:
            inside -= 1
# ANCHOR_END: main


threads = [threading.Thread(target=visit) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"6 threads were inside, at most {most} at a time")

# ANCHOR: rest
two.release()
# Python does not tell how many there are to take; the semaphore's counter does.
print(f"semaphore of 2, given back one too many: {two._value} to take")

bounded = threading.BoundedSemaphore(2)
try:
    bounded.release()
    answer = "accepted"
except ValueError:
    answer = "refused"
print(f"bounded semaphore of 2: {answer}, {bounded._value} to take")
# ANCHOR_END: rest
