"""Two processes, one after the other, and one dict."""

from multiprocessing import Manager, Process


def foo(i, dic):
    dic[i] = 100 + i
    print(dic)
    print(len(dic))


if __name__ == "__main__":
    with Manager() as manager:
        dic = manager.dict()
        for i in range(2):
            process = Process(target=foo, args=(i, dic))
            process.start()
            process.join()
