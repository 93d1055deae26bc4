"""From a circuit to a certified gradient program: the reverse sweep, the text, the command."""

from compiler.program import GradientProgram, NotCertified, compile_gradient
from compiler.sweep import gradient

__all__ = ["GradientProgram", "NotCertified", "compile_gradient", "gradient"]
