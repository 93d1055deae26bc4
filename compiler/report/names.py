"""Names of formulas: clean, distinct within a report, and short enough for a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath

from compiler.report.entry import Entry

LONGEST = 200  # characters of a name that are kept
LONGEST_NAME = 48  # of these, that a table or a line of text shows


def clean(text: str) -> str:
    """Return a text as one printable line: a name or a reason from a file must not move the cursor of a terminal."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def shortened(text: str, width: int) -> str:
    """Return a text of at most `width` characters, with `...` in the middle of what was longer."""
    if len(text) <= width:
        return text
    kept = max(width - 3, 0)
    return text[: kept - kept // 2] + "..."[:width] + text[len(text) - kept // 2 :]


def labels(paths: Sequence[str]) -> dict[str, str]:
    """Return for each path its shortest tail that is no tail of another: `rosa.fpcore`, or `numerics/rosa.fpcore`."""
    found: dict[str, str] = {}
    waiting = {path: PurePath(path).parts for path in paths}
    length = 1
    while waiting:
        tails = {path: "/".join(parts[-length:]) for path, parts in waiting.items()}
        seen = Counter(tails.values())
        for path, tail in tails.items():
            if seen[tail] == 1 or length >= len(waiting[path]):
                found[path] = tail
        waiting = {path: parts for path, parts in waiting.items() if path not in found}
        length += 1
    return found


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries under names of their own.

    One without a name is called by its place, `file.txt:3`, and a whole file by its path. Of several with one name in
    one file, each takes its `n` (`ARWHEAD-12`); of several in different files, each takes its file
    (`rosa.fpcore:doppler1`); what is still alike is numbered (`f#2`).
    """
    label = labels(list(dict.fromkeys(each.source for each in entries)))
    called = [replace(each, name=clean(each.name)[:LONGEST]) for each in entries]
    named: list[Entry] = []
    for _, group in groupby(called, key=lambda each: each.source):
        named += _by_size(list(group))
    homes: dict[str, set[str]] = {}
    for each in named:
        homes.setdefault(each.name, set()).add(each.source)
    full = [_with_file(each, label[each.source], alone=len(homes[each.name]) == 1) for each in named]
    return _numbered(full)


def _by_size(group: list[Entry]) -> list[Entry]:
    seen = Counter(each.name for each in group)
    return [
        replace(each, name=f"{each.name}-{each.size}") if each.name and each.size and seen[each.name] > 1 else each
        for each in group
    ]


def _with_file(entry: Entry, label: str, *, alone: bool) -> Entry:
    if entry.name:
        name = entry.name if alone else f"{label}:{entry.name}"
    else:
        name = f"{clean(label)}:{entry.place}" if entry.place else clean(entry.source)
    return replace(entry, name=f"{name}[{entry.item}]" if entry.item is not None else name)


def _numbered(entries: list[Entry]) -> list[Entry]:
    seen: Counter[str] = Counter()
    result = []
    for each in entries:
        seen[each.name] += 1
        again = seen[each.name]
        result.append(each if again == 1 else replace(each, name=f"{each.name}#{again}"))
    return result
