"""From a circuit to a certified program: the sweeps, the text, the command.

The names load with their first use, so that the command can look at what stands in front of our packages before any of
them is imported.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compiler.derivatives.compiling import compile_derivative
    from compiler.derivatives.program import DerivativeProgram
    from compiler.pipeline import compile_gradient
    from compiler.program import GradientProgram, NotCertified
    from compiler.sweep import gradient

__all__ = ["DerivativeProgram", "GradientProgram", "NotCertified", "compile_derivative", "compile_gradient", "gradient"]
ROOMS = {
    "DerivativeProgram": "derivatives.program",
    "compile_derivative": "derivatives.compiling",
    "compile_gradient": "pipeline",
    "gradient": "sweep",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'compiler' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"compiler.{ROOMS.get(name, 'program')}"), name)
