"""Forgeries: for every claim at least three, each rejected at that claim by name.

By `certify`, against the formula that it is passed off for; by the stand-alone checker, under the best certificate that
a forger can write, which states the forgery's own circuit; and by the rival checker in the same way.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from compiler import compile_gradient
from tests.forged.certificates import CERTIFICATE, CERTIFICATES, TEXT, checker
from tests.forged.programs import PROGRAMS, Forgery, write
from tests.forged.texts import TEXTS
from tests.rival import decide
from verify import certify, tangents
from verify.certificate import FAILED
from verify.chain import Proof, prove
from verify.claims import CLAIMS
from verify.tape import ADD, DIV, MUL, SUB, Tape

ALONE = ("gates", "gradient", "no new pole", "price")  # the claims that the checker proves of a program

Row = Callable[[Tape, int, int, int], int]  # of layer C: the derivative in terms of u, w = h(u) and du
# (function, a wrong row that layer C is made to believe, the program that goes with it): layer D alone is left
ROWS: list[tuple[str, Row, str]] = [
    ("cosh", lambda t, u, w, du: t.step(SUB, t.constant(0), t.step(MUL, du, t.function("sinh", u))),
     "x | v0 = cosh(x); t0 = sinh(x); t1 = -t0 | v0, (t1,)"),
    ("sin", lambda t, u, w, du: t.step(MUL, du, w), "x | v0 = sin(x) | v0, (v0,)"),
    ("tan", lambda t, u, w, du: t.step(MUL, du, t.step(ADD, w, t.step(MUL, w, w))),
     "x | v0 = tan(x); t0 = v0 * v0; t1 = t0 + v0 | v0, (t1,)"),
    ("sqrt", lambda t, u, w, du: t.step(DIV, du, w), "x | v0 = sqrt(x); t0 = 1 / v0 | v0, (t0,)"),
    ("exp", lambda t, u, w, du: t.step(MUL, du, u), "x | v0 = exp(x) | v0, (x,)"),
]  # fmt: skip


def forged_certificate(text: str) -> str:
    """Return a certificate that states this text's hash, and its circuit where it has one."""
    stated = json.loads(CERTIFICATE) | {
        "program_sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    }
    found = prove(text)
    if isinstance(found, Proof):
        stated |= {"circuit": found.circuit, "counts": found.counts, "bound": found.bound, "hints": [*found.hints]}
    else:
        stated["hints"] = []
    return str(checker.canonical(stated))


def claim_of(text: str, certificate: str) -> str:
    """Return the claim at which the checker rejects, "" if it accepts; the rival must say the same."""
    try:
        checker.examine(text, certificate)
        found = ""
    except checker.Reject as rejection:
        found = str(rejection.args[0])
    assert decide(text, certificate) == found
    return found


def failing(text: str, formula: str | None) -> tuple[str, str]:
    """Return the first claim that fails, and why."""
    answer = certify(text, formula)
    assert not answer.accepted
    return next((claim.name, claim.detail) for claim in answer.claims if claim.status == FAILED)


def test_every_claim_has_at_least_three_forgeries() -> None:
    found = Counter({claim: len(each) for claim, each in CERTIFICATES.items()})
    found.update(each.claim for each in PROGRAMS)
    found.update({"text": len(TEXTS), "digits": len(ROWS)})
    claims = {*CLAIMS, *CERTIFICATES} - {"chain rule"}  # that is the checker's gradient and hints; certify goes on to C
    assert {claim for claim in claims if found[claim] < 3} == set()


@pytest.mark.parametrize("forgery", PROGRAMS, ids=str)
def test_a_forged_program_is_rejected_at_its_claim(forgery: Forgery) -> None:
    assert failing(forgery.text, forgery.formula)[0] == forgery.claim
    right = compile_gradient(forgery.formula).certificate
    assert right.accepted
    stated = json.loads(right.to_json()) | {"program_sha256": hashlib.sha256(forgery.text.encode()).hexdigest()}
    assert claim_of(forgery.text, checker.canonical(stated))


@pytest.mark.parametrize("forgery", [each for each in PROGRAMS if each.claim in ALONE], ids=str)
def test_the_checker_rejects_a_forged_program_under_its_own_certificate(forgery: Forgery) -> None:
    assert claim_of(forgery.text, forged_certificate(forgery.text)) == forgery.claim


@pytest.mark.parametrize(("name", "row", "program"), ROWS, ids=[each[0] for each in ROWS])
def test_a_wrong_row_that_layer_c_believes_is_rejected_at_the_digits(
    monkeypatch: pytest.MonkeyPatch, name: str, row: Row, program: str
) -> None:
    monkeypatch.setitem(tangents.UNARY, name, row)
    assert failing(write(program), f"{name}(x)")[0] == "digits"
    assert claim_of(write(program), forged_certificate(write(program))) == "gradient"


@pytest.mark.parametrize(("what", "text", "reason"), TEXTS, ids=[each[0] for each in TEXTS])
def test_a_forged_text_is_rejected_at_the_text(what: str, text: str, reason: str) -> None:
    claim, detail = failing(text, None)
    assert claim == "text"
    assert reason in detail
    assert claim_of(text, forged_certificate(text)) == "text"


FORGED_CERTIFICATES = [(claim, what) for claim, each in CERTIFICATES.items() for what in each]


@pytest.mark.parametrize(("claim", "what"), FORGED_CERTIFICATES, ids=[f"{a}: {b}" for a, b in FORGED_CERTIFICATES])
def test_a_forged_certificate_is_rejected_at_its_claim(claim: str, what: str) -> None:
    assert claim_of(TEXT, CERTIFICATES[claim][what]()) == claim


def test_the_certificate_that_is_forged_is_right() -> None:
    assert claim_of(TEXT, CERTIFICATE) == ""
    assert forged_certificate(TEXT) == CERTIFICATE


def constants_far_apart(count: int) -> str:
    """Return a program with sums of constants of a thousand bits: no two are a short multiple of each other."""
    rng = random.Random(1)
    step = math.prod(prime for prime in range(2, 60) if all(prime % each for each in range(2, prime)))
    high = [rng.randrange(2**1023, 2**1024 - 2**971) // step * step for _ in range(2 * count)]
    lines = [f"a{i} = 1 * {high[2 * i] + 1}; b{i} = 1 * {high[2 * i + 1]}" for i in range(count)]
    lines += [f"c{i}_{j} = a{i} + b{j}" for i in range(count) for j in range(count)]
    sums = [f"c{i}_{j}" for i in range(count) for j in range(count)]
    lines += [f"v{at} = {f'v{at - 1}' if at else 'x'} + {each}" for at, each in enumerate(sums)]
    return write("x | " + "; ".join(lines) + f" | v{len(sums) - 1}, (1,)")


def test_constants_far_apart_are_answered_soon() -> None:
    seconds = []
    for count in (10, 40):
        text = constants_far_apart(count)
        certificate = forged_certificate(text)
        assert claim_of(text, certificate) == ""
        tries = []
        for _ in range(3):
            start = time.perf_counter()
            prove(text)
            checker.examine(text, certificate)
            tries.append(time.perf_counter() - start)
        seconds.append(min(tries))
    assert seconds[1] < 100 * seconds[0]  # of 16 times as many lines; 256 times as long were quadratic


def test_a_coefficient_of_thousands_of_digits_is_in_no_hint() -> None:
    primes = [10**306 + 2 * place + 1 for place in range(14)]
    lines = [f"c{at} = 1 / {prime}; d{at} = v0 * c{at}" for at, prime in enumerate(primes)]
    sums = [f"s{at} = {f's{at - 1}' if at > 1 else 'd0'} + d{at}" for at in range(1, 14)]
    text = write("x, y | v0 = x * y; " + "; ".join([*lines, *sums]) + " | s13, (y, x)")
    assert not certify(text).accepted


def test_a_number_of_ten_thousand_digits_is_in_no_message() -> None:
    assert not certify(TEXT, "a*b*c*1e-9999").accepted


def test_what_cancels_is_no_divisor() -> None:
    text = write("x, y | v0 = x + y; v1 = v0 - x; v2 = v1 - y; v3 = x / v2; t0 = 1 / v2 | v3, (t0, 0)")
    assert claim_of(text, forged_certificate(text)) == "text"
