"""Families of `+ - * /` circuits, beside those of `benchmarks.families`: sums of powers, matrix products, FFT."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

from benchmarks.families import FAMILIES, Family, Scalars

LINKS = 3  # rows of the matrices that are multiplied
Complex = tuple[Any, Any]


def powers(n: int, x: Scalars) -> Any:
    """Return x1^n + ... + xn^n, each power by squaring: the sum that Baur and Strassen begin with."""
    return reduce(operator.add, (each**n for each in x))


def matrices(n: int, x: Scalars) -> Any:
    """Return the trace of a product of n matrices, 3 x 3, from left to right."""
    size = LINKS * LINKS
    blocks = [x[start : start + size] for start in range(0, n * size, size)]
    whole = reduce(_times, blocks)
    return reduce(operator.add, (whole[place * (LINKS + 1)] for place in range(LINKS)))


def spectrum(n: int, x: Scalars) -> Any:
    """Return sum w |X|^2, X the FFT of n complex numbers, n a power of two; inputs: real, imaginary parts, weights."""
    transformed = _fft(list(zip(x[:n], x[n : 2 * n], strict=True)))
    terms = (
        w * (real * real + imaginary * imaginary) for w, (real, imaginary) in zip(x[2 * n :], transformed, strict=True)
    )
    return reduce(operator.add, terms)


def _times(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    rows, columns = [a[LINKS * i : LINKS * i + LINKS] for i in range(LINKS)], [b[j::LINKS] for j in range(LINKS)]
    return [reduce(operator.add, map(operator.mul, row, column)) for row in rows for column in columns]


def _fft(signal: list[Complex]) -> list[Complex]:
    """Return the transform by halves, Cooley and Tukey's; what turns by 1 or -i costs no product."""
    n = len(signal)
    if n == 1:
        return signal
    even, odd = _fft(signal[::2]), _fft(signal[1::2])
    turned = [_turned(each, place, n) for place, each in enumerate(odd)]
    upper = [(a + c, b + d) for (a, b), (c, d) in zip(even, turned, strict=True)]
    return upper + [(a - c, b - d) for (a, b), (c, d) in zip(even, turned, strict=True)]


def _turned(value: Complex, place: int, n: int) -> Complex:
    """Return a number times exp(-2 pi i place / n)."""
    real, imaginary = value
    if place == 0:
        return value
    if 4 * place == n:
        return imaginary, -real
    c, s = math.cos(2 * math.pi * place / n), math.sin(2 * math.pi * place / n)
    return c * real + s * imaginary, c * imaginary - s * real


SHOWN = {
    each.name: each
    for each in (
        *FAMILIES.values(),
        Family("powers", "x1^n + ... + xn^n", powers, lambda n: n, (15, 88, 640)),
        Family("matrices", "trace of a product of n 3 x 3", matrices, lambda n: LINKS * LINKS * n, (3, 23, 223)),
        Family("fft", "sum w |FFT|^2 of n complex", spectrum, lambda n: 3 * n, (8, 64, 256)),
    )
}
