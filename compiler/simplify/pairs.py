"""Common pairs of many rows: the most frequent pair becomes a token of its own, again and again.

A row is {token: exponent}: of a product the exponents of its factors, of a sum the signs of its terms. A pair
(i, j, relation) stands for i*j, i/j or j/i (i + j or i - j); a row of signs may hold its negative, a row of factors
i*j in its divisor, but never an inverse of i/j: that would divide by j.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

Row = dict[int, int]
Pair = tuple[int, int, int]  # two tokens, the smaller first, and their relation
SHUFFLE = 10_007  # a prime
EQUAL, FIRST, SECOND = 1, -1, -2  # equal signs, or opposite ones: the first is positive, the second is


@dataclass(slots=True)
class Pairs:
    """Rows that shrink as pairs are taken out; `taken` holds the pair of each new token, from `base` on.

    `order` breaks ties between pairs of equal frequency: 1 the oldest tokens first, -1 the newest first, any other
    number in an order of its own.
    """

    rows: list[Row]
    base: int
    order: int = 1
    factors: bool = True  # rows of factors, not of signs
    relation: int = 1  # which of two relations goes first
    taken: list[Pair] = field(default_factory=list)
    readers: dict[Pair, set[int]] = field(default_factory=dict)
    counts: dict[Pair, int] = field(default_factory=dict)
    heap: list[tuple[int, int, int, int, Pair]] = field(default_factory=list)

    def run(self) -> Pairs:
        """Take out pairs until none occurs twice."""
        for place, row in enumerate(self.rows):
            tokens = list(row)
            for at, i in enumerate(tokens):
                for j in tokens[at:]:
                    self._count(place, row, i, j, 1)
        while self.heap:
            entry = heapq.heappop(self.heap)
            pair = entry[-1]
            count = self.counts.get(pair, 0)
            if count < 2:
                continue
            if count != -entry[0]:
                self._push(pair, count)
                continue
            self._take(pair)
        return self

    def _push(self, pair: Pair, count: int) -> None:
        i, j, relation = pair
        kind = -max(relation, FIRST) * self.relation
        heapq.heappush(self.heap, (-count, kind, self._age(i) + self._age(j), self._age(i), pair))

    def _age(self, token: int) -> int:
        return token * self.order if abs(self.order) == 1 else token * self.order % SHUFFLE

    def _count(self, place: int, row: Row, i: int, j: int, change: int) -> None:
        """Note that a row holds a pair, or no longer holds it."""
        pair, times = self._pair(row, i, j)
        if not times:
            return
        count = self.counts[pair] = self.counts.get(pair, 0) + change * times
        readers = self.readers.setdefault(pair, set())
        if change > 0:
            readers.add(place)
            if count > 1:
                self._push(pair, count)
        else:
            readers.discard(place)

    def _pair(self, row: Row, i: int, j: int) -> tuple[Pair, int]:
        """Return a pair and how often a row holds it."""
        if i == j:
            return (i, i, EQUAL), abs(row[i]) // 2
        if j < i:
            i, j = j, i
        relation = EQUAL if (row[i] > 0) == (row[j] > 0) else FIRST if row[i] > 0 or not self.factors else SECOND
        return (i, j, relation), min(abs(row[i]), abs(row[j]))

    def _take(self, pair: Pair) -> None:
        token = self.base + len(self.taken)
        self.taken.append(pair)
        i, j, relation = pair
        for place in sorted(self.readers[pair]):
            row = self.rows[place]
            self._forget(place, row, (i, j))
            times = abs(row[i]) // 2 if i == j else min(abs(row[i]), abs(row[j]))
            by = times if row[i] > 0 else -times
            row[i] -= by
            row[j] -= by if relation == EQUAL else -by
            row[token] = -by if relation == SECOND else by
            for each in {i, j}:
                if not row[each]:
                    del row[each]
            self._note(place, row, (i, j, token))

    def _forget(self, place: int, row: Row, touched: tuple[int, ...]) -> None:
        for i, j in _touching(row, touched):
            self._count(place, row, i, j, -1)

    def _note(self, place: int, row: Row, touched: tuple[int, ...]) -> None:
        for i, j in _touching(row, touched):
            self._count(place, row, i, j, 1)


def _touching(row: Row, touched: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the pairs of tokens of a row, each once, of which one is touched."""
    mine = [each for each in dict.fromkeys(touched) if each in row]
    found = [(i, j) for at, i in enumerate(mine) for j in mine[at:]]
    rest = [each for each in row if each not in mine]
    return found + [(i, j) for i in mine for j in rest]
