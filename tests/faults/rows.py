"""The defects, one or more rows each: where a fault cannot happen here as it did there, the nearest of that effect."""

from __future__ import annotations

import numpy as np
import sympy

from circuit.errors import (
    ResourceLimit,
    UnsupportedConstant,
)
from circuit.ops import ge, hypot, log, pow_, select, sinh, sqrt
from tests.faults.programs import (
    Confused,
    Overwriting,
    all_active,
    contributions,
    equal_ones_cancel,
    in_place,
    independent_alone,
    merged_names,
    normalised,
    pasted,
    printed,
    reader,
    registers,
    through_digraph,
    total,
    unguarded,
)
from tests.faults.table import (
    MICRO,
    MU,
    Fault,
    by_identity,
    every_power_a_gate,
    floored,
    guarded_sinc,
    in_every_table,
    lowering,
    minus_sinh,
    one_more,
    power,
    power_rule,
    rule,
    several,
    softplus_by_max,
    through_the_root,
    zero_times_reciprocal,
)

x, y = sympy.symbols("x y")

FAULTS = [
    Fault(
        "casadi#2585", "cosh' = -sinh", "B C D",
        rule("cosh", lambda b, z, x: (-(b * sinh(x)),)), "cosh(x)*y", (1.0, 2.0),
    ),
    # it stood for nine years: what if verify's two tables of rules had been copied from casadi's as well
    Fault(
        "casadi#2585", "cosh' = -sinh in every table of rules", "D",
        in_every_table("cosh", lambda b, z, x: (-(b * sinh(x)),), "b x sinh * neg", minus_sinh),
        "cosh(x)*y + x*z", (1.0, 2.0, 3.0),
    ),
    # asech' is right on 0 < x < 1 and has the wrong sign below -1, since x went under the root; asech is no gate here,
    # and is not real there. So: asinh' with x under the root, right for x > 0; and acosh' by the root of a product
    Fault(
        "sympy#30335", "asinh' = 1/(x*sqrt(1/x^2 + 1)), wrong for x < 0", "A B C D",
        rule("asinh", lambda b, z, x: (b / (x * hypot(1, 1 / x)),)),
        "asinh(a) + asinh(b) + asinh(c) + asinh(d) + asinh(p) + asinh(q) + asinh(r) + asinh(s)", (-1.0,) * 8,
    ),
    Fault(
        "sympy#30335", "acosh' = 1/sqrt(u^2 - 1), a number where acosh is none", "A B C",
        rule("acosh", lambda b, z, x: (b / sqrt(x * x - 1),)), "acosh(1/x)", (-0.5,),
    ),
    # coth x is 1/tanh x here: its minus is the quotient's
    Fault(
        "sympy PR#605", "coth' without its minus", "B C D",
        rule("div", lambda b, z, x, y: (b / y, b / y * z)), "coth(x)", (1.0,),
    ),
    Fault("sympy PR#605", "coth = tanh", "(B) C D", lowering("coth", lambda x: x.gate("tanh", x)), "coth(x)", (1.0,)),
    # 256 where 16 is due: a register has the name of an input
    Fault(
        "sympy#25043", "a register captures a name", "A B", printed, "c*v0**2 + c*(v0**4 - v0**2)", (1.0, 2.0),
        {"variables": ("c", "v0")}, ResourceLimit,
    ),
    # integer powers are products here, and x**0 is 1: they are made gates first
    Fault(
        "jax#14397", "x**0 has the derivative 0*x**-1", "A B",
        several(power(every_power_a_gate), rule("pow", power_rule(zero_times_reciprocal))),
        "x**2 + x + x**0", (0.0,), raises=ResourceLimit,
    ),
    Fault(
        "jax PR#16419", "x**0 has the derivative 1", "A B",
        several(power(every_power_a_gate), rule("pow", power_rule(lambda x: 1))),
        "x**2 + x + x**0", (1.0,), raises=ResourceLimit,
    ),
    # the test that was to find it had the wrong numbers too: a slip made in every table of rules
    Fault(
        "jax PR#17996", "a one where a zero is due, in every table of rules", "D",
        in_every_table("pow", lambda b, z, x, c: (b * (c + 1) * pow_(x, c - 1), None),
                       "b y 1 + * x y 1 - pow *", one_more),
        "x**1.5 + y", (1.0, 2.0),
    ),
    # d fmod(x, y)/dy = -trunc(x/y); with floor it is wrong where the signs differ
    Fault(
        "jax PR#11469", "fmod' by floor, where it is by trunc", "B C D",
        rule("mul", lambda b, z, x, y: (b * floored(y), b * floored(x))),
        "fmod(a, b) + fmod(c, d) + fmod(p, q) + fmod(r, s) + fmod(u, v) + fmod(x, y)", (-1.0, 0.3) * 6,
    ),
    # log_sigmoid(x) has the derivative 0.5 at 0; through max and abs, which have ties there, it is 0
    Fault("jax#2140", "softplus through max and abs", "A (B) C", softplus_by_max, "-softplus(-x)", (0.0,)),
    Fault("jax#5054", "sinc is a constant at 0", "A (B) C", guarded_sinc, "sin(x)/x", (0.0,)),
    # the derivative of binary_cross_entropy_with_logits is sigmoid(x) - t; a program of ours may differentiate that
    Fault(
        "pytorch#79609", "the rule of a rule loses a factor", "B C D", rule("sigmoid", lambda b, z, x: (b * z,)),
        "(sigmoid(x) - t)*w", (0.5, 0.25, 2.0), {"variables": ("x", "t", "w")},
    ),
    Fault("pytorch#79609", "an adjoint is added to in place", "B C D", total(in_place), "exp(x) + (x + y)", (1.0, 2.0)),
    Fault(
        "pytorch#773", "the derivative of P is P/x_i", "A B C", rule("mul", lambda b, z, x, y: (b * z / x, b * z / y)),
        "x*y*z", (0.0, 2.0, 3.0),
    ),
    Fault(
        "tinygrad PR#17404", "the derivative of np.prod is P/x_i", "A B C",
        rule("mul", lambda b, z, x, y: (b * z / x, b * z / y)),
        np.prod, (np.array([0.0, 2.0, 3.0]),), {"shapes": ((3,),)},
    ),
    Fault(
        "autograd#116", "(x**c)' = c*x**c/x", "B C",
        rule("pow", lambda b, z, x, c: (b * c * z / x, None)), "x**1.5", (0.0,),
    ),
    Fault(
        "autograd#149", "x**y is a gate, with log(x) in its rule", "A B",
        several(
            power(every_power_a_gate), rule("pow", lambda b, z, x, y: (b * y * pow_(x, y - 1), b * z * log(x))),
        ),
        "x**y", (0.0, 2.0), raises=ResourceLimit,
    ),
    Fault("autograd#581", "x**1.5 is x*sqrt(x)", "A (B) C", power(through_the_root), "x**1.5", (0.0,)),
    # nothing is assigned twice here: what is lost with a name that is, the sweep may lose otherwise
    Fault(
        "clad#265", "no adjoint where a parameter comes in", "B C D",
        lambda patch: patch.setattr("compiler.sweep.active", independent_alone), "i*j + i", (3.0, 5.0),
        {"variables": ("i",), "parameters": ("j",)},
    ),
    Fault(
        "clad#265", "a register is assigned twice", "A B", registers(lambda name: "t0" if name == "t1" else name),
        "x*y/z + sin(x*y)", (1.0, 2.0, 3.0), raises=ResourceLimit,
    ),
    Fault(
        "tangent#64", "the last += alone counts", "B C D", contributions(lambda circuit: Overwriting()),
        "w*f*(h - i) + b*f*(k - l)", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0),
    ),
    Fault(
        "tangent#64", "+= writes to the register that it reads", "A B",
        registers(lambda name: "t0" if name[0] == "t" else name),
        "w*f*(h - i) + b*f*(k - l)", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), raises=ResourceLimit,
    ),
    Fault(
        "libMesh#998", "two equal terms cancel", "B C D",
        total(equal_ones_cancel), "A*sin(x*pi)*sin(x*pi)", (2.0, 0.25),
    ),
    Fault(
        "CppAD#7", "an arm that is not taken is left out", "(B) C D",
        lambda patch: patch.setattr("circuit.sympy_gates.select", lambda builder, condition, a, b: a),
        sympy.Piecewise((x * y, x > y), (x / y, True)), (1.0, 2.0),
    ),
    Fault(
        "CppAD#7", "an arm that is not taken sends nothing", "B C D",
        rule("select", lambda b, z, c, x, y: (None, select(c, b, 0), None)), "select(x > y, x*y, x/y)", (1.0, 2.0),
    ),
    Fault(
        "Enzyme#2393", "at a tie of max both count", "A B C",
        rule("max", lambda b, z, x, y: (select(ge(x, y), b, 0), select(ge(y, x), b, 0))), "max(x, y)", (1.0, 1.0),
    ),
    Fault(
        "Enzyme#2393", "abs' = 1 at 0", "B C",
        rule("abs", lambda b, z, x: (select(ge(x, 0), b, -b),)), "abs(x)", (0.0,),
    ),
    # there are no perturbations at run time: here the adjoints of two inputs, one of them held, are one
    Fault(
        "ForwardDiff.jl#83", "the inner variable moves with the outer", "B C D",
        several(lambda patch: patch.setattr("compiler.sweep.active", all_active), contributions(Confused)),
        "x*(x + y)", (1.0, 1.0), {"variables": ("x",), "parameters": ("y",)},
    ),
    Fault("compiled-knowledge 4.2.7", "d(x*x)/dx = 2", "B C D", rule("mul", by_identity), "x*x", (3.0,)),
    Fault("networkx.DiGraph", "one edge of x*x is kept", "(B) C D", reader(through_digraph), "x*x + y", (3.0, 1.0)),
    # 25 where 500 is due
    Fault(
        "sympy lambdify", "two spellings of mu are one", "(B) C D", merged_names, f"{MICRO}*{MU}", (5.0, 100.0),
        {"variables": (MICRO, MU)},
    ),
    Fault(
        "sympy lambdify", "two spellings of mu are one symbol", "(B) C", several(normalised, unguarded),
        sympy.Symbol(MICRO) * sympy.Symbol(MU), None, raises=UnsupportedConstant,
    ),
    Fault("sympy lambdify", "both spellings are printed", "A B", printed, f"{MICRO}*{MU}", None,
          {"variables": (MICRO, MU)}, ResourceLimit),
    Fault("sympy lambdify", "Symbol('x+y')*2 is 2*x+y", "A (B) C", reader(pasted), sympy.Symbol("x+y") * 2, None,
          raises=UnsupportedConstant),
    Fault(
        "sympy lambdify", "Symbol('x+y') is printed", "A B",
        printed, sympy.Symbol("x+y") * 2, None, raises=ResourceLimit,
    ),
]  # fmt: skip
