"""The second pool: one thread, and a callback that gets status and result."""

import sys

from thread_pool import ThreadPool, say


def action(i):
    if i == 13:
        sys.exit("no luck")
    return i * i


def main():
    pool = ThreadPool(1)
    for i in range(20):

        def callback(status, result, i=i):
            if status:
                say(f"{i}: succeeded with {result}")
            else:
                say(f'{i}: failed with "{result}"')
            if i == 7:
                sys.exit("the callback fails")

        pool.execute(lambda i=i: action(i), callback)
    pool.wait_idle()
    spawned, idle, _ = pool.sizes()
    print(f"threads: {spawned}, idle: {idle}")

    pool.close()
    pool.join()
    print("end")


main()
