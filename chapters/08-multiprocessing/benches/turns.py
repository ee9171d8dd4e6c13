"""Measures when it is told to: a number of rounds in, nanoseconds out."""

import sys
import time


def serve(work):
    for line in sys.stdin:
        rounds = int(line)
        start = time.perf_counter_ns()
        work(rounds)
        print(time.perf_counter_ns() - start, flush=True)
