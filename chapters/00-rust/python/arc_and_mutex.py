"""Twin of `arc-and-mutex`: one number, four threads."""

import threading

# ANCHOR: main
total = 0
lock = threading.Lock()


def add(amount):
    global total
    with lock:
        total += amount


workers = [threading.Thread(target=add, args=(amount,)) for amount in range(1, 5)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(f"total: {total}")
# ANCHOR_END: main
