"""Engines: what runs a gradient program. All compute the same instructions, each in its own way.

| name | how | made for |
|---|---|---|
| cpython | the text, by Python's floats | a few points, small programs; runs everywhere |
| numpy | the text, by NumPy's arrays | many points, where there is no compiler |
| interpreter | instructions by vectors, nothing compiled for the program (extra `fast`) | large programs, many points |
| llvm-quick | machine code of its own, as soon as possible (extra `fast`) | thousands of calls |
| llvm | machine code of its own, as fast as possible (extra `fast`) | long use |
| c | the text in C, by the system's compiler | long use, where there is no LLVM |

Each is a function of points as NumPy's gufuncs are, `(n)->(),(n)` (see `points`): of float64, some of float32, cpython
also of Fractions and mpmath's numbers. On `+ - * /` cpython, interpreter, llvm-quick, llvm and c give the same bits.
Functions may differ in the last places from engine to engine: Python's `hypot`, NumPy's and the vector library's
functions are each their own.
"""

from compiler.engines.choice import ENGINES, Engine, load

__all__ = ["ENGINES", "Engine", "load"]
