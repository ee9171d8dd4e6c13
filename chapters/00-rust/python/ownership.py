"""Twin of `ownership`: a list that has two names."""


# ANCHOR: main
def count(numbers):
    return len(numbers)


numbers = [1, 2]
copy = numbers.copy()
mine = numbers  # a second name for the same list
mine.append(3)
print(f"mine: {mine}")
print(f"copy: {copy}")
print(f"counted: {count(mine)}")
# ANCHOR_END: main
