"""task_done and join: an empty queue is not yet finished work."""

import queue
import threading


def work(q, all_taken, go_on):
    pages = [q.get() for _ in range(3)]
    all_taken.set()
    go_on.wait()
    for page in pages:
        print(f"printed the {page} page")
        q.task_done()


def main():
    q = queue.Queue()
    for page in ["first", "second", "third"]:
        q.put(page)

    all_taken, go_on = threading.Event(), threading.Event()
    worker = threading.Thread(target=work, args=(q, all_taken, go_on))
    worker.start()

    all_taken.wait()
    print(f"in the queue: {q.qsize()}, unfinished: {q.unfinished_tasks}")
    go_on.set()
    q.join()
    print(f"joined: in the queue: {q.qsize()}, unfinished: {q.unfinished_tasks}")
    worker.join()


main()
