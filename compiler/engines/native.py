"""Machine code by LLVM, kept on disk where it took long to make.

What is kept is told apart by the text it was made from, the machine and LLVM's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from threading import RLock
from typing import Any, ParamSpec, TypeVar

from compiler.engines import store
from compiler.engines.functions import load

LONG = 100_000  # characters of a text whose code is kept
P = ParamSpec("P")
R = TypeVar("R")
_MAKING = RLock()


def once(make: Callable[P, R]) -> Callable[P, R]:
    """Return a function that makes its answer once a process, for all threads: a second one would free code in use."""
    kept = cache(make)

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        with _MAKING:
            return kept(*args, **kwargs)  # type: ignore[arg-type]  # what cannot be hashed raises

    return made


class Native:
    """The machine code of a text of LLVM's.

    level: 0 is soon ready, 2 runs best. keep: on disk, however short the text is. pack: put operations side by side
    into vectors (SLP, Larsen & Amarasinghe 2000).
    """

    def __init__(self, text: str, level: int, *, keep: bool = False, pack: bool = False) -> None:
        import llvmlite.binding as llvm

        machine = _machine(level)
        name = _name(text, level, pack) if keep or len(text) >= LONG else ""
        code = store.read(name) if name else None
        if code is None:
            code = _compiled(text, level, pack, machine)
            if name:
                store.write(name, code)
        self.engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self.engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self.engine.finalize_object()

    def address(self, name: str) -> int:
        """Return where a function of the text starts; it lives as long as this object."""
        return int(self.engine.get_function_address(name))


def _compiled(text: str, level: int, pack: bool, machine: Any) -> bytes:
    import llvmlite.binding as llvm

    with llvm.parse_assembly(text, llvm.create_context()) as module:
        module.triple, module.data_layout = llvm.get_process_triple(), str(machine.target_data)
        if level:
            options = llvm.create_pipeline_tuning_options(level)
            options.slp_vectorization = pack
            builder = llvm.create_pass_builder(machine, options)
            builder.getModulePassManager().run(module, builder)
        code: bytes = machine.emit_object(module)
    return code


@cache
def _start() -> Any:
    """Load LLVM's part for this machine, and the functions that programs call."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    load()
    return llvm.Target.from_triple(llvm.get_process_triple())


def _machine(level: int) -> Any:
    import llvmlite.binding as llvm

    return _start().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=level, jit=True
    )


def _name(text: str, level: int, pack: bool) -> str:
    """Return the name of the entry of a text."""
    import llvmlite.binding as llvm

    machine = llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return hashlib.sha256(repr((text, level, pack, machine, llvm.llvm_version_info)).encode()).hexdigest() + ".o"
