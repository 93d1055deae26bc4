"""Python libraries of arrays: the function takes one array (or number) an input; arrays are broadcast together."""

from __future__ import annotations

from dataclasses import replace

from compiler.dialects.row import Dialect

_UNARY = """abs cbrt ceil cos cosh exp expm1 floor log log1p sin sinh sqrt tan tanh trunc""".split()
_ARC = "acos acosh asin asinh atan atan2 atanh".split()

NUMPY = Dialect(
    name="numpy",
    title="NumPy",
    comment="#",
    usage=("Arrays that broadcast together, one for each input. Domain errors warn and give nan.",),
    head="import numpy as np",
    open="\n\ndef $name($listed):",
    result="    return $value, ($gradient)",
    number="    {0} = {1}",
    truth="    {0} = {1}",
    operations={name: f"np.{name}({{0}})" for name in _UNARY}
    | {name: f"np.{name.replace('a', 'arc', 1)}({{0}})" for name in _ARC}
    | {name: f"np.{name}({{0}}) + 0.0" for name in ("floor", "ceil", "trunc")}  # never -0.0, as in Python
    | {
        "atan2": "np.arctan2({0}, {1})",
        "hypot": "np.hypot({0}, {1})",
        "pow": "np.power({0}, {1})",
        "select": "np.where({0}, {1}, {2})",
    },
    prelude={
        "erf": (
            (),
            "\n\nimport math\n\nerf = np.vectorize(math.erf, otypes=[float])",
        ),
        "maximum": ((), "\n\ndef maximum(a, b):\n    return np.where((a > b) | (a != a), a, b)"),
        "minimum": ((), "\n\ndef minimum(a, b):\n    return np.where((a < b) | (a != a), a, b)"),
        "relu": ((), "\n\ndef relu(x):\n    return np.where(x < 0.0, 0.0, x)"),
        "sigmoid": (
            (),
            "\n\ndef sigmoid(x):\n    z = np.exp(-np.abs(x))\n    return np.where(x < 0.0, z, 1.0) / (1.0 + z)",
        ),
        "sign": ((), "\n\ndef sign(x):\n    return np.where(x > 0.0, 1.0, np.where(x < 0.0, -1.0, x + 0.0))"),
        "softplus": (
            (),
            "\n\ndef softplus(x):\n    return np.where(x > 0.0, x, 0.0) + np.log1p(np.exp(-np.abs(x)))",
        ),
    },
    truths=("False", "True"),
    words="np math",
    lines=1 << 24,
    row={"result": "    return $returned"},
)


def _renamed(text: str, library: str) -> str:
    return text.replace("np.", f"{library}.")


JAX = replace(
    NUMPY,
    name="jax",
    title="JAX",
    usage=(
        'For float64: jax.config.update("jax_enable_x64", True). It may be compiled by jax.jit and mapped by jax.vmap.',
    ),
    head="import jax.numpy as jnp",
    operations={name: _renamed(text, "jnp") for name, text in NUMPY.operations.items()},
    prelude={name: (needs, _renamed(text, "jnp")) for name, (needs, text) in NUMPY.prelude.items()}
    | {"erf": ((), "from jax.scipy.special import erf")},
    words="jnp jax",
)

TORCH = replace(
    NUMPY,
    name="torch",
    title="torch",
    usage=("Tensors of float64 that broadcast together, one for each input.",),
    head="import torch\n\n\ndef tensor(x):\n"
    "    return x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64)",
    operations={name: _renamed(text, "torch") for name, text in NUMPY.operations.items()}
    | {
        "atan2": "torch.atan2(tensor({0}), tensor({1}))",
        "cbrt": "cbrt({0})",
        "erf": "torch.erf({0})",
        "hypot": "torch.hypot(tensor({0}), tensor({1}))",
        "pow": "torch.pow({0}, {1})",
        "select": "torch.where(torch.as_tensor({0}), tensor({1}), tensor({2}))",
    },
    prelude={
        "cbrt": (
            (),
            "\n\ndef cbrt(x):\n    z = torch.sign(x) * torch.abs(x) ** (1.0 / 3.0)\n"
            "    better = z - (z * z * z - x) / (3.0 * z * z)  # Newton's step\n"
            "    return torch.where(torch.isfinite(better), better, z)",
        ),
        "maximum": ((), "\n\ndef maximum(a, b):\n    return torch.where((a > b) | (a != a), tensor(a), tensor(b))"),
        "minimum": ((), "\n\ndef minimum(a, b):\n    return torch.where((a < b) | (a != a), tensor(a), tensor(b))"),
    }
    | {
        name: (needs, _renamed(text, "torch"))
        for name, (needs, text) in NUMPY.prelude.items()
        if name in ("relu", "sigmoid", "sign", "softplus")
    },
    words="torch tensor",
)
