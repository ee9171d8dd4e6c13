"""Ten threads wait until you type true."""

import json
import sys
import threading


def prompt(text):
    """Asks for a line; shows the answer too if no terminal does."""
    sys.stdout.write(text)
    sys.stdout.flush()
    line = sys.stdin.readline()
    answer = line.rstrip("\r\n") if line else None
    if not line or not sys.stdin.isatty():
        sys.stdout.write((answer or "") + "\n")
    return answer


# ANCHOR: main
event = threading.Event()
all_started = threading.Barrier(11)
declined = False


def wait():
    sys.stdout.write("start\n")
    all_started.wait()
    event.wait()
    if not declined:
        sys.stdout.write("execute\n")


threads = [threading.Thread(target=wait) for _ in range(10)]
for thread in threads:
    thread.start()
all_started.wait()

answer = prompt("input:")
declined = answer != "true"
event.set()
# ANCHOR_END: main
for thread in threads:
    thread.join()

if answer is None:
    print("the input ended without an answer: all ten ended, none executed")
elif declined:
    print(f'the answer was {json.dumps(answer)}, not "true": all ten ended, none executed')
