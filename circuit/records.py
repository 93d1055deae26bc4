"""Named tuples of arrays as compiled functions see them: by one address, whatever they hold.

numba takes a tuple apart wherever it is handed on: twenty arrays are two hundred words that every call copies. Here the
tuple is laid out once, as the call from Python begins, and all that is called within gets its address. Imported with
numba, for the first large circuit.
"""
# mypy: allow-untyped-calls, allow-untyped-decorators, allow-subclassing-any
# (numba has no types)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel.models import PrimitiveModel
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, register_model, typeof_impl, unbox
from numba.np.arrayobj import populate_array


class Record(types.Type):
    """The type of a named tuple of arrays in C order; `fields` are their names and types."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = fields
        super().__init__(name=f"{name}({', '.join(f'{field}: {kind}' for field, kind in fields)})")

    def place(self, name: str) -> int:
        """Return where a field stands."""
        return [field for field, _ in self.fields].index(name)


def register(kind: type) -> None:
    """Let named tuples of this kind be handed over by address."""
    typeof_impl.register(kind)(_typeof)


def _typeof(value: Any, context: Any) -> Record:
    fields = zip(value._fields, (typeof_impl(each, context) for each in value), strict=True)
    return Record(type(value).__name__, tuple(fields))


@register_model(Record)
class _Address(PrimitiveModel):
    """The address of a data pointer and the extents of each array."""

    def __init__(self, manager: Any, record: Record) -> None:
        pointers = [manager.lookup(types.CPointer(kind.dtype)).get_value_type() for _, kind in record.fields]
        extents = [ir.ArrayType(cgutils.intp_t, kind.ndim) for _, kind in record.fields]
        layout = ir.LiteralStructType([part for each in zip(pointers, extents, strict=True) for part in each])
        super().__init__(manager, record, layout.as_pointer())

    def from_argument(self, builder: Any, value: Any) -> Any:
        """Tell LLVM that nothing writes there, so that no address is read again after each store."""
        value.add_attribute("noalias")
        return value


@infer_getattr
class _Fields(AttributeTemplate):
    key = Record

    def generic_resolve(self, record: Record, name: str) -> Any:  # type: ignore[override]
        """Return the type of a field, or None."""
        return dict(record.fields).get(name)


@unbox(Record)
def _lay_out(record: Record, value: Any, c: Any) -> NativeValue:
    """Write down where the arrays are, and how long."""
    builder, pointer = c.builder, c.context.get_value_type(record)
    address = cgutils.alloca_once(builder, pointer.pointee)
    failed = cgutils.false_bit
    for place, (_, kind) in enumerate(record.fields):
        native = c.unbox(kind, c.pyapi.tuple_getitem(value, place))
        array = c.context.make_array(kind)(c.context, builder, native.value)
        builder.store(array.data, cgutils.gep_inbounds(builder, address, 0, 2 * place))
        builder.store(array.shape, cgutils.gep_inbounds(builder, address, 0, 2 * place + 1))
        failed = builder.or_(failed, native.is_error)
    return NativeValue(address, is_error=failed)


@lower_getattr_generic(Record)
def _field(context: Any, builder: Any, record: Record, address: Any, name: str) -> Any:
    """Return a field as the array that it is."""
    place = record.place(name)
    kind = record.fields[place][1]
    array = context.make_array(kind)(context, builder)
    data = builder.load(cgutils.gep_inbounds(builder, address, 0, 2 * place))
    extents = cgutils.unpack_tuple(builder, builder.load(cgutils.gep_inbounds(builder, address, 0, 2 * place + 1)))
    itemsize = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides = [itemsize]
    for extent in extents[:0:-1]:
        strides.insert(0, builder.mul(strides[0], extent))
    populate_array(array, data, extents, strides, itemsize, None)
    return array._getvalue()
