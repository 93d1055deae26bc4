"""Stand-alone checker: python -I checker.py PROGRAM CERTIFICATE (standard library only, believing nothing).

Proves, at the stated price, that the text computes value and gradient of the certificate's circuit: the chain rule runs
over the value part, on registers read as coefficient and class; the rest is recorded. Exit 0: proved, 1: not, 2: usage.
"""
import functools, gc, hashlib, heapq, json, keyword, re, sys
from fractions import Fraction

NAME, NUMBER = r"[A-Za-z_][A-Za-z0-9_]*", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,4})?"
WORD, END = rf"(?:{NAME}|{NUMBER})", r"[ \t]*(?:#.*)?"
OPERATION = rf"(?:({WORD}) ([-+*/]|[<>]=?|[=!]=) ({WORD})|-({WORD})|({NAME})\(({WORD}(?:, {WORD})*)\))"
LINE = re.compile(rf"    ({NAME}) = {OPERATION}{END}")
RETURN = re.compile(rf"    return ({WORD}), \(((?:{WORD},)?|{WORD}(?:, {WORD})+,?)\){END}")
SIGN = dict(zip("+ - * / > >= < <= == !=".split(), "add sub mul div gt ge lt le eq ne".split()))
SPELT, CONSTANTS, ZERO, CAP, HUGE = {"maximum": "max", "minimum": "min"}, ("pi", "e"), (0, 0), 1 << 28, 1 << (1 << 14)
RATIONAL, TOTAL, LARGEST = {"add", "sub", "mul", "div", "neg"}, {"add", "sub", "mul", "neg", "select"}, 1 << 1024
FLAT, SYMMETRIC = {*"sign floor ceil trunc gt ge lt le eq ne".split()}, {*"add mul hypot max min eq ne".split()}
RULE = {  # gate: (d, contribution to each operand in postfix); b adjoint, z result, x y operands; d gates form them all
    "add": (0, "b", "b"), "sub": (0, "b", "b neg"), "mul": (2, "b y *", "b x *"), "div": (3, "b y /", "b y / z * neg"),
    "neg": (0, "b neg"), "exp": (1, "b z *"), "expm1": (2, "b z 1 + *"), "log": (1, "b x /"), "log1p": (2, "b x 1 + /"),
    "sqrt": (2, "b z 2 * /"), "cbrt": (3, "b z z * 3 * /"), "pow": (3, "b y * x y 1 - pow *", ""),
    "sin": (2, "b x cos *"), "cos": (2, "b x sin * neg"), "tan": (3, "b z z * 1 + *"), "sinh": (2, "b x cosh *"),
    "cosh": (2, "b x sinh *"), "tanh": (3, "b x cosh / x cosh /"), "asin": (4, "b 1 x x * - sqrt /"),
    "acos": (2, "b z sin / neg"), "atan": (3, "b x x * 1 + /"), "asinh": (2, "b 1 x hypot /"), "abs": (2, "b x sign *"),
    "acosh": (2, "b z sinh /"), "atanh": (3, "b z cosh * z cosh *"), "sigmoid": (3, "b z * 1 z - *"),
    "erf": (4, "b 2 pi sqrt / log x x * - exp *"), "softplus": (2, "b x sigmoid *"), "relu": (2, "x 0 > b 0 select"),
    "select": (2, "", "x b 0 select", "x 0 b select"), "hypot": (3, "b z / x *", "b z / y *"),
    "max": (3, "x y > b 0 select", "x y > 0 b select"), "min": (3, "x y < b 0 select", "x y < 0 b select"),
    "atan2": (5, "b x y hypot / x y hypot / y *", "b x y hypot / x y hypot / x * neg"),
}  # fmt: skip
SENT = {op: row[1:] for op, row in RULE.items()}
ARITY = {op: len(row) for op, row in SENT.items()} | {op: 1 + (op in SIGN.values()) for op in FLAT}
MATH = {*ARITY, *CONSTANTS} - {*SIGN.values(), *"neg abs sign select relu sigmoid softplus max min".split()}
FIELDS = {"bound", "circuit", "counts", "format", "hints", "program_sha256", "recorded"}
HINT = re.compile(rf"{NAME} -?[0-9]{{1,2999}}(/[1-9][0-9]{{0,2998}})? {WORD}")
PRELUDE = "".join([rf"(?:def {re.escape(head)}:\n    {re.escape(body)}\n)?" for head, body in (
    ("maximum(a, b)", "return a if a > b or a != a else b"), ("minimum(a, b)", "return a if a < b or a != a else b"),
    ("relu(x)", "return 0.0 if x < 0 else x"), ("select(condition, a, b)", "return a if condition else b"),
    ("sigmoid(x)", "if x < 0:\n        return exp(x) / (1.0 + exp(x))\n    return 1.0 / (1.0 + exp(-x))"),
    ("sign(x)", "return x if x != x else float((x > 0) - (x < 0))"),
    ("softplus(x)", "return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))"),
)])  # fmt: skip
HEAD = re.compile(rf"(?:from math import ({NAME}(?:, {NAME})*){END}\n)?({PRELUDE})"
                  rf"def value_and_gradient\(((?:{NAME}(?:, {NAME})*)?)\):{END}\n")  # fmt: skip

class Reject(Exception):
    """A claim that fails, why, and for a wrong sum the row and the terms that are due."""

def fail(claim, reason, *where):
    raise Reject(claim, reason, *where)

class Algebra:  # classes of values by their definitions, up to a rational factor; class 0 is the number 1
    def __init__(self):
        self.keys, self.known, self.inverse, self.formed, self.work = [("1",)], {}, {}, set(), 1 << 20
    def new(self, *key):
        quick = key if key[0] != "+" else (*key[1::2], *key[2].as_integer_ratio(), *key[4].as_integer_ratio())
        found = self.known.setdefault(quick, len(self.keys))
        if found == len(self.keys):
            self.keys.append(key)
            if key[:2] == ("/", 0):
                self.inverse[found] = key[2]
        return found
    def pair(self, k, c):
        large = max(abs(k.numerator), k.denominator)
        (large < HUGE and self.work > 0) or fail("text", "ResourceLimit: too much")
        return (k, c) if large < LARGEST or not c else (1 if k > 0 else -1, self.new("+", c, abs(k) - 1, c, 1))
    def apply(self, op, p, q=ZERO, w=ZERO):
        # (1/v)*w is read as w/v, select(c, k*x, 0) as k*select(c, x, 0)
        (k, a), (m, b) = (ZERO, p) if op == "neg" else (p, q)
        if op == "mul":
            k, (a, b) = m if k == 1 else k if m == 1 else k * m, (a, b) if a < b else (b, a)
            if not k or not a:
                return (k, b) if k else ZERO
            a, b = (b, a) if a in self.inverse and b not in self.inverse else (a, b)
            return k, self.new("/", a, self.inverse[b]) if b in self.inverse else self.new("*", a, b)
        if op in ("add", "sub", "neg"):
            m = m if op == "add" else -m
            if not k or not m or a == b:
                return self.pair(k + m, a if k else b) if k + m else ZERO
            return 1, self.new("+", a, k, b, m) if a < b else self.new("+", b, m, a, k)
        if op == "div":
            zero = not m or ((op, b) not in self.formed and self.keys[b][0] == "+" and self.equal([q], ZERO, "+"))
            zero and fail("text", "a division by 0")
            self.formed.add((op, b))
            k = k * m if m in (1, -1) else Fraction(k) / m
            return (k, self.new("/", a, b) if b else a) if k else ZERO
        if op == "select":
            k = m or w[0]
            return (k, self.new(op, p, (Fraction(m) / k, b), (Fraction(w[0]) / k, w[1]))) if k else ZERO
        if op in SYMMETRIC and q < p:
            p, q = q, p
        c = self.new(op, p, q) if ARITY[op] == 2 else self.new(op, p)
        self.formed.add((op, c))
        return 1, c
    def rule(self, postfix, names):
        if len(postfix) == 5 and postfix[-1] in "*/":
            return self.apply(SIGN[postfix[-1]], names[postfix[0]], names[postfix[2]])
        stack = []
        for word in postfix.split(" "):
            op, known = SIGN.get(word, word), names.get(word)
            if not known and op in ARITY:
                stack[-ARITY[op] :] = [self.apply(op, *stack[-ARITY[op] :])]
            else:
                stack.append(known or ((1, self.new(word)) if word in CONSTANTS else (int(word), 0)))
        return stack[0]
    def equal(self, terms, pair, open="*/+"):  # do they add up? the newest class is taken out of all, or apart
        poly, at, heap, budget = {}, {}, [], 64 * len(terms) + 9999  # poly: the number of each ((class, power), ...)
        soon = 0 < len(terms) < 4 and functools.reduce(functools.partial(self.apply, "add"), terms) == pair
        todo = [] if soon else [(k, ((c, 1),) if c else ()) for k, c in (*terms, (-pair[0], pair[1]))]
        while todo or heap:
            for k, key in todo:
                poly[key] = poly[key] + k if key in poly else k
                poly[key] or poly.pop(key)
                for c, power in key:
                    if (op := self.keys[c][0]) in open and (power > 0 or op != "+"):
                        c in at or heapq.heappush(heap, (0, -c))
                        at.setdefault(c, set()).add(key)
            todo, (again, c) = [], heapq.heappop(heap) if heap else (1, 0)
            keys, (op, *parts) = at.pop(c := -c, set()) & poly.keys(), self.keys[c]
            if len(keys) > 1 > again:  # it may cancel as it is, once what stands alone has been taken apart
                at[c] = heapq.heappush(heap, (1, -c)) or keys
                continue
            budget, self.work = budget - (size := sum(map(len, keys))), self.work - size
            common = len(keys) == len(poly) > 1 and len({dict(key)[c] for key in keys}) == 1
            for key in keys if budget > 0 else ():
                (k, _), power = self.pair(poly.pop(key), 0), dict(key)[c]
                ways = [(p, [(a, 1), (c, -1)]) for a, p in (parts[:2], parts[2:])] if op == "+" else []
                split = [] if common else [(parts[0], power), (parts[1], power if op == "*" else -power)]
                for p, more in ways if ways and not common else [(1, [(c, -power), *split])]:
                    new = dict(key)
                    for a, d in more:
                        new[a] = new.get(a, 0) + d
                    todo.append((k if p == 1 else k * p, tuple(sorted([(a, d) for a, d in new.items() if a and d]))))
        return not poly
    def factors(self, queue, known):  # what is not known of classes, and of what they are products of, or of fractions
        found = set()
        for c in queue:
            if c not in known and c not in found:
                queue += {"*": self.keys[c][1:], "/": self.keys[c][1:2]}.get(self.keys[c][0], ())
                found.add(c)
        return found

class Text:  # the program line by line; a row is (name, op, operands, pair, whether it moves with an input, line)
    def __init__(self, text):
        re.match(r"(?!(.*\n)?.*coding[:=])[\n\t -~]*\Z", text) or fail("text", "not ASCII, or an encoding is declared")
        lines = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line.lstrip(" \t")[:1] not in "#"]
        head = HEAD.match(body := "".join([line + "\n" for _, line in lines])) or fail("text", "no header of a program")
        self.algebra, self.place, self.rows, self.partial = Algebra(), {}, [], []
        self.used = set(re.findall(r"exp\b|log1p", head[2]))
        named = {*(imported := re.findall(NAME, head[1] or "")), *re.findall(r"def (\w+)", head[2])}
        self.taken, self.inputs = {*named, None, "abs", "__debug__", *keyword.kwlist}, re.findall(NAME, head[3])
        for at, name in enumerate(self.inputs):
            (self.place.setdefault(name, at) == at and name not in self.taken) or fail("text", f"{name} is in use")
            self.rows.append((name, "in", (), (1, self.algebra.new("in", at)), True, 0))
        *lines, (at, line) = lines[body.count("\n", 0, head.end()) :] or [(0, "")]
        self.gates(lines)
        end = RETURN.fullmatch(line) or fail("text", f"line {at}: not the return of a program")
        self.value, self.gradient = self.operand(end[1], at), [self.operand(w, at) for w in re.findall(WORD, end[2])]
        (named == self.used - {None, "abs"} and imported == sorted({*imported} & MATH)) or fail("text", "wrong imports")
        len(self.gradient) <= len(self.inputs) or fail("text", "more derivatives than inputs")
    def gates(self, lines):
        place, rows, taken, seen, algebra = self.place, self.rows, self.taken, {}, self.algebra
        for at, line in lines:
            found = LINE.fullmatch(line) or fail("text", f"line {at}: not a line of a program")
            name, left, sign, right, minus, function, words = found.groups()
            if sign:
                op, i, j = SIGN[sign], place.get(left), place.get(right)
                args = self.operand(left, at) if i is None else i, self.operand(right, at) if j is None else j
            else:
                op, words = SPELT.get(function, function or "neg"), (minus,) if minus else words.split(", ")
                (function in taken and ARITY.get(op) == len(words)) or fail("text", f"line {at}: a call of {function}")
                args = tuple([self.operand(word, at) for word in words])
                self.used.add(function)
            key = (op, args[::-1]) if op in SYMMETRIC and args[1] < args[0] else (op, args)
            seen.setdefault(key, at) == at or fail("gates", f"line {at}: a repeated gate, {name}")
            one, two = rows[args[0]], rows[args[-1]]
            pairs = (one[3], two[3]) if sign else [rows[each][3] for each in args]
            pair, moves = algebra.apply(op, *pairs), one[4] or two[4]
            pair = pair if pair[0] == 1 else algebra.pair(*pair)
            op in TOTAL or self.partial.append((len(rows), (op, two[3][1] if op == "div" else pair[1])))
            (name in place or name in taken) and fail("text", f"line {at}: {name} is in use")
            place[name] = len(rows)
            rows.append((name, op, args, pair, moves or any([rows[each][4] for each in args[1:-1]]), at))
    def operand(self, word, at):
        if word not in self.place:
            named = word in CONSTANTS and word in self.taken
            fine = word[0] < "A" and len(word) < 4000 and abs(float(word)) < 1e999 and (word[0] > "-" or Fraction(word))
            named or fine or fail("text", f"line {at}: no {word[:40]}")
            value = 0 if named else (int if word.isdigit() else Fraction)(word)
            self.used.add(word if named else None)
            pair = (1, self.algebra.new(word)) if named else self.algebra.pair(value, 0)
            self.place[word] = self.place.setdefault((pair[0].as_integer_ratio(), pair[1]), len(self.rows))  # 2 is 2.0
            self.place[word] < len(self.rows) or self.rows.append((word, "is", (), pair, False, at))
        return self.place[word]
    def reached(self, *roots):
        live = bytearray(map({*roots}.__contains__, range(len(self.rows))))
        for place in range(len(live) - 1, -1, -1):
            for each in self.rows[place][2] if live[place] else ():
                live[each] = 1
        return live
    def circuit(self):
        live, name = self.reached(self.value), [row[0] for row in self.rows]
        gates = [" ".join([*row[:2], *[name[e] for e in row[2]]]) for row, on in zip(self.rows, live) if on and row[2]]
        return {"inputs": self.inputs, "derivatives": len(self.gradient), "gates": gates, "output": name[self.value]}

def prove(text, adjoint):
    """Run the chain rule over the value part; return counts and bound. adjoint(place, due) gives the pair of a sum."""
    algebra, rows, value, n = text.algebra, text.rows, text.reached(text.value), len(text.gradient)
    for row, live in zip(rows, text.reached(text.value, *text.gradient)):
        live or not row[2] or fail("gates", f"line {row[5]}: a dead gate, {row[0]}")
    gates = [place for place, row in enumerate(rows) if row[2] and row[4]]
    inside = [place for place in gates if value[place]]
    kinds = [rows[place][1] for place in inside]
    algebra.work += 64 * len(rows)
    algebra.formed = {("div", 0), *[key for place, key in text.partial if value[place]]}
    moves = bytearray(place < n for place in range(len(rows)))
    for place in inside:
        _, op, args, _, _, at = rows[place]
        sent = SENT.get(op, ("",))
        moves[place] = any([sent[0] and moves[args[0]], sent[-1] and moves[args[-1]], sent[1:-1] and moves[args[1]]])
        k, c = rows[args[-1]][3]
        whole = op == "pow" and (algebra.keys[c][0] not in CONSTANTS if c else abs(k) > 9e99 or float(k).is_integer())
        whole and fail("text", f"line {at}: hidden power, or an exponent that moves")
    arrived, sigma, edges = {text.value: [(1, 0)]} if moves[text.value] else {}, len(inside), 0
    for place in reversed(inside):
        _, op, args, pair, _, _ = rows[place]
        if (due := arrived.pop(place, None)) is None:
            continue
        b, to = algebra.pair(*adjoint(place, due)) if due else ZERO, []
        names = {"b": b, "z": pair, "x": rows[args[0]][3], "y": rows[args[-1]][3]}
        for each, postfix in zip(args, SENT[op]):
            if postfix and moves[each]:
                part = b if postfix == "b" else algebra.rule(postfix, names)
                arrived.setdefault(each, []).extend([part] if part[0] else [])
                to.append(each)
        edges, d = edges + len(to), len({*to}) if op == "mul" else len(to) if op == "select" else RULE[op][0]
        sigma += len(to) - 1 + (1 + (args[1] in to) if op == "div" else d)
    for place, register in enumerate(text.gradient):
        due = arrived.get(place, [])
        algebra.equal(due, rows[register][3]) or fail("gradient", f"derivative by {text.inputs[place]}", place, due)
    divisors = algebra.factors([c for op, c in algebra.formed if op == "div"], ())
    for place, (op, c) in text.partial:
        divisors |= (new := algebra.factors([c], divisors) if op == "div" else set())
        known = all([algebra.keys[each][0] in "*/" for each in new]) if op == "div" else (op, c) in algebra.formed
        known or fail("no new pole", f"new pole: line {rows[place][5]}: {op}, in no value or rule")
    counts = {"L": len(inside), "T": len(gates), "M": kinds.count("mul"), "D": kinds.count("div"), "sigma": sigma}
    counts |= {"A": kinds.count("add") + kinds.count("sub"), "transfers": sum(kind not in RATIONAL for kind in kinds)}
    counts["S"] = sum(rows[place][1] == "mul" and len({*rows[place][2]}) == 1 for place in inside)
    counts |= {"edges": edges, "n_active": sum(each in arrived for each in range(n))}
    counts["N_minus"] = sum(rows[r][1] == "neg" and rows[r][4] and not value[r] for r in {*text.gradient})
    exact = sigma - counts["n_active"] + 1 + counts["N_minus"] if moves[text.value] else len(inside)
    factor = 4 if all(rows[place][1] in RATIONAL for place in gates) else 5
    limit = factor * len(inside) + 2 * kinds.count("atan2")
    len(gates) <= min(exact, limit) or fail("price", f"bound: T = {len(gates)} exceeds {exact} or {limit}")
    return counts, {"exact": exact, "factor": factor, "limit": limit}

def canonical(r):
    return "{\n" + ",\n".join([f"{json.dumps(k)}: {json.dumps(r[k], sort_keys=True)}" for k in sorted(r)]) + "\n}\n"

def examine(program, certificate):
    """Check a program against a certificate; return what that records beside what is proved. Raises Reject."""
    len(program) > min(CAP, 64 * len(certificate) + (1 << 20)) and fail("text", "ResourceLimit: length")
    try:
        found = json.loads(certificate, parse_float=Reject, parse_constant=Reject)
        right = certificate == canonical(found) and {*found} == FIELDS and found["format"] == "baur certificate 1"
        right = right and isinstance(found["hints"], list) and all(map(HINT.fullmatch, found["hints"]))
    except (RecursionError, ValueError, TypeError, LookupError) as error:
        raise Reject("format", f"ResourceLimit, or no certificate: {str(error)[:80]}") from None
    right or fail("format", "a key twice, a float, another order, a field missing or unknown, or not a hint")
    digest = hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest()
    found["program_sha256"] == digest or fail("format", "hash of program: the text is another one")
    text, named = Text(program), {row: (k, word) for row, k, word in map(str.split, found["hints"])}
    len(named) == len(found["hints"]) or fail("hints", "edges of one row listed twice")

    def adjoint(place, due):
        k, word = named.pop(text.rows[place][0], (0, None))
        if word is None:
            return due[0] if len(due) == 1 else functools.reduce(functools.partial(text.algebra.apply, "add"), due)
        word in text.place or fail("hints", f"edges of another circuit: no {word[:80]}")
        pair = text.algebra.apply("mul", (Fraction(k) if "/" in k else int(k), 0), text.rows[text.place[word]][3])
        text.algebra.equal(due, pair) or fail("gradient", f"{word} is not that adjoint", place, due)
        return pair

    counts, bound = prove(text, adjoint)
    named and fail("hints", f"edges of another circuit: {str([*named])[:80]}")
    for name, part in {"circuit": text.circuit(), "counts": counts, "bound": bound}.items():
        canonical({"": found[name]}) == canonical({"": part}) or fail(name, f"{str(part)[:400]} is proved, not that")
    return found["recorded"]

if __name__ == "__main__":
    gc.disable()  # nothing here is cyclic
    try:
        _, program, certificate = sys.argv
        with open(program, "rb") as first, open(certificate, "rb") as second:
            both = [each.read(CAP + 1).decode("utf-8", "surrogateescape") for each in (first, second)]
        print("PROVED: value, gradient, counts and bound; recorded, not proved here:", json.dumps(examine(*both)))
    except Reject as error:
        sys.exit(f"REJECTED at claim {error.args[0]}: {error.args[1]}")
    except (OSError, MemoryError, ValueError) as error:
        sys.exit(print(__doc__.split("\n")[0], error, sep="\n", file=sys.stderr) or 2)
