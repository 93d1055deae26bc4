"""The texts of all kinds of derivatives of x*y + x/y, line by line."""

VALUE = """\
    # value: 3 gates
    v0 = x * y
    v1 = x / y
    v2 = v0 + v1
"""
GRADIENT = """\
    # gradient: 4 gates, last gate first
    t0 = 1 / y
    t1 = t0 * v1
    x_bar = t0 + y
    y_bar = x - t1
"""
TEXTS = {
    "jvp": f"""\
# f(x, y) = x*y + x/y
# value 3 gates, value and jvp 10 gates, ratio 3.33, bound 4.   Check: baur verify THIS_FILE
# derivative: jvp in 2 of 2 inputs

def value_and_jvp(x, y, x_dot, y_dot):
{VALUE}    # derivative along the direction: 7 gates
    t0 = y_dot * x
    t1 = x_dot * y
    t2 = t0 + t1
    t3 = y_dot * v1
    t4 = x_dot - t3
    t5 = t4 / y
    t6 = t2 + t5
    return (v2,), (t6,)
""",
    "vjp": f"""\
# f(x, y) = x*y + x/y
# value 3 gates, value and vjp 9 gates, ratio 3.00, bound 4.   Check: baur verify THIS_FILE
# derivative: vjp in 2 of 2 inputs

def value_and_vjp(x, y, w0):
{VALUE}    # gradient of the weighted sum: 6 gates, last gate first
    t0 = w0 / y
    t1 = t0 * v1
    t2 = w0 * y
    t3 = w0 * x
    x_bar = t0 + t2
    y_bar = t3 - t1
    return (v2,), (x_bar, y_bar)
""",
    "jacobian": f"""\
# f(x, y) = x*y + x/y
# value 3 gates, value and jacobian 7 gates, ratio 2.33.   Check: baur verify THIS_FILE
# derivative: jacobian in 2 of 2 inputs

def value_and_jacobian(x, y):
{VALUE}    # Jacobian: 4 gates
    t0 = 1 / y
    t1 = t0 * v1
    t2 = t0 + y
    t3 = x - t1
    return (v2,), (t2, t3), (0, 0), (0, 1)
""",
    "hvp": f"""\
# f(x, y) = x*y + x/y
# value 3 gates, value, gradient and hvp 17 gates, ratio 5.67, bound 14 and 2 gates.   Check: baur verify THIS_FILE
# derivative: hvp in 2 of 2 inputs

def value_gradient_and_hvp(x, y, x_dot, y_dot):
{VALUE}{GRADIENT}    # Hessian times direction: 10 gates
    t2 = y_dot * v1
    t3 = x_dot - t2
    t4 = t3 / y
    t5 = y_dot * t0
    t6 = t5 / y
    t7 = t4 * t0
    t8 = t6 * v1
    t9 = t7 - t8
    t10 = y_dot - t6
    t11 = x_dot - t9
    return v2, (x_bar, y_bar), (t10, t11)
""",
    "hessian": f"""\
# f(x, y) = x*y + x/y
# value 3 gates, value, gradient and hessian 13 gates, ratio 4.33.   Check: baur verify THIS_FILE
# derivative: hessian in 2 of 2 inputs

def value_gradient_and_hessian(x, y):
{VALUE}{GRADIENT}    # Hessian: 6 gates
    t2 = v1 / y
    t3 = t0 / y
    t4 = t2 * t0
    t5 = t3 * v1
    t6 = t4 + t5
    t7 = 1 - t3
    return v2, (x_bar, y_bar), (t7, t6), (1, 1), (0, 1)
""",
}
