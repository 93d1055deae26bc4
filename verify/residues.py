"""The tape at one random point modulo one random prime.

A function's value is a keyed hash of its arguments, or a fraction of one, see `verify.identities`.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from functools import partial

from verify import identities
from verify.primes import stream
from verify.tape import ADD, CODE, CONSTANT, DIV, FUNCTION, MUL, SUB, VARIABLE, Tape

_ABOVE, _GREATER = CODE["above"], CODE["gt"]
_POWER = CODE["pow"]
_ORDERED = (_ABOVE, _GREATER)
_UNORDERED = (CODE["hypot"], CODE["eq"], CODE["ne"])


class ZeroDivisor(ArithmeticError):
    """A divisor is 0 at this point; `step` is the division."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


def residues(tape: Tape, prime: int, seed: bytes, fresh: int = 0) -> list[int]:
    """Return the residue of every step; steps below `fresh` that are no constants are independent and random.

    Raises: ZeroDivisor.
    """
    size = prime.bit_length() // 8 + 9
    op, lhs, rhs, const = tape.op, tape.lhs, tape.rhs, tape.const
    drawn = iter(stream(seed, "point", sum(1 for s, o in enumerate(op) if o == VARIABLE or s < fresh), size))
    inverse: dict[int, int] = {}
    order: dict[tuple[int, int], int] = {}
    values: list[int] = []
    append = values.append
    for step in range(len(op)):
        code = op[step]
        if code == VARIABLE or (step < fresh and not const[step]):
            append(next(drawn) % prime)
        elif code == MUL:
            append(values[lhs[step]] * values[rhs[step]] % prime)
        elif code == ADD:
            append((values[lhs[step]] + values[rhs[step]]) % prime)
        elif code == SUB:
            append((values[lhs[step]] - values[rhs[step]]) % prime)
        elif code == DIV:
            divisor = values[rhs[step]]
            if divisor not in inverse:
                if divisor == 0:
                    raise ZeroDivisor(step)
                inverse[divisor] = pow(divisor, -1, prime)
            append(values[lhs[step]] * inverse[divisor] % prime)
        elif code == CONSTANT:
            append(_constant(tape.exact[step], prime, step))
        elif code in _ORDERED:
            append(_compared(seed, code, values[lhs[step]], values[rhs[step]], order, size) % prime)
        elif code == _POWER and (k := tape.root_power(step)):
            append(_root_power(seed, values, k, step, lhs[step], prime, size))
        elif code in identities.ROWS:
            append(_identity(seed, code, values[lhs[step]], prime, step, size))
        else:
            append(_hashed(seed, code, values, lhs[step], rhs[step], size) % prime)
    return values


def _constant(value: Fraction, prime: int, step: int) -> int:
    if value.denominator % prime == 0:
        raise ZeroDivisor(step)
    return value.numerator * pow(value.denominator, -1, prime) % prime


def _identity(seed: bytes, code: int, argument: int, prime: int, step: int, size: int) -> int:
    try:
        return identities.value(code, argument, prime, partial(_digest_of, seed, size))
    except ZeroDivisionError:
        raise ZeroDivisor(step) from None


def _root_power(seed: bytes, values: list[int], k: int, step: int, base: int, prime: int, size: int) -> int:
    root = _hashed(seed, CODE["sqrt"], values, base, -1, size) % prime
    if root == 0:
        raise ZeroDivisor(step)
    return pow(root, k, prime)


def _digest_of(seed: bytes, size: int, code: int, argument: int) -> int:
    return _digest(seed, code, argument, 0, size)


_FIXED = {(CODE["log"], 1): 0}


def _hashed(seed: bytes, code: int, values: list[int], a: int, b: int, size: int) -> int:
    first, second = (values[a] if a >= 0 else 0), (values[b] if b >= 0 else 0)
    if (code, first) in _FIXED:
        return _FIXED[code, first]
    if code in _UNORDERED and first > second:
        first, second = second, first
    return _digest(seed, code, first, second, size)


def _compared(seed: bytes, code: int, first: int, second: int, known: dict[tuple[int, int], int], size: int) -> int:
    """Return the value of first > second; where a max or min compares the two, the two orders add up to 1."""
    if code == _GREATER:
        return _digest(seed, _GREATER, first, second, size)
    pair, turned = (first, second), (second, first)
    if pair not in known:
        known[pair] = _digest(seed, _ABOVE, first, second, size)
        known[turned] = 1 - known[pair]
    return known[pair]


def _digest(seed: bytes, code: int, first: int, second: int, size: int) -> int:
    data = b"%b%d %d %d" % (seed, code - FUNCTION, first, second)
    return int.from_bytes(hashlib.shake_256(data).digest(size), "big")
