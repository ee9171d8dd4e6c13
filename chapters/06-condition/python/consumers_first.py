"""Two consumers wait, then a producer notifies them."""

import threading

lock = threading.RLock()
condition = threading.Condition(lock)
announced = threading.Condition(lock)
waiting = 0


def consumer():
    global waiting
    with condition:
        print("consumer before wait")
        waiting += 1
        announced.notify()
        condition.wait()
        print("consumer after wait")


def producer():
    with condition:
        announced.wait_for(lambda: waiting == 2)
        print("producer before notifyAll")
        condition.notify_all()
        print("producer after notifyAll")


threads = [threading.Thread(target=target) for target in (consumer, consumer, producer)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
