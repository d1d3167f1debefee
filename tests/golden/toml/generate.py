#!/usr/bin/env python3
"""Writes cases.json: TOML texts and what Python's own reader, tomllib, makes of them (null where it refuses).

Dates become "date"; other values carry their type, so that 1 and 1.0 differ.
"""
import datetime
import json
import pathlib
import tomllib

TEXTS = [
    "", "\n\n", "# only a comment", "a = 1", "a=1\r\nb = 2\r\n", "\ufeffa = 1\n", " \t a = 1 \t# c\n",
    # integers
    "a = 0", "a = +17", "a = -0", "a = 1_000", "a = 0xdead_BEEF", "a = 0o17", "a = 0b101",
    "a = 9223372036854775807", "a = -9223372036854775808", "a = 9223372036854775808", "a = 01", "a = 1__0", "a = _1",
    "a = 0x", "a = -0x1", "a = +-1",
    # reals
    "a = 1.5", "a = -0.0", "a = 3e-5", "a = 6.26E+34", "a = 5e+22", "a = 1e06", "a = 1_0.0_1", "a = inf", "a = -inf",
    "a = nan", "a = 1.", "a = .5", "a = 1.e3", "a = Infinity",
    # booleans and dates
    "a = true\nb = false", "a = True", "a = tru", "a = 1979-05-27", "a = 07:32:00", "a = 1979-05-27T07:32:00Z",
    "a = 1979-05-27 07:32:00.999-07:00", "a = 1979-02-30", "a = 25:00:00",
    # text
    'a = ""', 'a = "x"', "a = 'C:\\x'", 'a = "\\b\\t\\n\\f\\r\\"\\\\"', 'a = "\\u00e4\\U0001F600"', 'a = "ä 日本 😀"',
    'a = "\\q"', 'a = "\\x41"', 'a = "\\ud800"', 'a = "\\U00110000"', 'a = "x', "a = 'x", 'a = "x\ny"', 'a = "\t"',
    'a = "\u0001"', 'a = """x\ny"""', 'a = """\nx"""', 'a = """\r\nx\r\ny"""', "a = '''\nx'y''z'''", 'a = """"""',
    'a = """a""b"""', 'a = """"a""""', 'a = """""a"""""', "a = ''''a'''''", 'a = """a\\"""b"""', 'a = """""""""',
    'a = "x" "y"', 'a = x', 'a = data/x.conll', 'a = "x"y', 'a = y"x"',
    # lists
    "a = []", "a = [1, 2]", "a = [1, 2,]", "a = [ # c\n  1, # d\n  2\n]", 'a = [1, "x", [true, {}]]', "a = [1 2]",
    "a = [,]", "a = [1,,2]", "a = [", "a = [1", "a = [1,\n", "a = ]", "[[", "a = [[[1]]]",
    # tables
    "[a]\nb = 1\n[c]\nd = 2", "[a.b.c]\nd = 1\n[a]\ne = 2", "[ a . \"b c\" . 'd' ]\ne = 1", "a.b.c = 1\na.b.d = 2",
    '"" = 1', '"a.b" = 1\n', "'ä' = 1", 'ä = 1', "[a]\n[a]", "[a]\nb = 1\n[a.b]", "a = 1\na = 2", "a.b = 1\na = 2",
    "a = 1\na.b = 2", "[a]\nb.c = 1\n[a.b]", "[a", "[a]]", "[[a]", "[]", "[a.]", "[.a]", "a. = 1", "= 1", "a", "a =",
    "a = 1 b = 2", "a : 1", "[a] b = 1", "[a] # c", "3 = 4", "1.2 = 3", "a-b_c = 1",
    "a = {}", "a = { b = 1, c.d = 2 }", "a = { b = 1, }", "a = { b = 1\n}", "a = { b = 1, b = 2 }", "a = {b = 1}\na.c = 2",
    "a = {b = 1}\n[a.c]", "[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3", "[[a]]\n[a]", "[a]\n[[a]]", "a = []\n[[a]]",
    "[[a.b]]\nc = 1\n[[a.b]]\n[[d]]", "[ [a] ]",
    # what is not text
    "a = 1\u0000", "a = 1 \u000c", "# \u0007", "a = 1\rb = 2", "# \r",
]


def typed(value):
    if isinstance(value, bool):
        return {"boolean": value}
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueError("more than 64 bits")
        return {"integer": value}
    if isinstance(value, float):
        return {"real": str(value)} if value != value or value in (float("inf"), float("-inf")) else {"real": value}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, (datetime.date, datetime.time, datetime.datetime)):
        return "date"
    if isinstance(value, list):
        return [typed(item) for item in value]
    return {"table": {key: typed(item) for key, item in value.items()}}


def expected(text):
    try:
        # TOML lets a reader write line ends in text as it likes; a byte order mark is for the decoder.
        return typed(tomllib.loads(text.removeprefix("\ufeff")))
    except ValueError:
        return None


cases = [{"text": text, "value": expected(text)} for text in TEXTS]
out = pathlib.Path(__file__).with_name("cases.json")
out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
