"""What is compared of a derivative program: sums of its entries, each times coordinates of random directions.

Directions are t and u, n coordinates each, one list of 2n. A sum is an identity in them, so a right sum means that
every entry is right: a wrong, missing or misplaced one is a coefficient that is not 0 (Schwartz 1980, Zippel 1979).
"""

from __future__ import annotations

from verify.derived.program import DerivativeProgram

Form = list[tuple[int, tuple[int, ...]]]  # terms: a node of the program times coordinates


def gradient_forms(program: DerivativeProgram) -> list[Form]:
    """Return the sum of the gradient along t, of a kind that has a gradient."""
    return [_along(program.gradient)] if program.kind.gradient else []


def derivative_forms(program: DerivativeProgram) -> list[Form]:
    """Return the sums that hold every entry of the derivative.

    jvp: each entry by itself (t is the direction of the header). vjp, hvp: their sum along t. jacobian: the sum of each
    row along t. hessian: the symmetric form of t and u.
    """
    n = program.differentiated
    if program.kind.name == "jvp":
        return [[(node, ())] for node in program.derivative]
    if not program.kind.pattern:
        return [_along(program.derivative)]
    entries = zip(program.derivative, program.rows, program.columns, strict=True)
    if program.kind.gradient:
        return [[term for node, i, j in entries for term in _symmetric(node, i, j, n)]]
    sums: list[Form] = [[] for _ in program.graph.outputs]
    for node, row, column in entries:
        sums[row].append((node, (column,)))
    return sums


def _along(nodes: tuple[int, ...]) -> Form:
    return [(node, (place,)) for place, node in enumerate(nodes)]


def _symmetric(node: int, i: int, j: int, n: int) -> Form:
    first = (node, (i, n + j))
    return [first] if i == j else [first, (node, (j, n + i))]
