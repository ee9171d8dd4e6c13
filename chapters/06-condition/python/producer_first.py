"""The producer comes first: wait for a fact, not a call."""

import threading

# ANCHOR: main
condition = threading.Condition()
produced = False


def producer():
    global produced
    with condition:
        print("producer before notifyAll")
        produced = True
        condition.notify_all()
        print("producer after notifyAll")


def consumer():
    with condition:
        print("consumer before wait")
        condition.wait_for(lambda: produced)
        print("consumer after wait")
# ANCHOR_END: main


# ANCHOR: rest
def run(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


run(producer)
with condition:
    woken = condition.wait(0.01)
print("waited 10 ms for a notification, and got one:", "true" if woken else "false")
run(consumer, consumer)
# ANCHOR_END: rest
