"""A heap of factors: the most frequent first, of equally frequent ones the smallest number."""

from __future__ import annotations

from compiler.loops.memory import Array, within

WIDTH = 3  # minus how often, the factor, its place


@within
def before(heap: Array, a: int, b: int) -> bool:
    """Say whether one entry comes before another."""
    i, j = WIDTH * a, WIDTH * b
    return bool(heap[i] < heap[j] or (heap[i] == heap[j] and heap[i + 1] < heap[j + 1]))


@within
def swap(heap: Array, a: int, b: int) -> None:
    """Exchange two entries."""
    for part in range(WIDTH):
        heap[WIDTH * a + part], heap[WIDTH * b + part] = heap[WIDTH * b + part], heap[WIDTH * a + part]


def push(heap: Array, size: int, often: int, token: int, place: int) -> int:
    """Add an entry; return how many there are."""
    heap[WIDTH * size], heap[WIDTH * size + 1], heap[WIDTH * size + 2] = -often, token, place
    at = size
    while at and before(heap, at, (at - 1) // 2):
        swap(heap, at, (at - 1) // 2)
        at = (at - 1) // 2
    return size + 1


def pop(heap: Array, size: int) -> tuple[int, int]:
    """Remove the first entry; return its place, and how many are left."""
    found = heap[2]
    size -= 1
    swap(heap, 0, size)
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and before(heap, child + 1, child):
            child += 1
        if not before(heap, child, at):
            break
        swap(heap, at, child)
        at = child
    return found, size
