"""Which item comes first: three orders, and the simple queue."""

import queue

TASKS = [(3, "sweep"), (1, "cook"), (4, "sleep"), (2, "eat")]


def through(q):
    """Puts all tasks, then gets them all."""
    for task in TASKS:
        q.put(task)
    return " ".join(q.get()[1] for _ in TASKS)


print(f"first in first out: {through(queue.Queue())}")
print(f"last in first out: {through(queue.LifoQueue())}")
print(f"least first: {through(queue.PriorityQueue())}")
print(f"simple: {through(queue.SimpleQueue())}")
