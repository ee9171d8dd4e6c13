"""Workers that are replaced after a number of tasks."""

import os
from multiprocessing import Pool


def process_id(_):
    return os.getpid()


if __name__ == "__main__":
    with Pool(1, maxtasksperchild=2) as pool:
        pids = pool.map(process_id, range(6), chunksize=1)
        for i in range(0, 6, 2):
            same = pids[i] == pids[i + 1]
            print(f"tasks {i} and {i + 1} in the same process: {str(same).lower()}")
        print("processes:", len(set(pids)))
        pool.close()
        pool.join()
