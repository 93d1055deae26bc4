"""Why a line is not in the grammar: the thing is named, not just the place."""

from __future__ import annotations

import re

from verify.errors import Rejected

# the function of a kind of program -> what it returns, by name and in full
_ENTRIES = "(entry, ...), (row, ...), (column, ...)"
RETURNED = {
    "value_and_gradient": ("value, (gradient)", "value, (derivative, ...)"),
    "value_and_jvp": ("(values), (derivatives)", "(value, ...), (derivative, ...)"),
    "value_and_vjp": ("(values), (derivatives)", "(value, ...), (derivative, ...)"),
    "value_and_jacobian": ("(values), (entries), (rows), (columns)", f"(value, ...), {_ENTRIES}"),
    "value_gradient_and_hvp": ("value, (gradient), (product)", "value, (derivative, ...), (product, ...)"),
    "value_gradient_and_hessian": (
        "value, (gradient), (entries), (rows), (columns)", f"value, (derivative, ...), {_ENTRIES}"
    ),
}  # fmt: skip
_STATEMENTS = (
    "for", "while", "if", "elif", "else", "try", "except", "finally", "with", "import", "from", "def", "class",
    "lambda", "global", "nonlocal", "del", "pass", "assert", "raise", "yield", "return", "async", "await", "match",
    "print", "exec",
)  # fmt: skip
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"@", "decorator"),
    (r"""(?:[rRbBuUfF]{0,2})(?:"|')""", "docstring or string statement"),
    (r"async\b", "statement async"),
    (r"def value_\w+\(.*\)\s*->", "annotation of the result"),
    (r"def value_\w+\([^)]*:.*\):", "annotation"),
    (r"def value_\w+\([^)]*=.*\):", "default"),
    (r"def value_\w+\([^)]*\*.*\):", "starred parameter"),
    (r"def value_\w+\([^)]*/.*\):", "positional-only marker"),
)
_VALUES: tuple[tuple[str, str], ...] = (
    (r".*\blambda\b", "unknown call: lambda"),
    (r".*\*\*", "power operator `**`: a power hides gates from the count"),
    (r".*//", "operator `//`"),
    (r".*%", "operator `%`"),
    (r".*(?:<<|>>|[&|^~@])", "an operator outside the language"),
    (r".*\b(?:if|and|or|not|in|is)\b", "a conditional or logical expression"),
    (r".*:=", "reassignment by `:=`"),
    (r""".*["']""", "string literal"),
    (r".*[A-Za-z0-9_)]\.[A-Za-z_]", "attribute"),
    (r".*[\[{]", "a list, subscript, dict or set"),
    (r"[A-Za-z_]\w*$", "a copy: a line holds one operation"),
    (r"-?[0-9.]+(?:e[+-]?[0-9]+)?$", "a copy of a constant: a line holds one operation"),
    (r".*\b(?:inf|nan)\b", "constant: inf or nan"),
    (r".*\be?[0-9.]+[eE][+-]?[0-9]{5,}", "constant: its exponent is too large"),
    (r".*(?:0[xobXOB]|[0-9]_[0-9]|[0-9][jJ]\b|[0-9]E|[0-9]\.(?![0-9])|(?<![0-9])\.[0-9])", "constant: not plain"),
    (r"[A-Za-z_]\w*\(\)$", "a call without arguments"),
    (r"[A-Za-z_]\w*\(.*=", "keyword argument"),
    (r".*\*[A-Za-z_(]", "spacing or a starred argument"),
)  # fmt: skip


def reject(line: int, reason: str) -> Rejected:
    """Return the rejection of one line at the claim `text`."""
    return Rejected("text", f"line {line}: {reason}")


def explain(rows: list[str], row: int, wanted: str, function: str) -> Rejected:
    """Return the rejection of the row that is not a `wanted` ("header" or "line"), naming what it is instead."""
    returned = RETURNED[function]
    if row >= len(rows):
        missing = f"header `def {function}(...):`" if wanted == "header" else f"`return {returned[0]}` line"
        return reject(len(rows), f"the {missing} is missing")
    content = rows[row].strip()[:2000]
    for pattern, reason in _PATTERNS:
        if re.match(pattern, content):
            return reject(row + 1, reason)
    word = re.match(r"[A-Za-z_]\w*", content)
    if word is not None and word.group() in _STATEMENTS:
        return reject(row + 1, _statement(word.group(), content, function))
    if wanted == "header":
        return reject(row + 1, f"the header is not `def {function}(names):`")
    return reject(row + 1, _line(rows[row], content))


def _statement(word: str, content: str, function: str) -> str:
    if word == "return":
        return f"the return is not `return {RETURNED[function][1]}` of plain operands"
    if word in ("import", "from"):
        return f"statement {word}: import"
    if word == "def" and content.startswith(f"def {function}("):
        return f"the header is not `def {function}(names):`"
    return f"statement {word}"


def _line(row: str, content: str) -> str:
    target = re.match(r"([A-Za-z_]\w*)\s*(:|[-+*/%@&|^]=|//=|\*\*=|=(?!=))", content)
    if target is None:
        return "an expression that is no assignment" if content else "an empty line"
    if target.group(2) == ":":
        return "annotation"
    if target.group(2) != "=":
        return f"reassignment by `{target.group(2)}`"
    value = content[target.end() :].partition("#")[0].strip()
    for pattern, reason in _VALUES:
        if re.match(pattern, value):
            return reason
    if ";" in value:
        return "two statements on one line"
    if "=" in re.sub(r"[<>=!]=", "", value):
        return "reassignment: two targets on one line"
    if len(re.findall(r" [-+*/<>=!]+ |\(", value)) > 1:
        return "nested expression: a line holds one operation"
    if not row.startswith("    ") or row.startswith("     "):
        return "indentation: a line starts with four blanks"
    return "not in the grammar: a line is `    name = operation`"
