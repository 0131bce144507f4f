"""Writes tests/data/golden: frames made by Confluent's Python serializers, over their own mock
registry. Run again, it writes the same files.

A case is NAME.bin, the payload, and NAME.json, everything about it. `value` has logical types as
their underlying type, bytes as {"bytes": hex}, and NaN and infinities as text; Protobuf's is ProtoJSON.
"""

import argparse
import json
import math
import pathlib
import uuid
from datetime import date, datetime, time, timezone
from decimal import Decimal
from importlib.metadata import version

import confluent_kafka.schema_registry._sync.mock_schema_registry_client as mock
from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    header_schema_id_serializer,
)
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.json_format import ParseDict

import formats

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "tests" / "data" / "golden"
SOURCE = f"confluent-kafka {version('confluent-kafka')}"
ORDER = {
    "order_id": "ORD-0012345",
    "customer": "Alice Liddell",
    "items": [
        {"sku": "laptop-15", "quantity": 1, "price": 999.99},
        {"sku": "mouse-usb", "quantity": 2, "price": 19.5},
        {"sku": "cable-2m", "quantity": 3, "price": 7.25},
    ],
    "total": 1060.74,
    "status": "PAID",
    "created_at": 1795000000123,
    "note": "leave at the door",
    "tags": {"channel": "web", "region": "eu-west"},
}


def registry(folder, name, first_id):
    """A registry of its own for a case, whose ids and GUIDs come from the case's name."""
    client = SchemaRegistryClient.new_client({"url": f"mock://{folder}-{name}"})
    client._store.max_id = first_id - 1
    count = iter(range(1000))
    mock.uuid.uuid4 = lambda: uuid.uuid5(uuid.NAMESPACE_URL, f"{folder}/{name}/{next(count)}")
    return client


def save(folder, name, client, payload, headers, framing, value, message, topic="orders"):
    subject = f"{topic}-value"
    registered = client.get_latest_version(subject)
    references = [
        {
            "name": reference.name,
            "subject": reference.subject,
            "version": reference.version,
            "schema": client.get_version(reference.subject, reference.version).schema.schema_str,
        }
        for reference in registered.schema.references or []
    ]
    case = {
        "source": SOURCE,
        "format": folder,
        "framing": framing,
        "subject": subject,
        "id": registered.schema_id,
        "guid": registered.guid,
        "version": registered.version,
        "schema": registered.schema.schema_str,
        "references": references,
        "message": message,
        "value": value,
        "headers": {name: bytes(header).hex() for name, header in headers},
    }
    path = OUT / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / f"{name}.bin").write_bytes(payload)
    text = json.dumps(case, indent=2, sort_keys=True, ensure_ascii=False)
    (path / f"{name}.json").write_text(text + "\n")


def write(folder, name, make, value, first_id, shown=None, message=None):
    """Serializes one value with both frames."""
    for framing in ("prefix", "header"):
        case = f"{name}-{framing}"
        client = registry(folder, case, first_id)
        configuration = {"auto.register.schemas": True}
        if framing == "header":
            configuration["schema.id.serializer"] = header_schema_id_serializer
        headers = []
        context = SerializationContext("orders", MessageField.VALUE, headers)
        payload = make(client, configuration)(value, context)
        save(folder, case, client, bytes(payload), headers, framing,
             value if shown is None else shown, message)


def avro(schema):
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return lambda client, configuration: AvroSerializer(client, text, conf=configuration)


def record(name, *fields):
    return {"type": "record", "name": name, "fields": [dict(zip(("name", "type"), f)) for f in fields]}


def write_avro():
    order = (ROOT / "schemas" / "orders-value" / "v1.avsc").read_text()
    write("avro", "order", avro(order), ORDER, 7)
    write("avro", "order-without-note", avro(order), {**ORDER, "note": None, "items": []}, 70000)
    write("avro", "null-union", avro(record("U", ("u", ["null", "string"]))), {"u": None}, 1)
    write("avro", "string-union", avro(record("U", ("u", ["null", "string"]))), {"u": "x"}, 2)
    write("avro", "null-second", avro(record("U", ("u", ["long", "null"]))), {"u": 5}, 3)
    primitives = [
        ("boolean", "boolean", True), ("int-min", "int", -(2**31)), ("int-max", "int", 2**31 - 1),
        ("long-min", "long", -(2**63)), ("long-max", "long", 2**63 - 1), ("float", "float", 1.5),
        ("double-negative-zero", "double", -0.0), ("double-nan", "double", math.nan),
        ("double-infinity", "double", -math.inf), ("string-empty", "string", ""),
        ("string-unicode", "string", "grüße 🦀"), ("bytes", "bytes", b"\x00\x01\xff"),
        ("bytes-empty", "bytes", b""),
    ]
    for name, kind, value in primitives:
        shown = formats.plain(value)
        write("avro", name, avro(json.dumps({"type": kind})), value, 300, shown)
    enumeration = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
    write("avro", "enum", avro(enumeration), "B", 4)
    fixed = {"type": "fixed", "name": "F", "size": 3}
    write("avro", "fixed", avro(fixed), b"abc", 5, {"bytes": "616263"})
    write("avro", "array", avro({"type": "array", "items": "long"}), [1, -1, 64], 6)
    write("avro", "array-empty", avro({"type": "array", "items": "long"}), [], 6)
    write("avro", "map", avro({"type": "map", "values": "int"}), {"one": 1}, 8)
    nodes = record("Node", ("value", "int"), ("next", ["null", "Node"]))
    list_of_three = {"value": 1, "next": {"value": 2, "next": {"value": 3, "next": None}}}
    write("avro", "recursive", avro(nodes), list_of_three, 9)
    write_avro_logical()
    write_avro_reference()


def write_avro_logical():
    def logical(kind, name, **more):
        return {"type": kind, "logicalType": name, **more}

    fixed = {"type": "fixed", "name": "D", "size": 4, "logicalType": "decimal", "precision": 9,
             "scale": 2}
    schema = record(
        "Logical", ("date", logical("int", "date")), ("time_ms", logical("int", "time-millis")),
        ("time_us", logical("long", "time-micros")), ("ts_ms", logical("long", "timestamp-millis")),
        ("ts_us", logical("long", "timestamp-micros")),
        ("dec", logical("bytes", "decimal", precision=10, scale=2)), ("fix", fixed),
        ("id", logical("string", "uuid")))
    at = datetime(2026, 11, 23, 12, 34, 56, 789000, tzinfo=timezone.utc)
    value = {
        "date": date(2026, 11, 23), "time_ms": time(12, 34, 56, 789000),
        "time_us": time(12, 34, 56, 789012), "ts_ms": at, "ts_us": at.replace(microsecond=789012),
        "dec": Decimal("-12345.67"), "fix": Decimal("1.23"),
        "id": uuid.UUID("01020304-0506-0708-090a-0b0c0d0e0f10"),
    }
    seconds = int(at.timestamp())
    shown = {
        "date": (date(2026, 11, 23) - date(1970, 1, 1)).days, "time_ms": 45296789,
        "time_us": 45296789012, "ts_ms": seconds * 1000 + 789, "ts_us": seconds * 10**6 + 789012,
        "dec": {"bytes": (-1234567).to_bytes(3, "big", signed=True).hex()},
        "fix": {"bytes": (123).to_bytes(4, "big", signed=True).hex()},
        "id": "01020304-0506-0708-090a-0b0c0d0e0f10",
    }
    write("avro", "logical", avro(schema), value, 10, shown)


def write_avro_reference():
    item = json.dumps({**record("Item", ("sku", "string")), "namespace": "shop"})
    order = json.dumps({**record("Basket", ("items", {"type": "array", "items": "shop.Item"})),
                        "namespace": "shop"})

    def make(client, configuration):
        client.register_schema("item", Schema(item, "AVRO"))
        schema = Schema(order, "AVRO", [SchemaReference("shop.Item", "item", 1)])
        return AvroSerializer(client, schema, conf=configuration)

    write("avro", "reference", make, {"items": [{"sku": "a"}, {"sku": "b"}]}, 11)


# Maps have one entry each: Python writes several in an order of its own.
PART = {"name": "bolt", "lasts": "1.5s", "holes": [{"width": 0.25}, {}]}
PROTOBUF = {
    "kinds": [
        ("numbers", "Numbers", {"whole": {"i32": -1}, "fixed": {"yes": True}}),
        ("whole-least", "Numbers.Whole", {
            "i32": -(2**31), "i64": str(-(2**63)), "u32": 1, "u64": "1", "s32": -(2**31),
            "s64": str(-(2**63))}),
        ("whole-most", "Numbers.Whole", {
            "i32": 2**31 - 1, "i64": str(2**63 - 1), "u32": 2**32 - 1, "u64": str(2**64 - 1),
            "s32": 2**31 - 1, "s64": str(2**63 - 1)}),
        ("whole-empty", "Numbers.Whole", {}),
        ("fixed", "Numbers.Fixed", {
            "f32": 2**32 - 1, "f64": str(2**64 - 1), "s32": -1, "s64": "-1", "single": 1.5,
            "twice": -0.1, "yes": True}),
        ("fixed-special", "Numbers.Fixed", {"single": "NaN", "twice": "-Infinity"}),
        ("lists", "Lists", {
            "packed": [0, 1, -1, 300], "loose": ["-1", "5"], "texts": ["", "grüße 🦀"],
            "raws": ["", "AP8="], "sizes": ["SIZE_LARGE", "SIZE_UNSPECIFIED", 7],
            "nested": [{}, {"packed": [1]}, {"nested": [{"texts": ["x"]}]}]}),
        ("lists-long", "Lists", {"packed": list(range(200))}),
        ("maps", "Maps", {
            "counts": {"k": 5}, "entries": {"-5": {"note": "x"}}, "parts": {"4294967295": PART},
            "sizes": {"s": "SIZE_SMALL"}, "raws": {"-1": "AQI="}}),
        ("maps-empty", "Maps", {}),
        ("maps-entry", "Maps.Entry", {"note": "y"}),
        ("maps-inner", "Maps.Inner", {"texts": {"k": "v"}}),
        ("maps-deepest", "Maps.Inner.Deepest", {"flags": {"true": {"note": "z"}}}),
        # Python writes keys and values that are the default, prost does not.
        ("maps-defaults", "Maps", {"counts": {"": 0}, "raws": {"0": ""}}),
        ("maps-deepest-defaults", "Maps.Inner.Deepest", {"flags": {"false": {}}}),
        ("choice-text", "Choice", {"text": ""}),
        ("choice-number", "Choice", {"number": "-9", "maybe": "", "zero": 0}),
        ("choice-part", "Choice", {"part": PART}),
        ("choice-nothing", "Choice", {"nothing": {}}),
        ("choice-size", "Choice", {"size": "SIZE_UNSPECIFIED"}),
        ("choice-none", "Choice", {}),
        ("known", "Known", {
            "at": "2026-11-23T12:34:56.789012345Z", "lasts": "-3.000000001s",
            "object": {"a": [1.0, None, "x", True, {"b": {}}]}, "text": "", "number": "0",
            "flag": False, "mask": "a.b,cD", "value": None, "list": [0.5]}),
        ("known-any", "Known", {"any": {
            "@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}),
        ("known-first-second", "Known", {"at": "0001-01-01T00:00:00Z", "lasts": "0s"}),
        ("known-last-nano", "Known", {"at": "9999-12-31T23:59:59.999999999Z"}),
        ("names", "Names", {"camelCase": "a", "snakeCase2": "b", "kind": "c", "far": 1}),
    ],
    "parts": [("part", "Part", PART), ("hole", "Part.Hole", {"width": 0.5}),
              ("hole-negative-zero", "Part.Hole", {"width": -0.0})],
    "legacy": [
        ("old", "Old", {
            "id": "x", "count": 7, "extra": {"note": "n"}, "after": {"yes": False},
            "loose": [1, 2], "packed": [3, 4]}),
        ("old-least", "Old", {"id": ""}),
    ],
}


def write_protobuf():
    order_file = ROOT / "proto" / "shop" / "orders" / "v1" / "order.proto"
    nested_file = pathlib.Path(__file__).parent / "nested.proto"
    order = {**ORDER, "status": "STATUS_PAID", "created_at": "1795000000123",
             "tags": {"channel": "web"}}
    shop, interop = "shop.orders.v1.", "wireform.interop."
    cases = [
        ("order", order_file, shop + "Order", order),
        ("order-empty", order_file, shop + "Order", {}),
        ("item", order_file, shop + "Item", ORDER["items"][0]),
        ("first", nested_file, interop + "First", {"name": "x"}),
        ("second", nested_file, interop + "Second",
         {"inner": {"number": 3, "at": "2026-11-23T00:00:00Z"}}),
        ("second-inner", nested_file, interop + "Second.Inner", {"number": 7}),
        ("third", nested_file, interop + "Third", {"left": {"id": "9"}}),
        ("third-left", nested_file, interop + "Third.Left", {"id": "9"}),
        ("third-right", nested_file, interop + "Third.Right", {"deep": {"text": "x"}}),
        ("third-right-deep", nested_file, interop + "Third.Right.Deep",
         {"values": [-1, 2], "raw": "AP8="}),
    ]
    folder = pathlib.Path(__file__).parent
    for file, package in (("kinds", "kinds."), ("parts", "parts."), ("legacy", "legacy.")):
        cases += [
            (f"{file}-{name}", folder / f"{file}.proto", interop + package + message, value)
            for name, message, value in PROTOBUF[file]
        ]
    for name, file, message, value in cases:
        kind = formats.message_type(file, message)
        make = lambda client, configuration, kind=kind: ProtobufSerializer(
            kind, client, configuration)
        write("protobuf", name, make, ParseDict(value, kind()), 12, value, message)


def write_json():
    schema = (pathlib.Path(__file__).parent / "order.schema.json").read_text()
    make = lambda client, configuration: JSONSerializer(schema, client, conf=configuration)
    write("json", "order", make, {"order_id": "ORD-001", "total": 999.99, "items": ["laptop"]}, 13)
    write("json", "unicode", make, {"order_id": "grüße", "total": 0}, 14)
    seen = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Seen",
        "type": "object",
        "required": ["at", "place"],
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "place": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "items": False},
            "by": {"$ref": "#/$defs/person"},
        },
        "unevaluatedProperties": False,
        "$defs": {"person": {"type": ["object", "null"], "dependentRequired": {"given": ["family"]}}},
    }
    make_seen = lambda client, configuration: JSONSerializer(json.dumps(seen), client, conf=configuration)
    at = {"at": "2026-11-23T12:00:00Z", "place": [47.37, 8.54]}
    write("json", "draft-2020-12", make_seen, {**at, "by": {"given": "Ada", "family": "Byron"}}, 15)
    write("json", "draft-2020-12-null", make_seen, {**at, "by": None}, 16)
    write_json_reference()


def write_json_reference():
    item = '{"$id": "item.json", "type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}'
    order = json.dumps({
        "title": "Order",
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$ref": "item.json"}}},
    })

    def make(client, configuration):
        client.register_schema("item.json", Schema(item, "JSON"))
        references = [SchemaReference("item.json", "item.json", 1)]
        return JSONSerializer(Schema(order, "JSON", references), client, conf=configuration)

    write("json", "reference", make, {"items": [{"sku": "laptop-15"}, {"sku": "mouse-usb"}]}, 17)


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    write_avro()
    write_protobuf()
    write_json()
    print(sum(1 for _ in OUT.glob("*/*.bin")), "cases")


if __name__ == "__main__":
    main()
