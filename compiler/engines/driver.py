"""The part that native programs share, as LLVM's text: from points to registers, and from registers to results.

A program is a table of words: {its functions, their number, their code, registers of outputs, number of outputs, number
of inputs}, for one point also {the register file, the results}. Functions take (registers, code). `point` runs them
over a file of registers of one number each, the inputs already in their places; `batch` over registers of BLOCK
numbers, for the rows `start` to `stop` of the points, a block at a time; a block that is not full is filled up with the
last row. Between rows and registers, tiles of TILE x TILE numbers are transposed by shuffles (Eklundh 1972): number by
number this takes longer than many a program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

BLOCK = 64  # points that an instruction computes at once
TILE = 8
LINE = 64  # bytes of a cache line
WORD, POINTER, VOID = ir.IntType(64), ir.PointerType(), ir.VoidType()
PART = ir.FunctionType(VOID, [POINTER, POINTER])  # a function of a program


def stride(bits: int) -> int:
    """Return how many numbers it is from register to register: a power of two would crowd a few sets of the cache."""
    return BLOCK + 8 * LINE // bits


def driver(bits: int) -> str:
    """Return the text of `point` and `batch` over numbers of 64 or 32 bits."""
    module = ir.Module()
    number = ir.DoubleType() if bits == 64 else ir.FloatType()
    point = _Function(module, "point", [POINTER], number)
    (program,) = point.arguments
    registers, results = (point.build.inttoptr(point.word(program, place), POINTER) for place in (6, 7))
    outputs, count, _ = point.program(program, registers)
    with point.loop(0, count) as place:
        point.store(point.load(point.at(registers, point.word(outputs, place))), point.at(results, place))
    point.end()
    batch = _Function(module, "batch", [POINTER] * 5 + [WORD] * 2, number)
    program, registers, points, values, gradients, start, stop = batch.arguments
    with batch.loop(start, stop, BLOCK) as row:
        inputs = batch.word(program, 5)
        _take(batch, registers, points, inputs, row, stop)
        outputs, count, _ = batch.program(program, registers)
        rows = batch.smaller(batch.build.sub(stop, row), BLOCK)
        with batch.loop(0, rows) as lane:
            value = batch.load(batch.cell(registers, batch.word(outputs, 0), lane))
            batch.store(value, batch.at(values, batch.build.add(row, lane)))
        _give(batch, registers, gradients, (outputs, count), row, rows)
    batch.end()
    return str(module)


def _take(batch: _Function, registers: Any, points: Any, inputs: Any, row: Any, stop: Any) -> None:
    """Fill the registers of the inputs with the rows from `row` on."""
    build = batch.build
    final = build.sub(stop, WORD(1))
    whole = build.and_(inputs, WORD(-TILE))
    with batch.loop(0, BLOCK, TILE) as first:
        ahead = [build.add(build.add(row, first), WORD(lane)) for lane in range(TILE)]
        rows = [batch.at(points, build.mul(batch.smaller(each, final), inputs)) for each in ahead]
        with batch.loop(0, whole, TILE) as place:
            columns = batch.transposed([batch.at(each, place) for each in rows])
            for lane, column in enumerate(columns):
                batch.store(column, batch.cell(registers, build.add(place, WORD(lane)), first))
        with batch.loop(whole, inputs) as place:
            for lane, each in enumerate(rows):
                cell = batch.cell(registers, place, build.add(first, WORD(lane)))
                batch.store(batch.load(batch.at(each, place)), cell)


def _give(batch: _Function, registers: Any, gradients: Any, outputs: tuple[Any, Any], row: Any, rows: Any) -> None:
    """Write the derivatives, which are the outputs but the first, of so many rows from `row` on."""
    build, (places, count) = batch.build, outputs
    derivatives = build.sub(count, WORD(1))
    own = batch.after(places)
    whole, full = build.and_(derivatives, WORD(-TILE)), build.and_(rows, WORD(-TILE))
    with batch.loop(0, full, TILE) as first:
        ahead = [build.add(build.add(row, first), WORD(lane)) for lane in range(TILE)]
        targets = [batch.at(gradients, build.mul(each, derivatives)) for each in ahead]
        with batch.loop(0, whole, TILE) as place:
            taken = [batch.word(own, build.add(place, WORD(lane))) for lane in range(TILE)]
            columns = batch.transposed([batch.cell(registers, each, first) for each in taken])
            for target, column in zip(targets, columns, strict=True):
                batch.store(column, batch.at(target, place))
    with batch.loop(0, rows) as lane:
        target = batch.at(gradients, build.mul(build.add(row, lane), derivatives))
        begin = build.select(build.icmp_signed("<", lane, full), whole, WORD(0))
        with batch.loop(begin, derivatives) as place:
            batch.store(batch.load(batch.cell(registers, batch.word(own, place), lane)), batch.at(target, place))


class _Function:
    """A function without a result, as it is built."""

    def __init__(self, module: ir.Module, name: str, arguments: Sequence[Any], number: Any) -> None:
        made = ir.Function(module, ir.FunctionType(VOID, arguments), name)
        self.number, self.arguments = number, made.args
        self.stride = stride(64 if number == ir.DoubleType() else 32)
        self.build = ir.IRBuilder(made.append_basic_block())

    def end(self) -> None:
        """Return."""
        self.build.ret_void()

    @contextmanager
    def loop(self, start: Any, stop: Any, step: int = 1) -> Iterator[Any]:
        """Count from start by step while it is less than stop."""
        build = self.build
        start, stop = (WORD(each) if isinstance(each, int) else each for each in (start, stop))
        before, head = build.block, build.append_basic_block()
        body, done = build.append_basic_block(), build.append_basic_block()
        build.branch(head)
        build.position_at_end(head)
        index = build.phi(WORD)
        index.add_incoming(start, before)
        build.cbranch(build.icmp_signed("<", index, stop), body, done)
        build.position_at_end(body)
        yield index
        index.add_incoming(build.add(index, WORD(step)), build.block)
        build.branch(head)
        build.position_at_end(done)

    def program(self, program: Any, registers: Any) -> tuple[Any, Any, Any]:
        """Run the functions of a program; return the registers of its outputs, their number, the number of inputs."""
        functions, count, code, outputs, results, inputs = (self.word(program, place) for place in range(6))
        pointers = [self.build.inttoptr(each, POINTER) for each in (functions, code, outputs)]
        with self.loop(0, count) as place:
            call = self.build.inttoptr(self.word(pointers[0], place), PART.as_pointer())
            self.build.call(call, [registers, pointers[1]])
        return pointers[2], results, inputs

    def smaller(self, a: Any, b: Any) -> Any:
        """Return the smaller of two words."""
        b = WORD(b) if isinstance(b, int) else b
        return self.build.select(self.build.icmp_signed("<", a, b), a, b)

    def word(self, table: Any, place: Any) -> Any:
        """Return a word of a table."""
        place = WORD(place) if isinstance(place, int) else place
        return self.build.load(self.build.gep(table, [place], source_etype=WORD), typ=WORD)

    def after(self, table: Any) -> Any:
        """Return a table without its first word."""
        return self.build.gep(table, [WORD(1)], source_etype=WORD)

    def at(self, numbers: Any, place: Any) -> Any:
        """Return where a number stands."""
        return self.build.gep(numbers, [place], source_etype=self.number)

    def cell(self, registers: Any, register: Any, lane: Any) -> Any:
        """Return where a register has the number of a point."""
        return self.build.gep(registers, [register, lane], source_etype=ir.ArrayType(self.number, self.stride))

    def load(self, place: Any, lanes: int = 1) -> Any:
        """Return a number, or a vector of them."""
        kind = self.number if lanes == 1 else ir.VectorType(self.number, lanes)
        return self.build.load(place, align=4, typ=kind)

    def store(self, value: Any, place: Any) -> None:
        """Write a number, or a vector of them."""
        self.build.store(value, place, align=4)

    def transposed(self, places: Sequence[Any]) -> list[Any]:
        """Return the columns of the tile whose rows stand at some places."""
        rows = [self.load(each, TILE) for each in places]
        mask = ir.VectorType(ir.IntType(32), TILE)
        for step in (1, 2, 4):
            for row in range(TILE):
                if not row & step:
                    a, b = rows[row], rows[row + step]
                    low = [place + TILE - step if place & step else place for place in range(TILE)]
                    high = [place + TILE if place & step else place + step for place in range(TILE)]
                    rows[row] = self.build.shuffle_vector(a, b, mask(low))
                    rows[row + step] = self.build.shuffle_vector(a, b, mask(high))
        return rows
