"""verify: a program, a formula, and the claims that tie them; imports nothing of the compiler."""

from verify.certificate import Certificate, Claim
from verify.counts import Counts, count
from verify.errors import FormulaError, FormulaLimit, Rejected
from verify.judge import certify

__all__ = ["Certificate", "Claim", "Counts", "FormulaError", "FormulaLimit", "Rejected", "certify", "count"]
