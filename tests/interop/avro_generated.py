"""Writes codegen/tests/avsc_round_trip/fastavro.txt: random data of the schemas in codegen/tests/avsc,
as fastavro writes them, and of schemas that other writers of the same types may have, with what
fastavro makes of those for the reader. Twice run it writes the same.

A line is the file, the datum in hexadecimal, and for other writers also the datum that the reader's
schema would have, and the writer's schema.
"""

import copy
import io
import json
import random
import struct
from pathlib import Path

import fastavro
from fastavro.schema import UnknownType, SchemaParseException

ROOT = Path(__file__).resolve().parents[2] / "codegen" / "tests"
NUMBERS = ["int", "long", "float", "double"]
PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}


class Unfit(Exception):
    """This pair of schemas proves nothing."""


def plain(schema):
    """Without logical types and docs: what they are made of, is what is written."""
    if isinstance(schema, list):
        return [plain(branch) for branch in schema]
    if isinstance(schema, dict):
        drop = ("logicalType", "doc")
        return {key: plain(value) if key in ("type", "items", "values", "fields") else value
                for key, value in schema.items() if key not in drop}
    return schema


class Names:
    """Definitions by full name."""

    def __init__(self, schema):
        self.all = {}
        self.collect(schema, "")

    def collect(self, schema, namespace):
        if isinstance(schema, list):
            for branch in schema:
                self.collect(branch, namespace)
        elif isinstance(schema, dict):
            kind = schema["type"]
            if "name" in schema and kind in ("record", "error", "enum", "fixed"):
                name = self.full(schema["name"], schema.get("namespace", namespace))
                namespace = name.rpartition(".")[0]
                self.all[name] = (schema, namespace)
                for field in schema.get("fields", []):
                    self.collect(field["type"], namespace)
            elif kind == "array":
                self.collect(schema["items"], namespace)
            elif kind == "map":
                self.collect(schema["values"], namespace)
            else:
                self.collect(kind, namespace)

    @staticmethod
    def full(name, namespace):
        return name if "." in name or not namespace else f"{namespace}.{name}"

    def resolve(self, schema, namespace):
        """What a schema stands for, and the namespace inside."""
        while isinstance(schema, str) and schema not in PRIMITIVES:
            full = self.full(schema, namespace)
            schema, namespace = self.all.get(full) or self.all[schema]
            return schema, namespace
        if isinstance(schema, dict):
            if "name" in schema:
                full = self.full(schema["name"], schema.get("namespace", namespace))
                return schema, full.rpartition(".")[0]
            if not isinstance(schema["type"], str) or schema["type"] not in PRIMITIVES | {"array", "map"}:
                return self.resolve(schema["type"], namespace)
        return schema, namespace


class Writer:
    """Random data; in maps one entry at most, as their order is anyone's."""

    def __init__(self, rng, names, logical):
        self.rng, self.names, self.logical = rng, names, logical
        self.out = io.BytesIO()

    def long(self, value):
        value = (value << 1) ^ (value >> 63)
        while value > 0x7F:
            self.out.write(bytes([value & 0x7F | 0x80]))
            value >>= 7
        self.out.write(bytes([value]))

    def value(self, schema, namespace, depth):
        """The value, as fastavro takes it."""
        schema, namespace = self.names.resolve(schema, namespace)
        rng = self.rng
        if isinstance(schema, list):
            simple = [branch for branch in schema if isinstance(branch, str) and branch in PRIMITIVES] if depth > 5 else []
            branch = rng.choice(simple or schema)
            inner, inside = self.names.resolve(branch, namespace)
            kind = inner if isinstance(inner, str) else inner["type"]
            if isinstance(inner, dict) and "name" in inner:
                kind = self.names.full(inner["name"], inside)
            value = self.value(branch, namespace, depth + 1)
            return None if kind == "null" else (kind, value)
        logical = schema.get("logicalType") if isinstance(schema, dict) else None
        kind = schema if isinstance(schema, str) else schema["type"]
        if kind == "null":
            return None
        if kind == "boolean":
            return rng.random() < 0.5
        if kind in ("int", "long"):
            if logical:
                return rng.randrange(10_000)
            bits = 32 if kind == "int" else 64
            return rng.choice([0, -1, 2 ** (bits - 1) - 1, -2 ** (bits - 1), rng.getrandbits(bits) - 2 ** (bits - 1)])
        if kind == "float":
            return struct.unpack("<f", struct.pack("<f", rng.choice([0.0, -0.0, 1.5, rng.uniform(-1e9, 1e9)])))[0]
        if kind == "double":
            return rng.choice([0.0, -0.0, float("inf"), rng.uniform(-1e300, 1e300)])
        if kind == "bytes":
            return b"\x07" if logical else rng.randbytes(rng.choice([0, 1, 5, 70]))
        if kind == "string":
            if logical:
                text = rng.randbytes(16).hex()
                return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])
            return rng.choice(["", "text", "\u00e4\u65e5\U0001f980", "x" * 70, f"{rng.getrandbits(64):x}"])
        if kind == "fixed":
            size = schema["size"]
            return bytes(size - 1) + b"\x07" if logical and size else rng.randbytes(size)
        if kind == "enum":
            return rng.choice(schema["symbols"])
        if kind == "array":
            count = 0 if depth > 5 else rng.randrange(4)
            return [self.value(schema["items"], namespace, depth + 1) for _ in range(count)]
        if kind == "map":
            count = 0 if depth > 5 else rng.randrange(2)
            return {rng.choice(["", "key", "\u00fc"]): self.value(schema["values"], namespace, depth + 1) for _ in range(count)}
        return {field["name"]: self.value(field["type"], namespace, depth + 1) for field in schema["fields"]}


def parse(schema):
    return fastavro.parse_schema(plain(copy.deepcopy(schema)), named_schemas={}, _force=True)


def write(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


def is_ambiguous(schema):
    """Whether fastavro could not tell the branch by the value that it has read."""
    if isinstance(schema, list):
        kinds = [branch["type"] if isinstance(branch, dict) else branch for branch in schema]
        numbers = sum(kind in NUMBERS for kind in kinds)
        texts = sum(kind in ("string", "bytes", "fixed", "enum") for kind in kinds)
        containers = sum(kind not in PRIMITIVES and kind not in ("enum", "fixed", "array") for kind in kinds)
        return numbers > 1 or texts > 1 or containers > 1 or any(map(is_ambiguous, schema))
    if isinstance(schema, dict):
        inner = [schema.get(key) for key in ("items", "values")]
        inner += [field["type"] for field in schema.get("fields", [])]
        if isinstance(schema["type"], (list, dict)):
            inner.append(schema["type"])
        return any(is_ambiguous(one) for one in inner if one is not None)
    return False


def change(schema, rng, in_union=False):
    """The schema of another writer, whose data can be read as what `schema` describes."""
    if isinstance(schema, list):
        branches = [change(branch, rng, True) for branch in schema]
        if rng.random() < 0.3:
            rng.shuffle(branches)
        # No union at all: its reader's branch is found by the type alone.
        if rng.random() < 0.2 and not in_union:
            branch = rng.choice(branches)
            return branch if branch != "null" else branches
        return branches
    if isinstance(schema, str):
        return promoted(schema, rng, in_union)
    schema = dict(schema)
    kind = schema["type"]
    if kind in ("record", "error"):
        fields = []
        for field in schema["fields"]:
            if "default" in field and rng.random() < 0.3:
                continue
            new = {"name": field["name"], "type": change(field["type"], rng)}
            if field.get("aliases") and rng.random() < 0.5 and field["aliases"][0].isidentifier():
                new["name"] = field["aliases"][0]
            fields.append(new)
        if rng.random() < 0.3:
            rng.shuffle(fields)
        if rng.random() < 0.3:
            added = {"name": "added_by_the_writer", "type": rng.choice(["int", ["null", "string"], {"type": "array", "items": "double"}])}
            fields.insert(rng.randrange(len(fields) + 1), added)
        schema["fields"] = fields
        schema.pop("aliases", None)
    elif kind == "enum":
        symbols = list(schema["symbols"])
        if rng.random() < 0.5:
            rng.shuffle(symbols)
        if "default" in schema:
            symbols.append("AddedByTheWriter")
        schema["symbols"] = symbols
        schema.pop("default", None)
        schema.pop("aliases", None)
    elif kind == "array":
        schema["items"] = change(schema["items"], rng)
    elif kind == "map":
        schema["values"] = change(schema["values"], rng)
    elif kind in PRIMITIVES and not schema.get("logicalType"):
        schema["type"] = promoted(kind, rng, in_union)
    return schema


def promoted(kind, rng, in_union):
    from_ = {"long": ["int"], "float": ["int", "long"], "double": NUMBERS[:3], "string": ["bytes"], "bytes": ["string"]}
    if in_union or rng.random() < 0.6 or kind not in from_:
        return kind
    return rng.choice(from_[kind])


def texts_only(value):
    """Bytes that become a string must be one."""
    if isinstance(value, bytes):
        return value.isascii()
    if isinstance(value, dict):
        return all(texts_only(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return all(texts_only(one) for one in value)
    return True


def same_lines(path, schema, rng):
    parsed, names = parse(schema), Names(schema)
    for _ in range(5):
        value = Writer(rng, names, True).value(schema, "", 0)
        value = value[1] if isinstance(value, tuple) and not isinstance(schema, list) else value
        yield f"{path}\t{write(parsed, value).hex()}"


def other_lines(path, schema, rng):
    if is_ambiguous(schema):
        return
    reader = parse(schema)
    for _ in range(10):
        other = change(copy.deepcopy(schema), rng)
        try:
            writer, names = parse(other), Names(other)
            value = Writer(rng, names, True).value(other, "", 0)
            if not texts_only(value):
                continue
            datum = write(writer, value)
            read = fastavro.schemaless_reader(io.BytesIO(datum), writer, reader, return_record_name=True, return_named_type=True)
            expected = write(reader, read)
        except (UnknownType, SchemaParseException, fastavro.read.SchemaResolutionError, OverflowError, RecursionError):
            # A definition behind its first use, a type without end, or what the reader has no place for.
            continue
        except TypeError:
            # fastavro leaves the default of bytes a text, which it cannot write.
            continue
        yield f"{path}\t{datum.hex()}\t{expected.hex()}\t{json.dumps(other, separators=(',', ':'), ensure_ascii=False)}"


def main():
    lines = []
    for path in sorted((ROOT / "avsc").rglob("*.avsc")):
        case = path.relative_to(ROOT / "avsc")
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
        rng = random.Random(str(case))
        try:
            parse(schema)
        except (UnknownType, SchemaParseException, TypeError) as error:
            # It needs another file, or fastavro cannot take what Java does.
            print(f"left out: {case}: {error!r}"[:200])
            continue
        lines += same_lines(case, schema, rng)
        lines += other_lines(case, schema, rng)
    text = "".join(f"{line}\n" for line in lines)
    (ROOT / "avsc_round_trip" / "fastavro.txt").write_text(text, encoding="utf-8")
    files = {line.split("\t")[0] for line in lines}
    others = sum(line.count("\t") > 1 for line in lines)
    print(f"{len(files)} files, {len(lines) - others} data of their schemas, {others} of other writers")


main()
