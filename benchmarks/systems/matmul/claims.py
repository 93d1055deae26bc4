"""The documents' figures of matrix products beside the counts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import log2
from random import Random

import numpy as np

from benchmarks.systems.matmul.products import FORMS, PRODUCTS, SUMS, expected, form, shapes
from benchmarks.systems.pricing import COUNTED, Priced
from benchmarks.systems.section import Compared, exponent
from circuit import trace
from compiler import gradient

Key = tuple[int, str, int]  # rows, product, least rows of a half
Found = dict[Key, Priced]
SMALL = "n is too small: by the recurrences, too"
PARTS = "value_gates", "total_gates"
CHECKED = 4  # rows of the matrices whose gradients are checked entry by entry


def compare(found: Found, even: Found, least: int) -> tuple[Compared, ...]:
    """Return what is claimed of gradients through products beside what was counted."""
    return (*_steps(found), *_bounds(found), *_speed(found, least), *_crossovers(found, even, least), *_exact())


def _steps(found: Found) -> Iterator[Compared]:
    """Yield the gates of the products themselves: the form's own n^2 products and n^2 - 1 sums are left out."""
    for name, sums in SUMS.items():
        each = found.get((2, name, 1))
        if each is not None:
            products = each.price.nonscalar_value - 4
            counts = products, each.value_gates - each.price.nonscalar_value - 3
            yield _claim(
                f"{name}'s step, n = 2: products, sums", f"7, {sums}", "{}, {}".format(*counts), counts == (7, sums)
            )
    n = max(n for n, *_ in found)
    ours = found[n, "naive", n].value_gates - (2 * n * n - 1)
    yield _claim(f"naive product, n = {n}", f"2n^3 - n^2 = {2 * n**3 - n**2:,}", f"{ours:,}", ours == 2 * n**3 - n**2)
    met = sum((each.value_gates, each.total_gates) == expected(*key) for key, each in found.items())
    yield _claim("rows above whose L and T are those of the recurrences", f"{len(found)}", f"{met}", met == len(found))
    keys = [(n, name, least) for n, name, least in found if (name, least) == ("Strassen", 1) and n.bit_count() == 1]
    whole = [(float(key[0]), found[key].price.nonscalar_value - key[0] ** 2) for key in keys]
    if len(whole) > 1:
        slope, due = exponent(whole), log2(7)
        what = "exponent of the products of entries, Strassen's recursion down to entries"
        yield _claim(what, f"log2 7 = {due:.4f}", f"{slope:.4f}", abs(slope - due) < 1e-9)


def _bounds(found: Found) -> Iterator[Compared]:
    kept = sum(each.kept for each in found.values())
    yield _claim("rows above within (*), 4L and 3 for nonscalar gates", f"{len(found)}", f"{kept}", kept == len(found))
    worst = max(each.ratio for each in found.values())
    yield _claim("largest T / L of them", "<= 4", f"{worst:.3f}", worst <= 4)
    scalar = max(each.price.nonscalar_total / each.price.nonscalar_value for each in found.values())
    yield _claim("largest factor of nonscalar gates", "<= 3", f"{scalar:.3f}", scalar <= 3)


def _speed(found: Found, least: int) -> Iterator[Compared]:
    n = max(n for n, *_ in found)
    naive = found[n, "naive", n]
    for name in SUMS:
        fast = found.get((n, name, least))
        if fast is None:
            continue
        total, ratio = fast.total_gates, f"{fast.total_gates:,} / {fast.value_gates:,} = {fast.ratio:.3f}"
        bound = f"<= (*) {fast.price.bound / fast.value_gates:.3f}, and 4"
        right = fast.kept and (name != "Strassen" or fast.proved != COUNTED)
        yield _claim(f"{name}, n = {n}: gates with gradient, over value", bound, f"{ratio}, {fast.proved}", right)
        fewer, below = total < naive.total_gates, expected(n, name, least)[1] >= expected(n, "naive", n)[1]
        document = f"< naive {naive.total_gates:,}"
        yield Compared(f"{name}, n = {n}: gates with gradient", document, f"{total:,}", fewer, SMALL if below else "")
        value, whole = naive.value_gates / fast.value_gates, naive.total_gates / total
        what = f"{name}, n = {n}: naive gates over its own, with gradient"
        yield _claim(what, f">= that of the values, {value:.3f}", f"{whole:.3f}", whole >= value)


def _crossovers(found: Found, even: Found, least: int) -> Iterator[Compared]:
    """Yield where one step of recursion begins to pay, and where the whole recursion does.

    Gates of n x n by a step of 7 products and s sums of halves: 7n^3/4 + (s-7)n^2/4 where naive has 2n^3 - n^2. With
    the gradient a product weighs 4 and a sum 2, as in (*): 21n^3/4 + (2s-14)n^2/4 where naive has 6n^3 - 2n^2.
    """
    for name, sums in SUMS.items():
        for what, part, due in (("value", PARTS[0], sums - 3), ("with gradient", PARTS[1], 2 * (sums - 3) // 3)):
            if due + 2 > max(n for n, *_ in even):
                continue
            first = first_below({key: getattr(each, part) for key, each in even.items()}, name)
            paper = f"n > {due}, so {due + 2 - due % 2}"
            right = first == due + 2 - due % 2
            yield _claim(f"{name}'s step has fewer gates at even n from, {what}", paper, str(first), right)
    powers = {key: each for key, each in found.items() if key[1] == "naive" or key[2] == least}
    for name in SUMS:
        starts = [first_below({key: getattr(each, part) for key, each in powers.items()}, name) for part in PARTS]
        due_starts = [first_below({key: expected(*key)[place] for key in powers}, name) for place in (0, 1)]
        what = f"{name} down to {least} has fewer gates at powers of two from: value; with gradient"
        yield _claim(what, "{}; {} (recurrences)".format(*due_starts), "{}; {}".format(*starts), starts == due_starts)


def first_below(gates: dict[Key, int], name: str) -> int | None:
    """Return the size from which on a product has fewer gates than the naive one, None if not at the largest."""
    naive = {n: count for (n, which, _), count in gates.items() if which == "naive"}
    start = None
    for n, count in sorted(((n, count) for (n, which, _), count in gates.items() if which == name), reverse=True):
        if count >= naive[n]:
            break
        start = n
    return start


def _exact() -> Iterator[Compared]:
    """Yield how many entries of the three gradients of trace(ABC) are the entries of the products they should be."""
    n, random = CHECKED, Random(CHECKED)
    a, b, c = (np.array([[Fraction(random.randint(-9, 9), 7) for _ in range(n)] for _ in range(n)]) for _ in range(3))
    due = [each for whole in (b @ c, c @ a, a @ b) for each in whole.T.ravel()]
    for name, product in PRODUCTS.items():
        circuit = gradient(trace(form(FORMS[0], product, n, 1), *shapes(FORMS[0], n)))
        point = dict(zip(circuit.inputs, (each for whole in (a, b, c) for each in whole.ravel()), strict=True))
        ours = sum(found == each for found, each in zip(circuit.evaluate(point)[1:], due, strict=True))
        what = f"{name}, n = {n}: entries of the gradient that are (BC)^T, (CA)^T, (AB)^T, in Fractions"
        yield _claim(what, f"{len(due)}", f"{ours}", ours == len(due))


def _claim(what: str, document: str, ours: str, agrees: bool) -> Compared:
    """Compare what must agree: where it does not, no reason is given, which the tests reject."""
    return Compared(what, document, ours, agrees)
