"""Twin of `borrowing`: a list that two functions see."""


# ANCHOR: main
def largest(scores):
    best = 0
    for score in scores:
        best = max(best, score)
    return best


def add(scores, score):
    scores.append(score)


scores = [3, 1, 2]
print(f"largest: {largest(scores)}")
add(scores, 9)
print(f"largest: {largest(scores)}")
print(f"all: {scores}")
# ANCHOR_END: main
