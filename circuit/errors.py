"""The error family: every bad input ends in one of these, with what happened, which thing, where, and what to do.

All are `CircuitError`, itself a `ValueError`; the command turns them into exit status 2, `ResourceLimit` into 3.
"""

from __future__ import annotations


class CircuitError(ValueError):
    """Any input this project cannot turn into a circuit, or any misuse of one."""


class ParseError(CircuitError):
    """A formula's text is not in the grammar.

    The message carries line and column, and shows the line with a caret under the place:

        column 2: '2' is followed directly by 'x': write the multiplication, 2*x
            2x
             ^
    """


class InvalidSymbol(ParseError):
    """A name that no variable may have unless it is listed in `variables`: a keyword, an empty name, one not listed."""


class ReservedName(ParseError):
    """`I` in a formula: read as the imaginary unit elsewhere, so it must be listed in `variables` to be a variable."""


class UnsupportedFunction(ParseError):
    """A call of something that is not in the table of gates; the message suggests near names."""


class UnsupportedOperator(ParseError):
    """An operator without a derivative, or without a meaning for numbers: `//`, `%`, `@`."""


class UnsupportedConstant(ParseError):
    """A constant that is not a real number: `1j`, `log(-1)`, `1/0`, `nan`."""


class ArityError(ParseError):
    """A function called with the wrong number of arguments."""


class UnsupportedNode(CircuitError):
    """A sympy expression contains a node that is no gate; the message names its class and the way to it."""


class UnsupportedSymbol(CircuitError):
    """A symbol whose products do not commute."""


class AmbiguousSymbol(CircuitError):
    """Two different symbols with one name: rename one of them."""


class TraceError(CircuitError):
    """A Python function does what no circuit can; the message has file and line, and what to write instead."""


class InvalidArgument(CircuitError):
    """An argument of ours is missing, unexpected or of the wrong form."""


class InvalidGraph(CircuitError):
    """A graph or a JSON text handed in is not a circuit; the message names the node."""


class ShapeError(CircuitError):
    """Arrays whose shapes do not broadcast together."""


class InvalidType(CircuitError, TypeError):
    """A value of a type that is no number."""


class EvaluationError(CircuitError):
    """A circuit has no value in the arithmetic asked for (a transfer function of an integer mod p, a zero divisor)."""


class ResourceLimit(CircuitError):
    """An input beyond a fixed limit of size: length, nesting, digits, exponents, integers."""


class FormulaWarning(UserWarning):
    """Something a person should know about an accepted formula: look-alike names, constants that underflow."""
