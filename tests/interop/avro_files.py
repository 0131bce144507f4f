"""Avro's container files and its JSON encoding, by fastavro.

    python avro_files.py write           writes serializers/tests/data/avro/fastavro*
    python avro_files.py check           reads serializers/tests/data/avro/wireform*, which
                                         `UPDATE_GOLDEN=1 cargo test -p wireform --all-features
                                         --test avro_files` wrote, and compares every record
    python avro_files.py evolve N [SEED] prints N random writer and reader schemas, with a datum of
                                         the writer's in hex, for `avro-files resolve`
    python avro_files.py random N [SEED] prints N random schemas, each with a record, its datum in
                                         hex and its JSON, for `--test avro_files -- --ignored`

Run again, `write` writes the same files.
"""

import io
import json
import pathlib
import random
import sys
import uuid
from datetime import date, datetime, time, timezone
from decimal import Decimal

import fastavro

OUT = pathlib.Path(__file__).resolve().parents[2] / "serializers" / "tests" / "data" / "avro"
CODECS = ["null", "deflate", "bzip2", "snappy", "zstandard"]
SYNC = b"0123456789abcdef"


def field(name, kind, **more):
    return {"name": name, "type": kind, **more}


SCHEMA = {
    "type": "record",
    "name": "Everything",
    "namespace": "shop.tests",
    "doc": "Every type and every logical type that fastavro writes.",
    "fields": [
        field("null", "null"),
        field("boolean", "boolean"),
        field("int", "int"),
        field("long", "long"),
        field("float", "float"),
        field("double", "double"),
        field("bytes", "bytes"),
        field("string", "string"),
        field("array", {"type": "array", "items": "long"}),
        field("map", {"type": "map", "values": {"type": "map", "values": "int"}}),
        field("enum", {"type": "enum", "name": "Status", "symbols": ["PENDING", "PAID"]}),
        field("fixed", {"type": "fixed", "name": "Code", "size": 4}),
        field("union", ["null", "int", "string", "Status", "Code", {"type": "array", "items": "int"}]),
        field("next", ["null", "Everything"], default=None),
        field("date", {"type": "int", "logicalType": "date"}),
        field("time_millis", {"type": "int", "logicalType": "time-millis"}),
        field("time_micros", {"type": "long", "logicalType": "time-micros"}),
        field("timestamp_millis", {"type": "long", "logicalType": "timestamp-millis"}),
        field("timestamp_micros", {"type": "long", "logicalType": "timestamp-micros"}),
        field("local_timestamp_millis", {"type": "long", "logicalType": "local-timestamp-millis"}),
        field("decimal", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}),
        field(
            "decimal_fixed",
            {
                "type": "fixed",
                "name": "Amount",
                "size": 8,
                "logicalType": "decimal",
                "precision": 18,
                "scale": 3,
            },
        ),
        field("uuid", {"type": "string", "logicalType": "uuid"}),
    ],
}

LEAST = {
    "null": None,
    "boolean": False,
    "int": -(2**31),
    "long": -(2**63),
    "float": -0.0,
    "double": 5e-324,
    "bytes": b"",
    "string": "",
    "array": [],
    "map": {},
    "enum": "PENDING",
    "fixed": b"\x00\x00\x00\x00",
    "union": None,
    "next": None,
    "date": date(1, 1, 1),
    "time_millis": time(0),
    "time_micros": time(0),
    "timestamp_millis": datetime(1969, 12, 31, 23, 59, 59, 999000, timezone.utc),
    "timestamp_micros": datetime(1, 1, 1, tzinfo=timezone.utc),
    "local_timestamp_millis": datetime(1970, 1, 1),
    "decimal": Decimal("-12345678.90"),
    "decimal_fixed": Decimal("-0.001"),
    "uuid": uuid.UUID(int=0),
}
MOST = {
    "null": None,
    "boolean": True,
    "int": 2**31 - 1,
    "long": 2**63 - 1,
    "float": 1.5,
    "double": 1.7976931348623157e308,
    "bytes": bytes(range(256)),
    "string": 'é🦀 "\\\n\x00\x7f',
    "array": [0, 1, -1, 64, 2**40],
    "map": {"z": {"b": 1, "a": 2}, "": {}},
    "enum": "PAID",
    "fixed": b"\xff\x00\x7f\x80",
    "union": "text",
    "next": {**LEAST, "union": 7},
    "date": date(9999, 12, 31),
    "time_millis": time(23, 59, 59, 999000),
    "time_micros": time(23, 59, 59, 999999),
    "timestamp_millis": datetime(2026, 11, 23, 16, 44, 49, 123000, timezone.utc),
    "timestamp_micros": datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc),
    "local_timestamp_millis": datetime(2026, 11, 23, 16, 44, 49, 123000),
    "decimal": Decimal("99999999.99"),
    "decimal_fixed": Decimal("999999999999999.999"),
    "uuid": uuid.UUID("01020304-0506-0708-090a-0b0c0d0e0f10"),
}
RECORDS = [LEAST, MOST, {**LEAST, "union": ("shop.tests.Code", b"abcd")}, {**LEAST, "union": [1, 2]}]


def datum(schema, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def as_json(schema, record):
    out = io.StringIO()
    fastavro.json_writer(out, schema, [record])
    return json.loads(out.getvalue())


def write():
    OUT.mkdir(parents=True, exist_ok=True)
    schema = fastavro.parse_schema(SCHEMA)
    lines = [{"datum": datum(schema, r).hex(), "json": as_json(schema, r)} for r in RECORDS]
    golden = {"source": f"fastavro {fastavro.__version__}", "schema": SCHEMA, "records": lines}
    text = json.dumps(golden, indent=1, ensure_ascii=True)
    (OUT / "fastavro.json").write_text(text + "\n")
    for codec in CODECS:
        with (OUT / f"fastavro-{codec}.avro").open("wb") as out:
            # Two blocks.
            fastavro.writer(out, schema, RECORDS, codec, sync_interval=300, sync_marker=SYNC)


def check():
    golden = json.loads((OUT / "fastavro.json").read_text())
    for codec in CODECS:
        with (OUT / f"wireform-{codec}.avro").open("rb") as file:
            reader = fastavro.reader(file)
            schema = fastavro.parse_schema(reader.writer_schema)
            data = [datum(schema, record).hex() for record in reader]
        expected = [record["datum"] for record in golden["records"]]
        assert reader.codec == codec and data == expected, codec
        print(f"wireform-{codec}.avro: {len(data)} records")


class Random:
    """Schemas and values of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def schema(self, depth, in_union=False):
        choices = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
        choices += ["enum", "fixed"]
        if depth > 0:
            choices += ["array", "map", "record", "record"] + ([] if in_union else ["union", "union"])
        kind = self.random.choice(choices)
        if kind == "enum":
            symbols = [f"S{i}" for i in range(self.random.randint(1, 4))]
            return {"type": "enum", "name": self.name("E"), "symbols": symbols}
        if kind == "fixed":
            return {"type": "fixed", "name": self.name("F"), "size": self.random.randint(0, 5)}
        if kind == "array":
            return {"type": "array", "items": self.schema(depth - 1)}
        if kind == "map":
            return {"type": "map", "values": self.schema(depth - 1)}
        if kind == "record":
            name = self.name("R")
            count = self.random.randint(0, 4)
            fields = [field(f"f{i}", self.schema(depth - 1)) for i in range(count)]
            return {"type": "record", "name": name, "namespace": "a.b", "fields": fields}
        if kind == "union":
            branches = {}
            for _ in range(self.random.randint(1, 4)):
                branch = self.schema(depth - 1, in_union=True)
                branches[branch if isinstance(branch, str) else branch.get("name", branch["type"])] = branch
            return list(branches.values())
        return kind

    def value(self, schema):
        r = self.random
        if isinstance(schema, list):
            branch = r.choice(schema)
            if isinstance(branch, str):
                name = branch
            elif "name" in branch:
                name = f"{branch['namespace']}.{branch['name']}" if "namespace" in branch else branch["name"]
            else:
                name = branch["type"]
            return (name, self.value(branch))
        kind = schema if isinstance(schema, str) else schema["type"]
        if kind == "null":
            return None
        if kind == "boolean":
            return r.random() < 0.5
        if kind == "int":
            return r.choice([0, -1, 63, 64, -(2**31), 2**31 - 1, r.randint(-(2**31), 2**31 - 1)])
        if kind == "long":
            return r.choice([0, -1, -(2**63), 2**63 - 1, r.randint(-(2**63), 2**63 - 1)])
        if kind == "float":
            # As text the same as a float and as a double: Python knows only the latter.
            return r.choice([0.0, -0.0, 1.5, -(2.0**-10), 16777216.0])
        if kind == "double":
            return r.choice([0.0, -0.0, 0.1, 5e-324, 1e308, r.uniform(-1e9, 1e9)])
        if kind == "bytes":
            return r.randbytes(r.randint(0, 6))
        if kind == "string":
            return "".join(r.choice("aZ\u00e9\"\\\n\u0080\u2028🦀/") for _ in range(r.randint(0, 6)))
        if kind == "enum":
            return r.choice(schema["symbols"])
        if kind == "fixed":
            return r.randbytes(schema["size"])
        if kind == "array":
            return [self.value(schema["items"]) for _ in range(r.randint(0, 3))]
        if kind == "map":
            return {f"k{i}": self.value(schema["values"]) for i in range(r.randint(0, 3))}
        return {f["name"]: self.value(f["type"]) for f in schema["fields"]}

    # How readers differ from writers.

    def evolved(self, schema):
        """A reader's schema that was made of a writer's: most can read its data."""
        r = self.random
        if isinstance(schema, list):
            branches = [self.evolved_branch(branch) for branch in schema]
            if r.random() < 0.3:
                r.shuffle(branches)
            if r.random() < 0.2 and len(branches) > 1:
                branches.pop()
            if r.random() < 0.1 and len(branches) == 1:
                return branches[0]
            kinds = [b if isinstance(b, str) else b.get("name", b["type"]) for b in branches]
            return branches if len(set(kinds)) == len(kinds) else schema
        reader = self.evolved_branch(schema)
        if r.random() < 0.15:
            return [reader] if reader == "null" else r.sample(["null", reader], 2)
        return reader

    def evolved_branch(self, schema):
        r = self.random
        if isinstance(schema, str):
            wider = {
                "int": ["long", "float", "double"],
                "long": ["float", "double"],
                "float": ["double"],
                "string": ["bytes"],
                "bytes": ["string"],
            }
            return r.choice(wider[schema]) if schema in wider and r.random() < 0.3 else schema
        schema = dict(schema)
        if schema["type"] == "enum" and r.random() < 0.5:
            symbols = schema["symbols"] + ["NEW"]
            r.shuffle(symbols)
            schema["symbols"] = symbols[: r.randint(1, len(symbols))]
            if r.random() < 0.5:
                schema["default"] = schema["symbols"][0]
        if schema["type"] == "array":
            schema["items"] = self.evolved(schema["items"])
        if schema["type"] == "map":
            schema["values"] = self.evolved(schema["values"])
        if schema["type"] == "record":
            schema["fields"] = self.evolved_fields(schema["fields"])
        return schema

    def evolved_fields(self, fields):
        r = self.random
        out = []
        for old in fields:
            if r.random() < 0.15:
                continue
            new = field(old["name"], self.evolved(old["type"]))
            if r.random() < 0.1:
                new["aliases"] = [new["name"]]
                new["name"] = "renamed_" + new["name"]
            out.append(new)
        defaults = [("long", 7), ("string", "new"), (["null", "int"], None), ("double", 0.5)]
        defaults += [({"type": "array", "items": "int"}, [1, 2]), ({"type": "map", "values": "int"}, {})]
        if r.random() < 0.3:
            kind, default = r.choice(defaults)
            out.append(field("added", kind, default=default))
        if r.random() < 0.02:
            out.append(field("missing", "int"))
        if r.random() < 0.4:
            r.shuffle(out)
        return out


def named_in_namespace(schema, namespace):
    """Branches are tagged with full names: an enum inside of a record of `a.b` is `a.b.E1`."""
    if isinstance(schema, list):
        return [named_in_namespace(branch, namespace) for branch in schema]
    if isinstance(schema, str):
        return schema
    schema = dict(schema)
    if "name" in schema:
        schema["namespace"] = schema.get("namespace", namespace)
        if not schema["namespace"]:
            del schema["namespace"]
        namespace = schema.get("namespace")
    for key in ("items", "values"):
        if key in schema:
            schema[key] = named_in_namespace(schema[key], namespace)
    if "fields" in schema:
        schema["fields"] = [
            {**f, "type": named_in_namespace(f["type"], namespace)} for f in schema["fields"]
        ]
    return schema


def random_cases(count, seed):
    source = Random(seed)
    for _ in range(count):
        schema = named_in_namespace(source.schema(4), None)
        value = source.value(schema)
        parsed = fastavro.parse_schema(json.loads(json.dumps(schema)))
        case = {"schema": schema, "datum": datum(parsed, value).hex()}
        try:
            case["json"] = as_json(parsed, value)
        except Exception as error:  # fastavro's JSON writer does not know every shape
            case["no_json"] = repr(error)[:80]
        print(json.dumps(case))


def evolve_cases(count, seed):
    source = Random(seed)
    for _ in range(count):
        writer = source.schema(4)
        reader = named_in_namespace(source.evolved(writer), None)
        writer = named_in_namespace(writer, None)
        value = source.value(writer)
        parsed = fastavro.parse_schema(json.loads(json.dumps(writer)))
        case = {"writer": writer, "reader": reader, "datum": datum(parsed, value).hex()}
        print(json.dumps(case))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write"]:
            write()
        case ["check"]:
            check()
        case ["evolve", count, *seed]:
            evolve_cases(int(count), int(seed[0]) if seed else 1)
        case ["random", count, *seed]:
            random_cases(int(count), int(seed[0]) if seed else 1)
        case _:
            sys.exit(__doc__)
