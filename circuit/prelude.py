"""Functions that `math` lacks, as the text an emitted program carries.

The text is the only definition: what a program prints is what the evaluator runs. Each form is stable over the whole
range of a float, lets NaN through, and takes only `exp` and `log1p` from `math`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

# name -> (what it takes from math, text); the order is the order in which programs print them
PRELUDE: dict[str, tuple[tuple[str, ...], str]] = {
    "maximum": (
        (),
        "def maximum(a, b):\n    return a if a > b or a != a else b\n",
    ),
    "minimum": (
        (),
        "def minimum(a, b):\n    return a if a < b or a != a else b\n",
    ),
    "relu": (
        (),
        "def relu(x):\n    return 0.0 if x < 0 else x\n",
    ),
    "select": (
        (),
        "def select(condition, a, b):\n    return a if condition else b\n",
    ),
    "sigmoid": (
        ("exp",),
        "def sigmoid(x):\n"
        "    if x < 0:\n"
        "        return exp(x) / (1.0 + exp(x))\n"
        "    return 1.0 / (1.0 + exp(-x))\n",
    ),
    "sign": (
        (),
        "def sign(x):\n    return x if x != x else float((x > 0) - (x < 0))\n",
    ),
    "softplus": (
        ("exp", "log1p"),
        "def softplus(x):\n    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))\n",
    ),
}


def _define() -> dict[str, Callable[..., Any]]:
    namespace: dict[str, Any] = {"exp": math.exp, "log1p": math.log1p}
    for _, text in PRELUDE.values():
        exec(text, namespace)  # noqa: S102  our own constant text above
    return {name: namespace[name] for name in PRELUDE}


FUNCTIONS: dict[str, Callable[..., Any]] = _define()
