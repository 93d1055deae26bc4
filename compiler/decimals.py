"""Exact numbers as a program prints them: the shortest integer or decimal that is the number."""

from __future__ import annotations

from fractions import Fraction

from circuit.errors import ResourceLimit


def decimal(value: Fraction) -> str | None:
    """Return the shortest integer or decimal that is exactly this number, or None if it has no short one.

    Errors: ResourceLimit beyond the largest float.
    """
    if abs(value) >= 2**1024:
        raise ResourceLimit("a constant is larger than any float")
    if value.denominator == 1:
        text = str(value.numerator)
        if len(text) <= 21:
            return text
        digits = text.rstrip("0")
        return f"{digits}e{len(text) - len(digits)}" if len(digits) <= 21 else text
    places, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1 or places > 4000:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    if len(digits) > 25:
        return None
    sign = "-" if value < 0 else ""
    if places <= len(digits) + 4:
        padded = digits.rjust(places + 1, "0")
        return f"{sign}{padded[:-places]}.{padded[-places:]}"
    point = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}e-{places - len(digits) + 1}"
