"""Languages that a program is translated to: one row of names and templates each; see `compiler.translate`."""

from compiler.dialects.arrays import JAX, NUMPY, TORCH
from compiler.dialects.c_family import CPP, CUDA, C, H
from compiler.dialects.fortran import FORTRAN
from compiler.dialects.javascript import JAVASCRIPT
from compiler.dialects.julia import JULIA
from compiler.dialects.row import Dialect
from compiler.dialects.rust import RUST

DIALECTS: dict[str, Dialect] = {
    row.name: row for row in (C, H, CPP, CUDA, RUST, JAVASCRIPT, JULIA, FORTRAN, NUMPY, JAX, TORCH)
}

__all__ = ["DIALECTS", "Dialect"]
