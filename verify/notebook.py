"""What notebooks show of a certificate: its claims as a table, and the theorem with its numbers.

What a claim says may hold a user's names: in HTML they are escaped and shortened, in LaTeX they do not appear.
"""

from __future__ import annotations

import html as markup
from typing import TYPE_CHECKING

from verify.judged import plain

if TYPE_CHECKING:
    from verify.certificate import Certificate

LONGEST = 300  # letters of a claim's reason
MARKS = {"PASSED": "\u2713", "FAILED": "\u2717", "NOT CHECKED": "\u2013", "NOT NEEDED": "\u2013"}
TEX_MARKS = {"PASSED": r"\surd", "FAILED": r"\times"}
STYLE = """\
.baur-certificate{--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--good:#116329;--bad:#b3261e;color:var(--ink);\
font:14px/1.4 ui-sans-serif,system-ui,"Segoe UI",Arial,sans-serif;overflow-x:auto}
@media screen and (prefers-color-scheme:dark){.baur-certificate{--ink:#e6edf3;--soft:#a3adb8;--line:#3d444d;\
--good:#57ab5a;--bad:#ff938a;background:#14171c}}
.baur-certificate table{border-collapse:collapse;margin:.3em 0}
.baur-certificate th,.baur-certificate td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;\
border-bottom:1px solid var(--line);font-weight:400;background:none;overflow-wrap:anywhere}
.baur-certificate th{white-space:nowrap}
.baur-certificate p{margin:.3em 0}
.baur-certificate .passed{color:var(--good)}
.baur-certificate .failed{color:var(--bad);font-weight:600}
.baur-certificate .soft{color:var(--soft)}
"""


def html(certificate: Certificate) -> str:
    """Return the claims with their marks, the verdict above them, the price below, as a piece of HTML."""
    rows = [
        f'<tr><td class="{_kind(each.status)}" title="{_text(each.status)}">{MARKS.get(each.status, "?")}</td>'
        f'<th scope="row">{_text(each.name)}</th><td class="soft">{_text(_reason(each.status, each.detail))}</td></tr>'
        for each in certificate.claims
    ]
    accepted = "passed" if certificate.accepted else "failed"
    price = f"L = {certificate.value_gates:,}, T = {_chain(certificate)}, ratio {certificate.ratio}"
    return "\n".join([
        '<div class="baur-certificate">',
        f"<style>\n{STYLE}</style>",
        f'<p><strong class="{accepted}">{_text(certificate.verdict)}</strong> '
        f'<span class="soft">reference: {_text(certificate.reference)}</span></p>',
        "<table><tbody>",
        *rows,
        "</tbody></table>",
        f"<p>{_text(price)}</p>",
        "</div>",
        "",
    ])  # fmt: skip


def _kind(status: str) -> str:
    return status.lower() if status in TEX_MARKS else "soft"


def _reason(status: str, detail: str) -> str:
    """Return why, and the status itself where the mark alone does not tell it."""
    return ": ".join(filter(None, ["" if status in TEX_MARKS else status.lower(), detail]))


def _text(text: str) -> str:
    """Return a text on one line, nothing in it a cursor or markup, a long one with its middle left out."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 60]}\u2026{text[-59:]}"
    return markup.escape(plain(text))


def _chain(certificate: Certificate) -> str:
    """Return T with what bounds it: the sum over the gates, and the multiple of L of the theorem where that is more."""
    total, bound, most = certificate.total_gates, certificate.bound, certificate.factor * certificate.value_gates
    if not certificate.accepted:
        return f"{total:,}"
    return f"{total:,} \u2264 {bound:,}" + (f" \u2264 {certificate.factor} L = {most:,}" if bound <= most else "")


def latex(certificate: Certificate) -> str:
    """Return the claims with their marks and the price as a display in LaTeX, of fixed words and of numbers."""
    known = [f"{TEX_MARKS.get(each.status, '-')} & {_words(each.name)}" for each in certificate.claims]
    numbers = f"L = {certificate.value_gates:,}; T = {_chain(certificate)}"
    price = numbers.replace(",", "{,}").replace(";", r",\quad").replace("\u2264", r"\le")
    verdict = _words("certified" if certificate.accepted else "rejected")
    rows = [f"& {verdict}", *known, f"& {price}"]
    return "$$\\begin{array}{cl}\n" + " \\\\\n".join(rows) + "\n\\end{array}$$"


def _words(text: str) -> str:
    """Return words of ours as LaTeX; whatever is no letter becomes a blank."""
    return f"\\textrm{{{''.join(each if each.isascii() and each.isalpha() else ' ' for each in text)}}}"
