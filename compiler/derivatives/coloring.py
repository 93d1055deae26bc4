"""Colourings of sparse patterns, greedy: columns, or variables of a symmetric matrix, that one sweep takes together.

Columns of one colour share no row, so the sum of them shows every entry (Curtis, Powell & Reid 1974; Coleman & More
1983: a colouring of the columns' intersection graph). In a star colouring of a symmetric matrix neighbours differ and
every path of four nodes has three colours, so that of the entries (i, j) and (j, i) one can be read (Coleman & More
1984; Gebremedhin, Manne & Pothen 2005, "What color is your Jacobian?", algorithm 4.1). Many neighbours come first.
"""

from __future__ import annotations

from collections.abc import Sequence

Rows = Sequence[Sequence[int]]


def color_columns(rows: Rows, count: int) -> list[int]:
    """Return the colours of `count` columns, 0, 1, ...; rows: the columns with an entry in each row."""
    columns = transposed(rows, count)
    used: list[set[int]] = [set() for _ in rows]
    free = [0] * len(rows)  # the least colour that no column of a row has
    colors = [0] * count
    for column in sorted(range(count), key=lambda each: (-sum(len(rows[row]) for row in columns[each]), each)):
        color = max((free[row] for row in columns[column]), default=0)
        while any(color in used[row] for row in columns[column]):
            color += 1
        colors[column] = color
        for row in columns[column]:
            used[row].add(color)
            while free[row] in used[row]:
                free[row] += 1
    return colors


def color_star(rows: Rows) -> list[int]:
    """Return a star colouring of the variables of a symmetric pattern, 0, 1, ..."""
    near = [[each for each in own if each != place] for place, own in enumerate(rows)]
    colors = [-1] * len(rows)
    for node in sorted(range(len(rows)), key=lambda each: (-len(near[each]), each)):
        barred = set()
        for other in near[node]:
            barred.add(colors[other])
            for third in near[other]:
                if third != node and colors[third] >= 0 and _meets(near, colors, other, third):
                    barred.add(colors[third])
        colors[node] = next(color for color in range(len(barred) + 1) if color not in barred)
    return colors


def _meets(near: Rows, colors: list[int], other: int, third: int) -> bool:
    """Say whether the colour of `third` would make a path of two colours over `other`."""
    return colors[other] < 0 or any(each != other and colors[each] == colors[other] for each in near[third])


def transposed(rows: Rows, count: int) -> list[list[int]]:
    """Return for each of `count` columns its rows, in order."""
    columns: list[list[int]] = [[] for _ in range(count)]
    for row, own in enumerate(rows):
        for column in own:
            columns[column].append(row)
    return columns
