"""The same with an ordinary dict: each process changes a copy of its own."""

from multiprocessing import Process


def foo(i, dic):
    dic[i] = 100 + i
    print(dic)
    print(len(dic))


if __name__ == "__main__":
    dic = {}
    for i in range(2):
        process = Process(target=foo, args=(i, dic))
        process.start()
        process.join()
    print("in the parent:", dic)
