"""Every method of the event, with and without time-outs."""

import threading

SHORT = 0.01
LONG = 60

event = threading.Event()


def yes_no(answer):
    return "true" if answer else "false"


print("set, at first:", yes_no(event.is_set()))
print("waited 10 ms for nobody:", yes_no(event.wait(SHORT)))

answers = []
waiter = threading.Thread(target=lambda: answers.append(event.wait(LONG)))
waiter.start()
event.set()
waiter.join()
print("waited for another thread, at most a minute:", yes_no(answers[0]))
print("set, from then on:", yes_no(event.is_set()))
print("waited 0 ms while it is set:", yes_no(event.wait(0)))
event.wait()
print("waited without a time-out while it is set: it does not block")

event.clear()
print("set, once cleared:", yes_no(event.is_set()))
print("waited 10 ms once cleared:", yes_no(event.wait(SHORT)))
