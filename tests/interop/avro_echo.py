"""What fastavro reads and writes: JSON lines {schema, datum, json} in, {bytes, json} or {error} out.

The JSON that comes in names the branches of unions, which fastavro does not tell when it reads, and
without which it picks the first that fits when it writes: Python has one integer and one float. What
goes out are the values that fastavro read, and no names of branches.

Logical types are taken for what they are made of: a date of the year 5,000,000 is a fine int, and no
fine datetime.date.
"""

import io
import json
import math
import sys

import fastavro


def without_logical_types(schema):
    if isinstance(schema, dict):
        return {k: without_logical_types(v) if k != "default" else v for k, v in schema.items() if k != "logicalType"}
    if isinstance(schema, list):
        return [without_logical_types(branch) for branch in schema]
    return schema


def plain(value):
    match value:
        case bytes():
            return value.decode("latin-1")
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def with_branches(schema, types, value, tagged):
    """The value, each union's as a tuple with the name of its branch."""
    if isinstance(schema, str) and schema in types:
        schema = types[schema]
    if isinstance(schema, list):
        if tagged is None:
            return value
        [name] = tagged
        [branch] = [branch for branch in schema if branch_name(branch) == name]
        return (name, with_branches(branch, types, value, tagged[name]))
    kind = schema["type"] if isinstance(schema, dict) else schema
    if kind == "array":
        return [with_branches(schema["items"], types, v, t) for v, t in zip(value, tagged, strict=True)]
    if kind == "map":
        return {k: with_branches(schema["values"], types, v, tagged[k]) for k, v in value.items()}
    if kind == "record":
        fields = {f["name"]: f["type"] for f in schema["fields"]}
        return {k: with_branches(fields[k], types, v, tagged[k]) for k, v in value.items()}
    return value


def branch_name(schema):
    return schema.get("name", schema["type"]) if isinstance(schema, dict) else schema


def echo(case):
    try:
        types = {}
        schema = fastavro.parse_schema(without_logical_types(json.loads(case["schema"])), types)
        data = io.BytesIO(bytes.fromhex(case["datum"]))
        value = fastavro.schemaless_reader(data, schema)
        if data.read():
            return {"error": "bytes left over"}
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, with_branches(schema, types, value, json.loads(case["json"])))
        return {"bytes": out.getvalue().hex(), "json": json.dumps(plain(value))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:160]}"}


sys.setrecursionlimit(10_000)
for line in sys.stdin:
    print(json.dumps(echo(json.loads(line))))
