"""Twin of `results`: three lines, two of them without a price."""


# ANCHOR: main
def price(line):
    words = line.split(" ")
    if len(words) < 2:
        raise ValueError("no price")
    try:
        return int(words[1])
    except ValueError:
        raise ValueError(f"{words[1]} is no number") from None


for line in ["tea 3", "milk two", "bread"]:
    try:
        print(f"{line}: costs {price(line)}")
    except ValueError as why:
        print(f"{line}: {why}")
# ANCHOR_END: main
