"""Derivatives beyond the gradient, each a circuit of a circuit: products with vectors, Jacobians, Hessians."""

from compiler.derivatives.compiling import compile_derivative
from compiler.derivatives.forward import jvp
from compiler.derivatives.matrices import Sparse, jacobian
from compiler.derivatives.pattern import jacobian_pattern
from compiler.derivatives.program import DerivativeProgram
from compiler.derivatives.reverse import vjp
from compiler.derivatives.second import hessian, hvp

__all__ = [
    "DerivativeProgram", "Sparse", "compile_derivative", "hessian", "hvp", "jacobian", "jacobian_pattern", "jvp", "vjp",
]  # fmt: skip
