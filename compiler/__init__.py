"""From a circuit to a certified gradient program: the reverse sweep, the text, the command.

The names load with their first use, so that the command can look at what stands in front of our packages before any of
them is imported.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compiler.pipeline import compile_gradient
    from compiler.program import GradientProgram, NotCertified
    from compiler.sweep import gradient

__all__ = ["GradientProgram", "NotCertified", "compile_gradient", "gradient"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'compiler' has no attribute {name!r}")
    from compiler import pipeline, program, sweep

    room = {"gradient": sweep, "compile_gradient": pipeline}.get(name, program)
    return getattr(room, name)
