"""A random prime and random residues from SHA-256 of what is judged: the prover cannot choose them."""

from __future__ import annotations

import hashlib

ROUNDS = 64
_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


def seed_of(*parts: bytes) -> bytes:
    """Return SHA-256 of the parts, each preceded by its length."""
    digest = hashlib.sha256(b"baur verify 1")
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def stream(seed: bytes, label: str, count: int, size: int) -> list[int]:
    """Return `count` integers of `size` bytes each."""
    data = hashlib.shake_256(seed + label.encode()).digest(count * size)
    return [int.from_bytes(data[at : at + size], "big") for at in range(0, count * size, size)]


def is_prime(n: int, seed: bytes) -> bool:
    """Tell whether n is prime: Miller-Rabin with 64 bases from the seed (error below 4**-64)."""
    if n < 2 or n % 2 == 0:
        return n == 2
    for small in _SMALL:
        if n % small == 0:
            return n == small
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    size = (n.bit_length() + 71) // 8
    return all(_passes(n, 2 + base % (n - 3), odd, twos) for base in stream(seed, "bases", ROUNDS, size))


def _passes(n: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, n)
    if power in (1, n - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % n
        if power == n - 1:
            return True
    return False


def random_prime(bits: int, seed: bytes) -> int:
    """Return a prime of exactly `bits` bits determined by the seed."""
    size = (bits + 7) // 8
    top = 1 << (bits - 1)
    attempt = 0
    while True:
        (number,) = stream(seed, f"prime {attempt}", 1, size)
        candidate = (number % top) | top | 1
        if pow(2, candidate - 1, candidate) == 1 and is_prime(candidate, seed):
            return candidate
        attempt += 1
