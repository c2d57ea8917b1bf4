#!/usr/bin/env python3
"""Writes crosscheck.jsonl: expressions with the result of cel-python, an independent implementation
of the Common Expression Language, for CrosscheckTests.swift to compare with ours.

    python3 -m venv venv && venv/bin/pip install cel-python
    venv/bin/python crosscheck.py > crosscheck.jsonl

Each line is {"expr", "celpy"} and, where cel-python departs from the specification
(github.com/google/cel-spec, doc/langdef.md and its conformance tests), also {"spec", "why"}: the
result that is right, resolved by hand in RESOLVED below. A result is one of
  {"int": "5"} {"uint": "5"} {"double": "2.5"} {"bool": true} {"string": "a"} {"bytes": "hex"}
  {"null": true} {"list": [...]} {"map": [[key, value], ...]} {"type": "int"}
  {"timestamp": "2026-01-01T00:00:00Z"} {"duration": "nanoseconds"}
  {"error": true}   evaluation ends in an error, or a checker refuses the expression
  {"fault": true}   (in "spec" only) the checker must refuse it when it is loaded
Running this twice writes the same file. `crosscheck.py SEED SCALE` makes SCALE times as many other
expressions, for a longer comparison than the one that is kept.
"""

import datetime
import json
import math
import random
import sys
import warnings

import celpy
from celpy import celtypes

warnings.simplefilter("ignore")
ENVIRONMENT = celpy.Environment()

# The variables; CrosscheckTests.swift declares the same.
ACTIVATION = {
    "x": celtypes.IntType(7),
    "y": celtypes.IntType(-3),
    "u": celtypes.UintType(5),
    "d": celtypes.DoubleType(2.5),
    "b": celtypes.BoolType(True),
    "s": celtypes.StringType("hello"),
    "t": celtypes.StringType("niño 🎉"),
    "l": celpy.json_to_cel([1, 2, 3, 4, 5]),
    "m": celpy.json_to_cel({"a": 1, "b": 2}),
    "now": celtypes.TimestampType("2026-07-01T15:30:45Z"),
    "payin": celpy.json_to_cel({
        "method": "spei", "amount": 150000, "currency": "MXN",
        "payer": {"name": "Ana"}, "metadata": {"tier": "vip", "channel": "web"},
    }),
}

TYPE_NAMES = {
    "BoolType": "bool", "IntType": "int", "UintType": "uint", "DoubleType": "double",
    "StringType": "string", "BytesType": "bytes", "ListType": "list", "MapType": "map",
    "NoneType": "null_type", "TypeType": "type", "type": "type",
    "TimestampType": "google.protobuf.Timestamp", "DurationType": "google.protobuf.Duration",
}


def encode(value):
    """A result of cel-python in the form of the fixture; an error inside a list is one too."""
    if isinstance(value, celpy.CELEvalError):
        raise value
    if value is None:
        return {"null": True}
    if isinstance(value, type):
        return {"type": TYPE_NAMES[value.__name__]}
    if isinstance(value, celtypes.TypeType):
        return {"type": TYPE_NAMES["TypeType"]}
    if isinstance(value, (bool, celtypes.BoolType)):
        return {"bool": bool(value)}
    if isinstance(value, celtypes.UintType):
        return {"uint": str(int(value))}
    if isinstance(value, int):
        return {"int": str(int(value))}
    if isinstance(value, float):
        return {"double": "NaN" if math.isnan(value) else repr(float(value))}
    if isinstance(value, str):
        return {"string": str.__str__(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, celtypes.TimestampType):
        utc = value.astimezone(datetime.timezone.utc)
        return {"timestamp": utc.replace(tzinfo=None).isoformat() + "Z"}
    if isinstance(value, celtypes.DurationType):
        nanoseconds = (value.days * 86400 + value.seconds) * 10**9 + value.microseconds * 1000
        return {"duration": str(nanoseconds)}
    if isinstance(value, dict):
        return {"map": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, list):
        return {"list": [encode(v) for v in value]}
    raise TypeError(f"unexpected result {type(value)}")


def evaluate(expression):
    try:
        program = ENVIRONMENT.program(ENVIRONMENT.compile(expression))
        return encode(program.evaluate(dict(ACTIVATION)))
    except Exception:  # cel-python lets some of Python's own errors through
        return {"error": True}


# ---------------------------------------------------------------- hand-picked expressions

PRECEDENCE = """
1 + 2 * 3
(1 + 2) * 3
2 * 3 + 1
10 - 4 - 3
10 - (4 - 3)
100 / 10 / 5
100 / (10 / 5)
17 % 5 * 2
2 + 3 == 5
2 + 3 == 5 && 4 > 3
1 < 2 == true
1 == 1 == true
true == (1 == 1)
1 < 2 && 2 < 3 || false
true || false && false
(true || false) && false
false && false || true
!true || true
!(true || true)
!false && true
!true == false
-1 + 2
-x + 1
-(x + 1)
- x * y
--1
---1
--x
!!true
!!!true
!!b
-1 - -1
1 - -1
1--1
x-1
x -1
true ? 1 : 2
false ? 1 : 2
true ? false ? 1 : 2 : 3
true ? 1 : true ? 2 : 3
false ? 1 : false ? 2 : 3
false ? 1 : true ? 2 : 3
b ? x + 1 : x - 1
1 + (b ? 1 : 2)
x > 5 ? 'big' : 'small'
x > 5 && y < 0 ? 'both' : 'no'
x > 5 || 1 / 0 > 1 ? 'yes' : 'no'
1 in [1, 2] == true
1 + 1 in [1, 2]
!(3 in [1, 2])
x in l
x in [7]
-1 in [-1]
l[0] + l[1] * l[2]
l[1 + 1]
-l[0]
!payin.metadata.tier.startsWith('v')
payin.metadata['tier'] == 'vip' && payin.amount >= 100000
[1, 2, 3][0]
[[1, 2], [3]][0][1]
{'a': {'b': 5}}.a.b
{'a': {'b': 5}}['a']['b']
{'a': {'b': 5}}['a'].b
{'a': [1, 2]}.a[1]
'abc'.size() + 1
size('abc') * 2
(1)
((((1))))
[1, 2].size() == size([1, 2])
1 + 2 // the rest is a comment
1 + // in the middle\n2
 \t 1\n+\r\n2 \f
1 <= 1 && 1 >= 1 && 1 != 2
'a' + 'b' == 'ab' ? 'a' + 'b' : ''
false || false || false || true
true && true && true && false
1 + 1 - 1 + 1 - 1
2 * 3 / 2 % 2
"""

INTEGERS = """
0
-0
42
-42
0x1F
0xff
-0x1F
0x7fffffffffffffff
-0x8000000000000000
9223372036854775807
-9223372036854775808
9223372036854775808
-9223372036854775809
9223372036854775807 + 1
9223372036854775807 + 0
-9223372036854775808 - 1
-9223372036854775807 - 1
9223372036854775807 * 2
-9223372036854775808 * -1
3037000500 * 3037000500
3037000499 * 3037000499
-(-9223372036854775807)
-(-9223372036854775808)
-9223372036854775808 / -1
-9223372036854775808 % -1
1 / 0
1 % 0
0 / 1
7 / 2
-7 / 2
7 / -2
-7 / -2
7 % 3
-7 % 3
7 % -3
-7 % -3
0u
42u
0xFFu
0xFFU
18446744073709551615u
18446744073709551616u
18446744073709551615u + 1u
18446744073709551615u * 2u
0u - 1u
5u - 6u
6u - 5u
7u / 2u
7u % 4u
1u / 0u
1u % 0u
u + 1u
u * u
-u
x + y
x * y
x / y
x % y
x - y - x
4294967296 * 4294967296
4294967296u * 4294967295u
"""

DOUBLES = """
1.5
.5
1e3
1E3
1.5e-3
2.5e+3
-1.5
-.5
0.1 + 0.2
1.0 / 3.0
1.0 / 0.0
-1.0 / 0.0
0.0 / 0.0
1e308 * 10.0
-1e308 * 10.0
1e-320
d * 2.0
d - 1.0
-d
2.0 * d + 1.0
1.0 + 1.0 == 2.0
0.1 + 0.2 == 0.3
0.0 == -0.0
1.0 / 0.0 == 1.0 / 0.0
1.0 / 0.0 > 1e308
0.0 / 0.0 == 0.0 / 0.0
0.0 / 0.0 != 0.0 / 0.0
0.0 / 0.0 < 1.0
0.0 / 0.0 >= 1.0
2.5 % 1.0
123456789.123
1.7976931348623157e308
4.9e-324
"""

LOGIC = """
true && true
true && false
false || true
false || false
1 / 0 == 1 || true
true || 1 / 0 == 1
1 / 0 == 1 || false
false || 1 / 0 == 1
1 / 0 == 1 && false
false && 1 / 0 == 1
1 / 0 == 1 && true
true && 1 / 0 == 1
1 / 0 == 1 || 1 / 0 == 2
1 / 0 == 1 && 1 / 0 == 2
1 / 0 == 1 || 1 / 0 == 2 || true
1 / 0 == 1 && 1 / 0 == 2 && false
true || 1 / 0 == 1 || 1 / 0 == 2
(1 / 0 == 1 || true) && true
(1 / 0 == 1 && false) || false
!(1 / 0 == 1)
!(1 / 0 == 1) || true
l[9] == 1 || true
l[9] == 1 && false
m.c == 1 || true
m['c'] == 1 && false
payin.payer.email == 'a' || payin.method == 'spei'
payin.payer.email == 'a' && payin.method == 'store'
payin.payer.email == 'a' || payin.method == 'store'
true ? 1 : 1 / 0
false ? 1 / 0 : 1
true ? 1 / 0 : 1
1 / 0 == 1 ? 1 : 2
b ? l[0] : l[9]
[1 / 0, 2]
{'a': 1 / 0}
[1, 1 / 0].size() == 2 || true
size([1 / 0]) == 1
"""

COMPARISONS = """
1 == 1
1 == 2
1 != 2
1u == 1u
1.0 == 1.0
'a' == 'a'
'a' == 'A'
'a' != 'b'
true == true
null == null
null != null
b'a' == b'a'
b'a' == b'b'
[1, 2] == [1, 2]
[1, 2] == [2, 1]
[1, 2] == [1, 2, 3]
[] == []
{} == {}
{'a': 1} == {'a': 1}
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
{'a': 1} == {'a': 2}
{'a': 1} == {'b': 1}
{'a': 1} != {'a': 1, 'b': 2}
[[1], [2]] == [[1], [2]]
[{'a': 1}] == [{'a': 1}]
1 < 2
2 < 1
1 <= 1
2 > 1
2 >= 3
-1 < 0
1u < 2u
1.5 < 2.5
'a' < 'b'
'a' < 'B'
'' < 'a'
'abc' < 'abd'
'abc' < 'ab'
'a' <= 'a'
'é' > 'z'
'z' < 'é'
b'a' < b'b'
b'\\xff' > b'a'
false < true
true < false
true >= true
1 == 1.0
1.0 == 1
1 == 1u
1u == 1
1u == 1.0
2 == 1.5
1 != 1.0
1 < 1.5
1.5 < 2
1 < 2u
1u < 2
-1 < 0u
0u > -1
1u < 1.5
1.5 > 1u
2 >= 2.0
2u <= 2.0
2.0 >= 2u
18446744073709551615u > 9223372036854775807
9223372036854775807 < 18446744073709551615u
9223372036854775807 < 9223372036854775808.0
9223372036854775807 == 9223372036854775808.0
9007199254740993 == 9007199254740992.0
9223372036854775807 == 9223372036854775808u
9223372036854775806 < 9223372036854775807u
9223372036854775807u > 9223372036854775806
1 < 0.0 / 0.0
1u > 0.0 / 0.0
-1 == 18446744073709551615u
dyn(1) == 1
dyn(1) == 1.0
dyn(1) == 1u
dyn(1.0) == 1
dyn(1u) == 1.0
dyn(1) == 'a'
dyn('a') == 1
dyn(1) != 'a'
dyn(null) == 1
dyn(1) == null
dyn(false) == null
dyn([]) == {}
dyn(1) == true
dyn(0) == false
dyn([1]) == [1.0]
dyn([1, 'a']) == [1, 2]
dyn({'a': 1}) == {'a': 1.0}
dyn({1: 'a'}) == {1u: 'a'}
dyn(1) < 2.0
dyn(2.0) > 1
dyn(1u) < 2
dyn('a') < 1
dyn(1) < 'a'
dyn([1]) < [2]
dyn(null) < null
dyn({}) < {}
dyn(true) < 1
1 == 'a'
'a' == 1
1 < 'a'
null == 1
[1] == ['a']
1 == true
'1' == 1
[1] < [2]
{} < {}
null < null
type(1) < type(2)
timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-02T00:00:00Z')
timestamp('2026-01-01T00:00:00Z') == timestamp('2026-01-01T01:00:00+01:00')
duration('60s') == duration('1m')
duration('61s') > duration('1m')
"""

TEXTS = r"""
''
""
'a'
"a"
'it\'s'
"say \"hi\""
'a"b'
"a'b"
'\a\b\f\n\r\t\v'
'\\ \? \' \" \`'
'\x41\x42'
'\X41'
'\xe9'
'\101\102'
'\000\377'
'\u00e9'
'\u4e2d\u6587'
'\U0001F389'
'\U00000041'
r'\n'
R"\d+"
r'\\'
r"it's"
'''a'b'''
'''a''b'''
"""+'''"""a"b"""
"""a""b"""
'''+r"""
'''it's''' + "!"
r'''\n'''
b'abc'
b''
b'\xff\x00'
b'\377\101'
b'é'
B"a"
br'\n'
bR'\xff'
b'''a'b'''
'é' == 'é'
'Am\u00E9lie' == 'Ame\u0301lie'
size('')
size('abc')
size('é')
size('e\u0301')
size('🎉')
size('👨‍👩‍👧')
size(t)
t.size()
size(b'é')
b'abc'.size()
'ab' + 'cd'
'é' + '🎉'
b'a' + b'b'
'a' + ''
'abc'.startsWith('ab')
'abc'.startsWith('')
'abc'.startsWith('bc')
''.startsWith('a')
'abc'.endsWith('bc')
'abc'.endsWith('')
'abc'.endsWith('abcd')
'abc'.contains('b')
'abc'.contains('')
'abc'.contains('abcd')
'aaab'.contains('aab')
'naïve'.contains('ïv')
t.endsWith('🎉')
t.startsWith('niñ')
s.contains('ll') && s.startsWith('h')
'é'.startsWith('e')
'e\u0301'.startsWith('e')
'abc'.matches('b')
'abc'.matches('^b')
'abc'.matches('^a.c$')
matches('abc', 'c$')
'a\nb'.matches('a.b')
'a\nb'.matches('(?s)a.b')
'ABC'.matches('(?i)abc')
'É'.matches('(?i)é')
'x1'.matches(r'^\w\d$')
'a b'.matches(r'a\sb')
'foo bar'.matches(r'\bbar\b')
'foobar'.matches(r'\bbar\b')
'aaa'.matches('^a{2,3}$')
'aaaa'.matches('^a{2,3}$')
''.matches('^$')
'bé_'.matches(r'\B')
'a'.matches('a**')
'a'.matches('(')
'a'.matches('[')
'a'.matches('*')
'a'.matches(r'(a)\1')
'a'.matches('(?=a)')
'abc'.size
'abc'.foo()
'abc'.startsWith(1)
'a' + 1
'a' - 'b'
'a' * 2
'abc'[0]
"""

CONVERSIONS = r"""
int(5)
int(5u)
int(18446744073709551615u)
int(1.9)
int(-1.9)
int(0.0)
int(1e18)
int(1e99)
int(9223372036854775807.0)
int(-9223372036854775808.0)
int(0.0 / 0.0)
int('5')
int('-5')
int('+5')
int('0x5')
int('5.0')
int('')
int(' 5')
int('5 ')
int('1_000')
int('abc')
int('9223372036854775807')
int('9223372036854775808')
int(true)
int(timestamp('2009-02-13T23:31:30Z'))
uint(5u)
uint(5)
uint(-1)
uint(1.9)
uint(-0.5)
uint(1e19)
uint(1e20)
uint('5')
uint('-5')
uint('18446744073709551615')
uint('18446744073709551616')
double(1)
double(1u)
double(1.5)
double('1.5')
double('-1.5e3')
double('1')
double('.5')
double('abc')
double('')
double('1e999')
double('inf') > 1.0
double(9223372036854775807)
bool(true)
bool('true')
bool('false')
bool('1')
bool('0')
bool('t')
bool('f')
bool('True')
bool('FALSE')
bool('TrUe')
bool('yes')
bool(1)
string('a')
string(1)
string(-1)
string(1u)
string(1.5)
string(-0.0045)
string(1.0)
string(1e21)
string(1.5e-7)
string(0.0 / 0.0)
string(true)
string(b'abc')
string(b'\303\251')
string(b'\xff')
string(timestamp('2009-02-13T23:31:30Z'))
string(timestamp('2009-02-13T23:31:30.5Z'))
string(timestamp('2009-02-13T23:31:30+01:00'))
string(duration('1h30m'))
string(duration('1.5s'))
string(null)
string([1])
bytes('abc')
bytes('é')
bytes(b'a')
bytes(1)
dyn(1) + 1
dyn('a') + 'b'
dyn(1) + 'a'
dyn([1, 'a'])[1]
dyn({'a': 1}).a
dyn(1).a
dyn('a').size()
dyn(1).size()
type(1)
type(1u)
type(1.0)
type(true)
type('a')
type(b'a')
type(null)
type([])
type({})
type(type(1))
type(timestamp('2009-02-13T23:31:30Z'))
type(duration('1s'))
type(1) == int
type(1) == uint
type('a') == string
type([]) == list
type({}) == map
type(null) == null_type
type(int) == type
type(1) == type(2)
int
string
duration('1s') == duration('1000ms')
"""

AGGREGATES = """
[]
[1, 2, 3]
[1, 'a', true, null, 1.5]
[[1], [2, 3], []]
[1, 2,]
{}
{'a': 1}
{'a': 1,}
{1: 'a', 2: 'b'}
{1u: 'a'}
{true: 'yes', false: 'no'}
{'a': {'b': [1, 2]}}
{'a': 1, 'a': 2}
{1: 'a', 1: 'b'}
{1: 'a', 1u: 'b'}
{'a': 1, 'b' + '': 2}
{'a': 1, 'a' + '': 2}
{1.0: 'a'}
{null: 1}
{[]: 1}
[1, 2] + [3]
[] + [1]
[1] + []
[1] + ['a']
l + l
l[0]
l[4]
l[5]
l[-1]
l[x]
[1, 2][u]
[1, 2][1.0]
[7, 8, 9][dyn(1u)]
[7, 8, 9][dyn(0.0)]
[7, 8, 9][dyn(0.1)]
[7, 8, 9]['a']
l['a']
m['a']
m.a
m['c']
m.c
m[1]
{1: 'a'}[1]
{1: 'a'}[2]
{1: 'a'}[1u]
{1: 'a'}[dyn(1u)]
{1u: 'a'}[dyn(1)]
{1: 'a'}[dyn(1.0)]
{1: 'a'}[dyn(1.5)]
{1u: 1.0, 2: 2.0, 3u: 3.0}[dyn(3.0)]
{true: 'a'}[true]
{true: 'a'}[false]
size([])
size(l)
l.size()
size({})
size(m)
m.size()
size(1)
1 in [1, 2]
3 in [1, 2]
1 in []
'a' in ['a', 'b']
[1] in [[1], [2]]
'a' in m
'c' in m
1 in {1: 2}
1 in {}
1.0 in [1, 2]
1u in [1, 2]
dyn(1) in ['a']
dyn('a') in [1]
dyn(1u) in {1: 2}
dyn(1.5) in {1: 2}
null in [null]
1 in ['a']
1 in 'abc'
'a' in 'abc'
1 in 1
has(m.a)
has(m.c)
has(payin.method)
has(payin.payer.name)
has(payin.payer.email)
has(payin.metadata.tier)
has(payin.metadata.other)
!has(payin.payer.email)
has(payin.payer.email) && payin.payer.email == 'a'
has(payin.payer.email) ? payin.payer.email : 'none'
has({'a': 1}.a)
has({'a': null}.a)
has({'a': 1}.b)
has({'a': {'b': 1}}.a.b)
has({'a': {'b': 1}}.c.b)
payin.amount
payin.metadata
payin.metadata['tier']
payin.metadata.tier
payin.method in ['spei', 'store']
payin.metadata.size()
"""

MACROS = """
[1, 2, 3].all(e, e > 0)
[1, 2, 3].all(e, e > 1)
[].all(e, e > 1)
[1, 2, 3].exists(e, e > 2)
[1, 2, 3].exists(e, e > 3)
[].exists(e, true)
[1, 2, 3].exists_one(e, e == 2)
[1, 2, 2].exists_one(e, e == 2)
[1, 2, 3].exists_one(e, e > 5)
[].exists_one(e, true)
[1, 2, 3].map(e, e * 2)
[].map(e, e)
[1, 2, 3].filter(e, e % 2 == 1)
[1, 2, 3].filter(e, false)
[].filter(e, true)
[1, 2, 3, 4].map(e, e % 2 == 0, e * 10)
['a', 'b'].map(e, e + '!')
m.all(k, k in ['a', 'b'])
m.exists(k, k == 'a')
m.exists_one(k, k == 'a')
m.map(k, m[k])
m.filter(k, m[k] > 1)
{1: 2, 3: 4}.map(k, k)
{'a': 1}.all(k, k.startsWith('a'))
[1, 2, 0].all(e, 6 / e > 0)
[3, 2, 0].all(e, 6 / e > 2)
[0, 2, 3].all(e, 6 / e > 2)
[0, 1].all(e, 1 / e == 1)
[0, 1].exists(e, 1 / e == 1)
[1, 0].exists(e, 1 / e == 1)
[0, 2].exists(e, 1 / e == 1)
[0, 0].exists(e, 1 / e == 1)
[1, 0].exists_one(e, 1 / e == 1)
[0, 1].exists_one(e, 1 / e == 1)
[1, 0].map(e, 1 / e)
[1, 0].filter(e, 1 / e == 1)
[1, 'foo', 3].exists(e, e != '1')
[1, 'foo', 3].all(e, e == 1)
[1, 'foo', 3].all(e, e % 2 == 1)
[[1, 2], [3]].map(e, e.size())
[[1, 2], [3]].map(e, e.map(f, f * e.size()))
[[1, 2], [3]].all(e, e.all(f, f > 0))
[1, 2].map(e, [3, 4].map(f, e * f))
[1, 2].map(e, [3, 4].exists(f, f == e + 2))
[1, 2].map(x, x)
[1, 2].map(x, [x + 1].map(x, x * 10))
[1, 2].filter(e, e > x - 6)
l.filter(e, e > 2).map(e, e * e)
l.map(e, e * e).filter(e, e > 4).size()
l.filter(e, e % 2 == 0).all(e, e in [2, 4])
l.exists(e, e == x - 2) ? 'yes' : 'no'
[1, 2, 3].all(e, e)
1.all(e, true)
'abc'.all(e, true)
[1].all(1, true)
[1].all(e)
[1].filter(e, 1)
has(m)
has(m['a'])
payin.metadata.exists(k, k == 'tier' && payin.metadata[k] == 'vip')
payin.metadata.all(k, size(k) > 3)
"""

TIMES = """
timestamp('2009-02-13T23:31:30Z')
timestamp('2009-02-13T23:31:30+01:00')
timestamp('2009-02-13T23:31:30-06:30')
timestamp('0001-01-01T00:00:00Z')
timestamp('9999-12-31T23:59:59Z')
timestamp('10000-01-01T00:00:00Z')
timestamp('0000-01-01T00:00:00Z')
timestamp('2023-02-29T00:00:00Z')
timestamp('2024-02-29T00:00:00Z')
timestamp('2024-13-01T00:00:00Z')
timestamp('2024-01-01T25:00:00Z')
timestamp('garbage')
timestamp('')
timestamp(1234567890)
timestamp('2009-02-13T23:31:30Z') + duration('1h')
duration('1h') + timestamp('2009-02-13T23:31:30Z')
timestamp('2009-02-13T23:31:30Z') - duration('1h')
timestamp('2009-02-13T23:31:30Z') - timestamp('2009-02-13T23:31:00Z')
timestamp('9999-12-31T23:59:59Z') + duration('1s')
timestamp('0001-01-01T00:00:00Z') - duration('1s')
timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')
timestamp('2009-02-13T23:31:30Z') + timestamp('2009-02-13T23:31:30Z')
timestamp('2009-02-13T23:31:30Z') + 1
now.getFullYear()
now.getMonth()
now.getDate()
now.getDayOfMonth()
now.getDayOfWeek()
now.getDayOfYear()
now.getHours()
now.getMinutes()
now.getSeconds()
now.getMilliseconds()
now.getHours('America/Mexico_City')
now.getHours('Asia/Kathmandu')
now.getMinutes('Asia/Kathmandu')
now.getHours('-06:00')
now.getHours('+05:45')
now.getDate('Australia/Sydney')
now.getDayOfWeek('Australia/Sydney')
now.getMonth('Australia/Sydney')
now.getFullYear('UTC')
now.getHours('No/Where')
timestamp('2024-12-31T23:59:59Z').getDayOfYear()
timestamp('2024-02-29T12:00:00Z').getDayOfYear()
timestamp('1969-12-31T23:59:59Z').getSeconds()
timestamp('1969-12-31T23:59:59Z').getDayOfWeek()
timestamp('1900-01-01T00:00:00Z').getDayOfWeek()
timestamp('2000-01-01T00:00:00Z').getDayOfWeek()
timestamp('2025-12-31T23:00:00Z').getFullYear('+02:00')
now.getHours('America/Mexico_City') in [9, 10, 11]
now.getDayOfWeek() in [1, 2, 3, 4, 5]
now > timestamp('2026-01-01T00:00:00Z')
now - duration('24h') < timestamp('2026-07-01T00:00:00Z')
duration('1s')
duration('90s')
duration('1h30m')
duration('1h1m1s')
duration('-1h')
duration('100ms')
duration('1us')
duration('1ns')
duration('1.5h')
duration('0')
duration('0s')
duration('')
duration('1')
duration('1x')
duration('1 s')
duration('320000000000s')
duration('1h') + duration('30m')
duration('1h') - duration('30m')
duration('1h') > duration('59m')
duration('1h') == duration('60m')
duration('3730s').getHours()
duration('3730s').getMinutes()
duration('3730s').getSeconds()
duration('1.234s').getMilliseconds()
duration('1h') * 2
-duration('1h')
"""

FAULTS = """
1 +
+ 1
(1
1)
[1
{1}
{1: }
'abc
"abc
'a
1 2
a.
.a
foo
foo.bar
x.y
if
x.if()
true.a
1 ? 2 : 3
x ? 1 : 2
1 && true
true || 1
!1
-true
-'a'
1 = 1
1 & 1
a && b
size()
size(1, 2)
size(1)
'a'.startsWith()
foo(1)
1.5.foo()
1u + 1
1 + 1.0
1.0 + 1u
x + u
x * d
'a' + b'a'
[1] + 1
x == 'a'
@
#
$x
"""

# Where cel-python departs from the specification: what is right, and why.
RESOLVED = {}
TRUE = {"bool": True}
FALSE = {"bool": False}
ERROR = {"error": True}
FAULT = {"fault": True}


def resolve(why, spec, *expressions):
    for expression in expressions:
        RESOLVED[expression] = (spec, why)


HETEROGENEOUS = (
    "values are compared across types: numbers on one number line, others of different types are "
    "unequal (langdef, Equality); cel-python finds no overload")
resolve(
    HETEROGENEOUS, TRUE,
    "2 >= 2.0", "1 < 1.5", "1 < 2u", "-1 < 0u", "9223372036854775807 < 18446744073709551615u",
    "dyn(1) == 1.0", "dyn(1) == 1u", "dyn(1.0) == 1", "dyn(1u) == 1.0", "dyn(1) != 'a'",
    "dyn([1]) == [1.0]", "dyn({'a': 1}) == {'a': 1.0}", "dyn({1: 'a'}) == {1u: 'a'}",
    "dyn(1) < 2.0", "dyn(1u) in {1: 2}", "9223372036854775806 < 9223372036854775807u")
resolve(
    HETEROGENEOUS, FALSE,
    "dyn(1) == 'a'", "dyn('a') == 1", "dyn(null) == 1", "dyn(1) == null", "dyn([]) == {}",
    "dyn(1) == true", "dyn(0) == false", "dyn([1, 'a']) == [1, 2]", "dyn(1) in ['a']",
    "dyn('a') in [1]", "dyn(1.5) in {1: 2}")
resolve(
    HETEROGENEOUS, {"string": "a"},
    "{1: 'a'}[dyn(1u)]", "{1u: 'a'}[dyn(1)]", "{1: 'a'}[dyn(1.0)]")
resolve(HETEROGENEOUS, {"double": "3.0"}, "{1u: 1.0, 2: 2.0, 3u: 3.0}[dyn(3.0)]")
HOMOGENEOUS = "a checker refuses an equality between two types (langdef, Equality)"
resolve(
    HOMOGENEOUS, FAULT,
    "1 == 1.0", "1.0 == 1", "1 == 1u", "1u == 1", "1u == 1.0", "2 == 1.5", "1 != 1.0",
    "-1 == 18446744073709551615u", "9223372036854775807 == 9223372036854775808u",
    "9223372036854775807 == 9223372036854775808.0", "9007199254740993 == 9007199254740992.0",
    "1.0 in [1, 2]", "1u in [1, 2]", "{1: 'a'}[1u]")
resolve(
    "beside a double an int counts as the double nearest to it (conformance tests, "
    "not_lt_dyn_int_big_lossy_double); cel-python finds no overload", FALSE,
    "9223372036854775807 < 9223372036854775808.0")
resolve("bool and int have no order between them; Python's bool is an int", ERROR, "dyn(true) < 1")

resolve("NaN comes from dividing zero by zero (IEEE 754); cel-python gives infinity",
        {"double": "NaN"}, "0.0 / 0.0")
resolve("the sign of a quotient (IEEE 754); cel-python drops it", {"double": "-inf"}, "-1.0 / 0.0")
NAN = "NaN equals nothing and has no order (conformance tests, not_eq_double_nan)"
resolve(NAN, FALSE, "0.0 / 0.0 == 0.0 / 0.0", "0.0 / 0.0 >= 1.0", "1 < 0.0 / 0.0")
resolve(NAN, TRUE, "0.0 / 0.0 != 0.0 / 0.0")
resolve("the division that belongs to it overflows; cel-go reports that too", ERROR,
        "-9223372036854775808 % -1")

RANGE = "out of range (langdef, Overflow)"
resolve(RANGE, ERROR, "double('1e999')", "uint(-0.5)",
        "timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')")
resolve("durations are nanoseconds in 64 bits (conformance tests, duration_range)", FAULT,
        "duration('320000000000s')")
resolve("both ends of the range are out (conformance tests, double_int_min_range)", ERROR,
        "int(-9223372036854775808.0)")
resolve("a decimal number and nothing else; cel-python reads it as Python would", ERROR,
        "int(' 5')", "int('5 ')", "int('0x5')", "int('1_000')")
resolve("a list has no elements before its first; Python counts from the end", ERROR, "l[-1]")

resolve("a text consists of code points; RE2 finds a place inside the two bytes of é", FALSE,
        r"'bé_'.matches(r'\B')")
ESCAPES = "the escapes of the specification; cel-python lacks some"
resolve(ESCAPES, {"string": "A"}, r"'\X41'")
resolve(ESCAPES, {"string": "\\ ? ' \" `"}, r"'\\ \? \' \" \`'")
TRAILING = "a comma may follow the last element (the grammar of cel-go); cel-python cannot parse it"
resolve(TRAILING, {"list": [{"int": "1"}, {"int": "2"}]}, "[1, 2,]")
resolve(TRAILING, {"map": [[{"string": "a"}, {"int": "1"}]]}, "{'a': 1,}")
resolve("map() also takes a condition (langdef, Macros); cel-python lacks it",
        {"list": [{"int": "20"}, {"int": "40"}]}, "[1, 2, 3, 4].map(e, e % 2 == 0, e * 10)")
resolve("a double without a fraction is an index (conformance tests, zero_based_double)",
        {"int": "7"}, "[7, 8, 9][dyn(0.0)]")
resolve("the operand of has() is evaluated, and there is no key 'c'", ERROR,
        "has({'a': {'b': 1}}.c.b)")

TIMES_WHY = "times to the nanosecond, in UTC; cel-python cuts off fractions and keeps offsets"
resolve(TIMES_WHY, {"string": "2009-02-13T22:31:30Z"},
        "string(timestamp('2009-02-13T23:31:30+01:00'))")
resolve(TIMES_WHY, {"string": "2009-02-13T23:31:30.5Z"},
        "string(timestamp('2009-02-13T23:31:30.5Z'))")
resolve(TIMES_WHY, {"string": "1.5s"}, "string(duration('1.5s'))")
resolve(TIMES_WHY, {"duration": "1"}, "duration('1ns')")
resolve("milliseconds beyond the last second (conformance tests, get_milliseconds)",
        {"int": "234"}, "duration('1.234s').getMilliseconds()")
resolve("timestamp() takes seconds since 1970 too", {"timestamp": "2009-02-13T23:31:30Z"},
        "timestamp(1234567890)")
resolve("durations can be subtracted", {"duration": "1800000000000"},
        "duration('1h') - duration('30m')")
resolve("zero needs no unit", {"duration": "0"}, "duration('0')")

TEXT_FORM = "the language's own form, not Python's"
resolve(TEXT_FORM, {"string": "true"}, "string(true)")
DOUBLE_FORM = "the specification leaves the form of doubles open; ours is that of JSON writers"
resolve(DOUBLE_FORM, {"string": "1"}, "string(1.0)")
resolve(DOUBLE_FORM, {"string": "1.5e-7"}, "string(1.5e-7)")
resolve(DOUBLE_FORM, {"string": "NaN"}, "string(0.0 / 0.0)")

resolve(
    "a checker may refuse what no overload fits (langdef, Gradual Type Checking); cel-python does "
    "not check types before it evaluates, or lets Python's own conversions through", FAULT,
    "1 && true", "true || 1", "1u + 1", "1.0 + 1u", "x + u", "'a' in 'abc'", "'abc'[0]",
    "'abc'.all(e, true)", "[1].filter(e, 1)", "bool(1)", "int(true)", "string(null)",
    "string([1])", "has(m)", "has(m['a'])", "{1.0: 'a'}", "{null: 1}")

# ---------------------------------------------------------------- generated expressions


class Generator:
    """Random expressions, well typed but free to end in an error."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.variables = []  # of macros: (name, type)

    def pick(self, *choices):
        return self.random.choice(choices)

    def of(self, type_name, depth):
        bound = [name for name, bound_type in self.variables if bound_type == type_name]
        if bound and self.random.random() < 0.4:
            return self.random.choice(bound)
        return getattr(self, type_name)(depth)

    def conditional(self, type_name, depth):
        return (f"({self.bool(depth)} ? {self.of(type_name, depth)} "
                f": {self.of(type_name, depth)})")

    def bound(self, kind, depth, body):
        name = f"v{len(self.variables)}"
        elements = self.pick("ints", "strings")
        source = getattr(self, elements)(depth)
        self.variables.append((name, "int" if elements == "ints" else "string"))
        text = f"{source}.{kind}({name}, {body()})"
        self.variables.pop()
        return text

    def int(self, depth):
        if depth <= 0 or self.random.random() < 0.2:
            return self.pick(
                "0", "1", "2", "3", "-1", "-4", "7", "100", "x", "y", "l[0]", "m.a", "m['b']",
                "9223372036854775807", "-9223372036854775808", "payin.amount", "0x10", "l[9]",
                "m.zz")
        shape = self.random.randrange(9)
        if shape <= 3:
            operator = self.pick("+", "-", "*", "/", "%")
            return f"({self.of('int', depth - 1)} {operator} {self.of('int', depth - 1)})"
        if shape == 4:
            return f"size({getattr(self, self.pick('string', 'ints', 'strings'))(depth - 1)})"
        if shape == 5:
            return self.conditional("int", depth - 1)
        if shape == 6:
            return f"{self.ints(depth - 1)}[{self.pick('0', '1', '3', 'x', 'm.a')}]"
        if shape == 7:
            return self.pick(
                f"int({self.uint(depth - 1)})", f"int({self.double(depth - 1)})",
                f"int('{self.random.randrange(-50, 50)}')")
        return f"-{self.of('int', 0)}" if self.pick(0, 1) else f"(-({self.of('int', depth - 1)}))"

    def uint(self, depth):
        if depth <= 0 or self.random.random() < 0.4:
            return self.pick("0u", "1u", "5u", "u", "18446744073709551615u")
        if self.pick(0, 1, 2) == 0:
            return f"uint({self.of('int', depth - 1)})"
        return f"({self.uint(depth - 1)} {self.pick('+', '-', '*', '/', '%')} {self.uint(depth - 1)})"

    def double(self, depth):
        if depth <= 0 or self.random.random() < 0.3:
            return self.pick("0.5", "1.0", "-2.25", "d", "1e3", "100.0")
        if self.pick(0, 1, 2) == 0:
            return f"double({self.of('int', depth - 1)})"
        return f"({self.double(depth - 1)} {self.pick('+', '-', '*', '/')} {self.double(depth - 1)})"

    def string(self, depth):
        if depth <= 0 or self.random.random() < 0.3:
            return self.pick(
                "''", "'a'", "'spei'", "'é🎉'", "s", "t", "payin.method", "payin.currency",
                "payin.metadata.tier", "payin.metadata['channel']", "payin.payer.email",
                r"'\n\x41'")
        shape = self.random.randrange(4)
        if shape <= 1:
            return f"({self.of('string', depth - 1)} + {self.of('string', depth - 1)})"
        if shape == 2:
            return self.conditional("string", depth - 1)
        return f"string({self.int(depth - 1)})"

    def bool(self, depth):
        if depth <= 0 or self.random.random() < 0.1:
            return self.pick("true", "false", "b", "(1 / 0 == 1)")
        shape = self.random.randrange(12)
        if shape <= 2:
            operator = self.pick("&&", "||")
            return f"({self.bool(depth - 1)} {operator} {self.bool(depth - 1)})"
        if shape == 3:
            return f"!{self.pick('b', 'true', f'({self.bool(depth - 1)})')}"
        if shape <= 6:
            type_name = self.pick("int", "string", "double", "uint", "bool")
            operators = ["==", "!="] if type_name == "bool" else ["==", "!=", "<", "<=", ">", ">="]
            return (f"({self.of(type_name, depth - 1)} {self.pick(*operators)} "
                    f"{self.of(type_name, depth - 1)})")
        if shape == 7:
            if self.pick(0, 1):
                return f"({self.of('int', depth - 1)} in {self.ints(depth - 1)})"
            return f"({self.of('string', depth - 1)} in {self.pick('m', 'payin.metadata')})"
        if shape == 8:
            method = self.pick("startsWith", "endsWith", "contains")
            # cel-python forgets the type of a concatenation and then finds no contains().
            receiver = self.of("string", 0 if method == "contains" else depth - 1)
            return f"{receiver}.{method}({self.of('string', depth - 1)})"
        if shape == 9:
            return self.pick(
                "has(payin.payer.email)", "has(payin.payer.name)", "has(m.a)", "has(m.zz)",
                "has(payin.metadata.tier)")
        if shape == 10:
            kind = self.pick("all", "exists", "exists_one")
            return self.bound(kind, depth - 1, lambda: self.bool(depth - 1))
        return self.conditional("bool", depth - 1)

    def ints(self, depth):
        if depth <= 0 or self.random.random() < 0.3:
            return self.pick("l", "[]", "[1, 2, 3]", "[0]", "[-1, 7]")
        shape = self.random.randrange(4)
        if shape == 0:
            return f"({self.ints(depth - 1)} + {self.ints(depth - 1)})"
        if shape == 1:
            elements = [self.of("int", depth - 1) for _ in range(self.random.randrange(1, 4))]
            return f"[{', '.join(elements)}]"
        if shape == 2:
            return self.bound("map", depth - 1, lambda: self.of("int", depth - 1))
        name = f"v{len(self.variables)}"
        source = self.ints(depth - 1)
        self.variables.append((name, "int"))
        text = f"{source}.filter({name}, {self.bool(depth - 1)})"
        self.variables.pop()
        return text

    def strings(self, depth):
        if depth <= 0 or self.random.random() < 0.5:
            return self.pick("['a', 'b']", "['spei']", "[s, t]")
        elements = [self.of("string", depth - 1) for _ in range(self.random.randrange(1, 3))]
        return f"[{', '.join(elements)}]"

    # Patterns over a small alphabet, so that many match.

    def pattern(self, depth):
        shape = self.random.randrange(10) if depth > 0 else self.random.randrange(4)
        if shape <= 2:
            return self.pick(
                "a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\s", r"[\d_]", "é",
                r"\W", "1", r"\x61", r"[^\w]", r"\.", "[^b-z]", "É", "[a\\-]", "[^\\Wa]")
        if shape == 3:
            return self.pick("^", "$", r"\b", r"\B", "A", "(?i)", "(?-i)", "(?s)", "(?m)")
        if shape <= 6:
            return self.pattern(depth - 1) + self.pattern(depth - 1)
        if shape == 7:
            return f"({self.pick('', '?:', '?i:', '?-i:', '?ms:', '')}{self.pattern(depth - 1)}" \
                   f"|{self.pattern(depth - 1)})"
        repeat = self.pick("*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}", "*?", "+?", "{1,2}?")
        return f"(?:{self.pattern(depth - 1)}){repeat}"

    def matching(self):
        alphabet = "aabbcAB1_ éÉ.-"
        text = "".join(self.random.choice(alphabet) for _ in range(self.random.randrange(0, 9)))
        flags = self.pick("", "", "", "(?i)", "(?s)", "(?m)")
        text = text.replace(" ", self.pick(" ", r"\n"))
        return f"'{text}'.matches(r'{flags}{self.pattern(3)}')"


class ClassGenerator(Generator):
    """Patterns of named classes over signs of many categories."""

    def pattern(self, depth):
        if depth > 0 and self.random.random() < 0.5:
            return super().pattern(depth)
        name = self.pick("alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower",
                         "print", "punct", "space", "upper", "word", "xdigit")
        category = self.pick("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "N", "Nd", "Nl", "No",
                             "P", "Pd", "Po", "Ps", "S", "Sc", "Sm", "So", "Z", "Zs", "C", "Cc")
        escape = self.pick(rf"\p{{{category}}}", rf"\p{category[0]}", rf"\P{{{category}}}",
                           rf"\p{{^{category}}}", rf"\P{category[0]}")
        bracket = f"[:{self.pick('', '', '^')}{name}:]"
        other = self.pick("", r"\d", r"\W", "a-c", "é", r"\pN", r"\PL", "[:upper:]", "[:^digit:]")
        return self.pick(escape, f"[{bracket}]", f"[^{bracket}]", f"[{escape}{other}]",
                         f"[^{escape}{other}]", f"[{other}{bracket}]")

    def matching(self):
        text = "".join(self.random.choice("aZé9É_ -$€ßǅʰ中٣Ⅷ½(“\u0301\u00a0\u2028🎉")
                       for _ in range(self.random.randrange(0, 5)))
        flags = self.pick("", "", "(?i)")
        return f"'{text}'.matches(r'^{flags}(?:{self.pattern(2)})+$')"


def generated(seed, scale):
    generator = Generator(seed)
    expressions = []
    for type_name, count in [
            ("int", 300), ("bool", 700), ("string", 150), ("ints", 200), ("uint", 60),
            ("double", 60)]:
        for _ in range(count * scale):
            expressions.append(getattr(generator, type_name)(generator.random.randrange(2, 5)))
    expressions += [generator.matching() for _ in range(500 * scale)]
    generator = ClassGenerator(seed)
    expressions += [generator.matching() for _ in range(400 * scale)]
    return expressions


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20260701
    scale = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    expressions = []
    for group in (PRECEDENCE, INTEGERS, DOUBLES, LOGIC, COMPARISONS, TEXTS, CONVERSIONS,
                  AGGREGATES, MACROS, TIMES, FAULTS):
        for line in group.strip("\n").split("\n"):
            if group is PRECEDENCE:
                line = line.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
                line = line.replace("\\f", "\f")
            expressions.append(line)
    expressions += generated(seed, scale)
    seen = set()
    for expression in expressions:
        if expression in seen or not expression.strip():
            continue
        seen.add(expression)
        line = {"expr": expression, "celpy": evaluate(expression)}
        if expression in RESOLVED:
            line["spec"], line["why"] = RESOLVED[expression]
        print(json.dumps(line, ensure_ascii=False))
    for expression in RESOLVED:
        if expression not in seen:
            sys.exit(f"resolved, but not in the list: {expression}")


if __name__ == "__main__":
    main()
