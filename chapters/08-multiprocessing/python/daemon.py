"""Who waits for whom at the end."""

from multiprocessing import Pipe, get_context

# A forked child would hold copies of both ends of the pipe.
context = get_context("spawn")


def print_a_word(words):
    try:
        print(words.recv(), flush=True)
    except EOFError:
        pass


def parent(daemon, words):
    context.Process(target=print_a_word, args=(words,), daemon=daemon).start()


def started(daemon):
    ours, theirs = Pipe()
    process = context.Process(target=parent, args=(daemon, theirs))
    process.start()
    theirs.close()
    return ours, process


def exit_code(process):
    process.join()
    return process.exitcode


if __name__ == "__main__":
    ours, waiting = started(False)
    print("a parent with a child: still there", flush=True)
    ours.send("the child prints this")
    print("a parent with a child: ended with", exit_code(waiting))

    ours, ending = started(True)
    print("a parent with a daemon: ended with", exit_code(ending))
    try:
        ours.recv()
        print("the daemon is not gone")
    except (EOFError, ConnectionResetError):
        print("the daemon is gone")
