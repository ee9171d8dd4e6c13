"""An event and a bounded queue between tasks, on gevent."""

import gevent
from gevent.event import Event
from gevent.queue import Empty, Queue


def event():
    flag = Event()

    def wait(i):
        flag.wait()
        print(f"waiter {i} goes on")

    waiters = [gevent.spawn(wait, i) for i in range(3)]
    gevent.sleep(0)  # now all three wait
    print("set, and cleared at once")
    flag.set()
    flag.clear()
    gevent.joinall(waiters)
    print("set:", str(flag.is_set()).lower())


def queue():
    items = Queue(2)

    def produce():
        for item in range(1, 5):
            items.put(item)
            print(f"put {item}")
        items.put(None)

    producer = gevent.spawn(produce)
    while (item := items.get()) is not None:
        print(f"  got {item}")
    producer.join()
    try:
        items.get(timeout=0.01)
    except Empty:
        print("nothing more: true")


event()
queue()
