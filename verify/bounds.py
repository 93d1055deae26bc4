"""How many zeros an identity can have: formal degrees and log2 1-norms of every step of a tape.

Two bounds are kept and the smaller counts. `quotient_bound` carries numerator and denominator (a, b, alpha, beta) as
fractions are added by hand; `layered_bound` reads a step as a polynomial in the variables and in one new symbol per
divisor, and clears the symbols layer by layer. Sums of many quotients are cheap in the second, continued fractions in
the first. All numbers are integers, rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.identities import ROWS
from verify.tape import ADD, CODE, CONSTANT, DIV, FUNCTION, MUL, SUB, VARIABLE, Tape

_COMPARED = frozenset({CODE["gt"], CODE["above"]})  # a variable s or 1 - s: a norm of 2


@dataclass(frozen=True, slots=True)
class Bound:
    """Degree of the cleared identity and log2 of its 1-norm."""

    degree: int
    norm: int


def _log2(value: int) -> int:
    return max(abs(value) - 1, 0).bit_length()


def _is_fresh(op: int) -> bool:
    return op == VARIABLE or op >= FUNCTION


def best_bound(tape: Tape, roots: Sequence[int], fresh: int, cap: int) -> Bound | None:
    """Return the smaller of both bounds over the roots, None if each exceeds 2**cap.

    fresh: steps below it that are no constants are variables of their own.
    """
    found = [quotient_bound(tape, roots, fresh, cap)]
    if found[0] is None or found[0].degree.bit_length() > 100:
        found.append(layered_bound(tape, roots, fresh, cap))
    bounds = [bound for bound in found if bound is not None]
    return min(bounds, key=lambda bound: 3 * bound.norm + bound.degree, default=None)


def quotient_bound(tape: Tape, roots: Sequence[int], fresh: int, cap: int) -> Bound | None:
    """Bound the numerators of the roots by the rules for fractions."""
    limit = 1 << cap
    top: list[int] = []  # degree of the numerator, of the denominator, and their log2 norms
    bottom: list[int] = []
    alpha: list[int] = []
    beta: list[int] = []
    for step, op in enumerate(tape.op):
        if op == CONSTANT:
            value = tape.exact[step]
            a, b, al, be = 0, 0, _log2(value.numerator), _log2(value.denominator)
        elif _is_fresh(op) or (step < fresh and not tape.const[step]):
            a, b, al, be = 1, 0, int(op in _COMPARED), 0
            if op in ROWS and step >= fresh:
                shape = ROWS[op].shape
                a, b, al, be = shape.top, shape.bottom, shape.top_norm, shape.bottom_norm
            if tape.rooted and (k := tape.root_power(step)):
                a, b = max(k, 0), max(-k, 0)
                if abs(k) > limit:
                    return None
        else:
            u, v = tape.lhs[step], tape.rhs[step]
            if op == MUL:
                a, b, al, be = top[u] + top[v], bottom[u] + bottom[v], alpha[u] + alpha[v], beta[u] + beta[v]
            elif op == DIV:
                a, b, al, be = top[u] + bottom[v], bottom[u] + top[v], alpha[u] + beta[v], beta[u] + alpha[v]
            else:
                a, b = max(top[u] + bottom[v], top[v] + bottom[u]), bottom[u] + bottom[v]
                al, be = max(alpha[u] + beta[v], alpha[v] + beta[u]) + 1, beta[u] + beta[v]
            if a > limit or b > limit or al > limit or be > limit:
                return None
        top.append(a)
        bottom.append(b)
        alpha.append(al)
        beta.append(be)
    return Bound(max(top[root] for root in roots), max(alpha[root] for root in roots))


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Layers:
    """Per step: degree in variables and inverses, layer of its deepest inverse, log2 norm; per layer: its divisors."""

    degree: list[int]
    layer: list[int]
    norm: list[int]
    divisors: dict[int, dict[object, tuple[int, int]]]

    def inverse(self, key: object, layer: int, degree: int, norm: int) -> int:
        """Note a divisor; return the layer of its inverse."""
        self.divisors.setdefault(layer + 1, {})[key] = (degree, norm)
        return layer + 1


def layered_bound(tape: Tape, roots: Sequence[int], fresh: int, cap: int) -> Bound | None:
    """Bound the roots as polynomials in variables and inverses, then clear the inverses."""
    limit = 1 << cap
    state = _Layers([], [], [], {})
    degree, layer, norm = state.degree, state.layer, state.norm
    for step, op in enumerate(tape.op):
        if op == CONSTANT:
            d, n, depth = _constant(state, tape.exact[step])
        elif _is_fresh(op) or (step < fresh and not tape.const[step]):
            d, n, depth = 1, int(op in _COMPARED), 0
            if op in ROWS and step >= fresh:
                shape = ROWS[op].shape
                key = ("function", op, tape.lhs[step])
                d, n = shape.top + 1, shape.top_norm
                depth = state.inverse(key, 0, shape.bottom, shape.bottom_norm)
            if tape.rooted and (k := tape.root_power(step)):
                d, depth = (k, 0) if k > 0 else (1, state.inverse(("root", step), 0, -k, 0))
                if abs(k) > limit:
                    return None
        else:
            u, v = tape.lhs[step], tape.rhs[step]
            depth = max(layer[u], layer[v])
            if op == MUL:
                d, n = degree[u] + degree[v], norm[u] + norm[v]
            elif op in (ADD, SUB):
                d, n = max(degree[u], degree[v]), max(norm[u], norm[v]) + 1
            else:
                d, n = degree[u] + 1, norm[u]
                depth = max(layer[u], state.inverse(v, layer[v], degree[v], norm[v]))
            if d > limit or n > limit:
                return None
        degree.append(d)
        norm.append(n)
        layer.append(depth)
    return _clear(state, roots, limit)


def _constant(state: _Layers, value: Fraction) -> tuple[int, int, int]:
    if value.denominator == 1:
        return 0, _log2(value.numerator), 0
    key = ("constant", value.denominator)
    return 1, _log2(value.numerator), state.inverse(key, 0, 0, _log2(value.denominator))


def _clear(state: _Layers, roots: Sequence[int], limit: int) -> Bound | None:
    """Replace each inverse 1/v by D/V, layer by layer; the sums run over deg V + deg D and their norms."""
    deepest = max(state.layer[root] for root in roots)
    degrees, norms = [0], [0]
    for depth in range(1, deepest + 1):
        more_degree, more_norm = degrees[-1], norms[-1]
        for d, n in state.divisors.get(depth, {}).values():
            more_degree += 2 * max(d, 1) * (1 + degrees[-1])
            more_norm += n + 2 * max(d, 1) * norms[-1]
        if more_degree > limit or more_norm > limit:
            return None
        degrees.append(more_degree)
        norms.append(more_norm)
    degree = max(state.degree[root] * (1 + degrees[state.layer[root]]) for root in roots)
    norm = max(state.norm[root] + state.degree[root] * norms[state.layer[root]] for root in roots)
    return None if degree > limit or norm > limit else Bound(degree, norm)
