# ANCHOR: whole
"""Twin of `methods`: every method of a thread, in today's spelling."""

import queue
import sys
import threading


def say(text):
    sys.stdout.write(text + "\n")


def yes(it_is):
    return "yes" if it_is else "no"


word = queue.Queue()
result = []
thread = threading.Thread(target=lambda: result.append(word.get()), name="t.0")

say(f"name: {thread.name}")
thread.name = "renamed"
say(f"name after set_name: {thread.name}")
say(f"daemon: {yes(thread.daemon)}")
say(f"ident before the start: {'none' if thread.ident is None else 'some'}")
say(f"alive before the start: {yes(thread.is_alive())}")

thread.start()
say(f"alive after the start: {yes(thread.is_alive())}")
ident = thread.ident
say(f"ident after the start: {ident}")
say(f"native_id after the start: {thread.native_id}")

# ANCHOR: life
thread.join(0.01)
say(f"alive after join with a time-out: {yes(thread.is_alive())}")

word.put("the word")
thread.join()
# A Python thread returns nothing; this one left its result in a list.
say(f'join: the thread returned "{result[0]}"')
say(f"alive after join: {yes(thread.is_alive())}")
say(f"ident kept after join: {yes(thread.ident == ident)}")

here = []
threading.Thread(target=lambda: here.append(threading.current_thread())).run()
say(f"run without start: in the caller's own thread? {yes(here[0] is threading.current_thread())}")
# ANCHOR_END: life

say(f"built as a daemon: {yes(threading.Thread(daemon=True).daemon)}")
inherited = []
d = threading.Thread(target=lambda: inherited.append(threading.Thread().daemon), daemon=True)
d.start()
d.join()
say(f"a daemon's thread is a daemon: {yes(inherited[0])}")
# ANCHOR_END: whole
