#!/usr/bin/env python3
"""Prints a long trace with claims that are so: long_trace.py LINES TABLES CHAIN [wrong]

TABLES tables refer to each other at random; CHAIN more hang on one another. With `wrong` the last claim counts one too many.
docs/logs.md has what such traces cost.
"""
import random
import sys

lines, tables, chain, wrong = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), len(sys.argv) > 4
draw = random.Random(1)
trace = ["heapproof trace 1"] + ([f"c = chain {chain}"] if chain else [])
trace += [f"o{table} = table" for table in range(tables)]
external, internal, fields = [1] * tables, [0] * tables, [{} for _ in range(tables)]
while len(trace) < lines:
    kind, table = draw.random(), draw.randrange(tables)
    if kind < 0.5:
        field, target = draw.choice(["next", "left", "right"]), draw.randrange(tables)
        trace.append(f"o{table}.{field} = o{target}")
        internal[target] += 1
        if field in fields[table]:
            internal[fields[table][field]] -= 1
        fields[table][field] = target
    elif kind < 0.7:
        trace.append(f"take o{table}")
        external[table] += 1
    elif kind < 0.9:
        if external[table] > 1:
            trace.append(f"drop o{table}")
            external[table] -= 1
    elif kind < 0.99:
        trace.append(f"o{table}.next")
    else:
        trace.append(f"expect o{table} {external[table] + internal[table]}")
table = draw.randrange(tables)
trace.append(f"expect o{table} {external[table] + internal[table] + wrong}")
print("\n".join(trace))
