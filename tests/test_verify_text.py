"""Layer A: what is a program, what is not, and that the reason names the thing."""

from __future__ import annotations

import pytest

from verify import Rejected, certify, count

HEADER = "def value_and_gradient(x):\n"
GOOD = """# f

def value_and_gradient(x, y):  # two inputs
    # value
    v0 = x * y  # product
    return v0, (y, x)
# end
"""


def test_comments_and_blank_lines_are_no_part_of_the_count() -> None:
    counts = count(GOOD)
    assert (counts.value_gates, counts.total_gates, counts.inputs, counts.differentiated) == (1, 1, ("x", "y"), 2)


def test_constant_lines_are_free() -> None:
    text = (
        "from math import pi, sqrt\ndef value_and_gradient(x):\n    c0 = sqrt(2)\n    c1 = c0 * pi\n    v0 = c1 * x\n"
    )
    assert count(text + "    return v0, (c1,)\n").total_gates == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    import os\n    return x, (1,)", "import"),
        ("    x0 = x * x\n    x0 = x0 + x\n    return x0, (1,)", "reassignment"),
        ("    x = x * x\n    return x, (1,)", "reassignment"),
        ("    v0 = x ** 2\n    return v0, (x,)", "power operator `**`"),
        ("    v0 = x * x + x\n    return v0, (x,)", "nested expression"),
        ("    v0 = sin(x * x)\n    return v0, (x,)", "nested expression"),
        ("    for _ in (0,): pass\n    return x, (1,)", "statement for"),
        ("    while x: pass\n    return x, (1,)", "statement while"),
        ("    if x: pass\n    return x, (1,)", "statement if"),
        ("    v0 = (lambda a: a)(x)\n    return v0, (1,)", "unknown call: lambda"),
        ("    v0 = eval(x)\n    return v0, (1,)", "unknown call: eval"),
        ("    v0 = max(x, 0)\n    return v0, (1,)", "unknown call: max"),
        ('    """doc"""\n    return x, (1,)', "docstring"),
        ("    v0 = x * 1e999\n    return v0, (1,)", "constant"),
        ("    v0 = x * inf\n    return v0, (1,)", "undefined name: inf"),
        ("    c0 = 1e300 * 1e300\n    v0 = x * c0\n    return v0, (c0,)", "constant: too large"),
        ("    v0 = x / 0\n    return v0, (1,)", "constant: division by zero"),
        ("    v0 = x * v1\n    return v0, (1,)", "undefined name: v1"),
        ("    v0: int = x * x\n    return v0, (1,)", "annotation"),
        ("    v0 += x\n    return v0, (1,)", "reassignment by `+=`"),
        ("    v0 = v1 = x * x\n    return v0, (1,)", "two targets"),
        ("    v0 = x * x; v1 = x\n    return v0, (1,)", "two statements"),
        ("    v0 = x.real\n    return v0, (1,)", "attribute"),
        ("    v0 = x\n    return v0, (1,)", "copy"),
        ("    sin = x * x\n    return sin, (1,)", "reserved name"),
        ("    v0 = x * 007\n    return v0, (1,)", "not in the grammar"),
        ("    v0 = pow(x, 2)\n    return v0, (x,)", "hidden power"),
        ("    c0 = 6 / 3\n    v0 = pow(x, c0)\n    return v0, (x,)", "hidden power"),
        ("    c0 = cbrt(8)\n    v0 = pow(x, c0)\n    return v0, (x,)", "hidden power"),
        ("    v0 = pow(x, x)\n    return v0, (x,)", "hidden power"),
        ("    v0 = sin(x, x)\n    return v0, (1,)", "sin takes 1"),
        ("    return x, (1, 0)", "2 derivatives of 1 inputs"),
        ("    return x, 1", "return"),
        ("    v0 = x * x", "missing"),
        ("    return x, (1,)\nprint(1)", "text after the return"),
        ("    v0 = x * \u0445\n    return v0, (1,)", "not ASCII"),
        ("    v0 = x * x\r\n    return v0, (1,)", "control character"),
    ],
)
def test_a_body_outside_the_grammar_is_rejected_by_name(body: str, reason: str) -> None:
    with pytest.raises(Rejected, match=r".") as caught:
        count(HEADER + body + "\n")
    assert reason in caught.value.reason
    assert certify(HEADER + body + "\n").claims[0].status == "FAILED"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        ("@eval\ndef value_and_gradient(x):\n    return x, (1,)", "decorator"),
        ("def value_and_gradient(x: print(1)):\n    return x, (1,)", "annotation"),
        ("def value_and_gradient(x) -> print(1):\n    return x, (1,)", "annotation"),
        ("def value_and_gradient(x=print(1)):\n    return x, (1,)", "default"),
        ("def value_and_gradient(*x):\n    return x, (1,)", "starred"),
        ("def value_and_gradient(x, x):\n    return x, (1,)", "twice"),
        ("def value_and_gradient(sin):\n    return sin, (1,)", "reserved"),
        ("# -*- coding: utf-7 -*-\ndef value_and_gradient(x):\n    return x, (1,)", "encoding"),
        ("from math import sin\ndef value_and_gradient(x):\n    return x, (1,)", "import"),
        ("def value_and_gradient(x):\n    v0 = sin(x)\n    return v0, (1,)", "import"),
        ("from math import sin as exp\ndef value_and_gradient(x):\n    return x, (1,)", "import"),
        ("def relu(x):\n    return x\n\ndef value_and_gradient(x):\n    v0 = relu(x)\n    return v0, (1,)", "prelude"),
        ("def value_and_gradient(x):\n    v0 = relu(x)\n    return v0, (1,)", "prelude"),
        ("def value_and_gradient(\u00b50, \u03bc0):\n    return \u00b50, (1, 0)", "not ASCII"),
    ],
)
def test_everything_around_the_body_is_held_to_the_grammar(text: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        count(text)
    assert reason in caught.value.reason


def test_a_text_beyond_the_length_cap_is_refused_before_it_is_read() -> None:
    with pytest.raises(Rejected, match="ResourceLimit: length"):
        count("#" * ((95 << 20) + 1))


def test_a_text_may_be_as_long_as_its_lines_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.program.AROUND", 100)
    gates = "".join(f"    v{place + 1} = v{place} * x\n" for place in range(50))
    text = f"def value_and_gradient(x):\n    v0 = x * x\n{gates}    return v50, (v49,)\n"
    assert count(text).total_gates == 51
    with pytest.raises(Rejected, match="ResourceLimit: length"):
        count(text.replace("v0 = x * x", "v0 = x * x  #" + "-" * 3_000))
    monkeypatch.setattr("verify.program.LINE_LIMIT", 40)
    with pytest.raises(Rejected, match="ResourceLimit: length"):
        count(text)


def test_a_rejected_text_still_gives_a_certificate() -> None:
    certificate = certify("import os")
    assert not certificate.accepted
    assert certificate.verdict.startswith("REJECTED at claim text: line 1")
    assert [claim.status for claim in certificate.claims][1:] == ["NOT CHECKED"] * 8
