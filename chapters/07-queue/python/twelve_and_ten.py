"""Twelve producers and ten consumers over a queue that holds ten items.

Python's queue can be shut down since 3.13. Before, each consumer has to be
told by an item of its own that the end has come.
"""

import queue
import threading

PRODUCERS = 12
CONSUMERS = 10
ITEMS_EACH = 100
END = object()


# ANCHOR: main
def produce(producer, q, most_waiting):
    for number in range(ITEMS_EACH):
        q.put((producer, number))
        most_waiting[producer] = max(most_waiting[producer], q.qsize())


def consume(q, items):
    while (item := q.get()) is not END:
        items.append(item)
# ANCHOR_END: main


# ANCHOR: rest
def main():
    q = queue.Queue(10)
    most_waiting = [1] * PRODUCERS
    received = [[] for _ in range(CONSUMERS)]
    consumers = [threading.Thread(target=consume, args=(q, items)) for items in received]
    producers = [
        threading.Thread(target=produce, args=(i, q, most_waiting)) for i in range(PRODUCERS)
    ]
    for thread in consumers + producers:
        thread.start()
    for thread in producers:
        thread.join()
    for _ in consumers:
        q.put(END)
    for thread in consumers:
        thread.join()

    print(f"arrived: {sum(map(len, received))}")
    for producer in range(PRODUCERS):
        by_consumer = [[n for p, n in items if p == producer] for items in received]
        items = sorted(sum(by_consumer, []))
        whole = "each item once" if items == list(range(ITEMS_EACH)) else "WRONG"
        in_order = all(part == sorted(part) for part in by_consumer)
        order = "in its order" if in_order else "OUT OF ORDER"
        print(f"producer {producer}: {whole}, {order}")
    print(f"most items seen waiting: {max(most_waiting)}")
# ANCHOR_END: rest


main()
