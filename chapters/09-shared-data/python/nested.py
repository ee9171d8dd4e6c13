"""A list inside a dict: a plain one is a copy, a proxy is the list itself."""

from multiprocessing import Manager

if __name__ == "__main__":
    with Manager() as manager:
        d = manager.dict()
        d["plain"] = [1]
        d["proxy"] = manager.list([1])

        plain = d["plain"]
        plain.append(2)
        proxy = d["proxy"]
        proxy.append(2)

        print("plain:", d["plain"])
        print("proxy:", proxy)
        print("objects in the manager:", manager._number_of_objects())
        del proxy
        d.pop("proxy")
        print("without the list:", manager._number_of_objects())
