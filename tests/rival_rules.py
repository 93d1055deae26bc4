"""What the gates of the rival checker send to their operands: the chain rule, gate by gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tests.rival_residues import Value, Values

FLAT = ("sign", "floor", "ceil", "trunc", "gt", "ge", "lt", "le", "eq", "ne")


class Rules(Values):
    """The derivatives of the gates, written with the arithmetic of values."""

    def slope(self, op: str, b: Value, z: Value, x: Value, y: Value) -> Value:
        """Return what a function of x sends there, b its own adjoint and z its value; y is the exponent of a pow."""
        one, n, call, times, over, minus = self.one, self.number, self.call, self.times, self.over, self.minus
        rows: dict[str, Callable[[], Value]] = {
            "exp": lambda: times(b, z), "expm1": lambda: times(b, self.plus(z, one)), "log": lambda: over(b, x),
            "log1p": lambda: over(b, self.plus(x, one)), "sqrt": lambda: over(b, self.plus(z, z)),
            "cbrt": lambda: over(b, times(n(3), times(z, z))), "sin": lambda: times(b, call("cos", x)),
            "pow": lambda: times(times(b, y), call("pow", x, minus(y, one))),
            "cos": lambda: self.negative(times(b, call("sin", x))),
            "tan": lambda: times(b, self.plus(one, times(z, z))), "sinh": lambda: times(b, call("cosh", x)),
            "cosh": lambda: times(b, call("sinh", x)), "tanh": lambda: over(over(b, call("cosh", x)), call("cosh", x)),
            "asin": lambda: over(b, call("sqrt", minus(one, times(x, x)))),
            "acos": lambda: self.negative(over(b, call("sin", z))),
            "atan": lambda: over(b, self.plus(one, times(x, x))), "asinh": lambda: over(b, call("hypot", one, x)),
            "acosh": lambda: over(b, call("sinh", z)),
            "atanh": lambda: times(times(b, call("cosh", z)), call("cosh", z)),
            "erf": lambda: times(b, call("exp", minus(call("log", self._two_over_root_pi()), times(x, x)))),
            "sigmoid": lambda: times(times(b, z), minus(one, z)), "softplus": lambda: times(b, call("sigmoid", x)),
            "abs": lambda: times(b, call("sign", x)), "relu": lambda: self.choose(call("gt", x, n(0)), b, self.zero),
        }  # fmt: skip
        return rows[op]()

    def _two_over_root_pi(self) -> Value:
        return self.over(self.number(2), self.call("sqrt", self.constant("pi")))

    def sent(self, op: str, b: Value, z: Value, operands: Sequence[Value]) -> list[Callable[[], Value] | None]:
        """Return for each operand what a gate sends there, None where no derivative passes."""
        x, y = operands[0], operands[-1]
        negative = self.negative(b)
        if op in FLAT:
            return [None] * len(operands)
        if op in ("add", "sub"):
            return [lambda: b, lambda: b if op == "add" else negative]
        if op == "neg":
            return [lambda: negative]
        if op == "mul":
            return [lambda: self.times(b, y), lambda: self.times(b, x)]
        if op == "div":
            return [lambda: self.over(b, y), lambda: self.times(self.over(negative, y), z)]
        if op == "select":
            return [None, lambda: self.choose(x, b, self.zero), lambda: self.choose(x, self.zero, b)]
        if op in ("max", "min"):
            name = "gt" if op == "max" else "lt"
            first = partial(self._chosen, name, x, y, b, self.zero)
            return [first, partial(self._chosen, name, x, y, self.zero, b)]
        if op == "hypot":
            return [lambda: self.times(self.over(b, z), x), lambda: self.times(self.over(b, z), y)]
        if op == "atan2":
            return [lambda: self.times(self._turned(b, x, y), y), lambda: self.times(self._turned(negative, x, y), x)]
        return [lambda: self.slope(op, b, z, x, y), None][: len(operands)]

    def _chosen(self, name: str, x: Value, y: Value, a: Value, b: Value) -> Value:
        return self.choose(self.call(name, x, y), a, b)

    def _turned(self, b: Value, x: Value, y: Value) -> Value:
        """Return b over the square of the radius."""
        return self.over(self.over(b, self.call("hypot", x, y)), self.call("hypot", x, y))
