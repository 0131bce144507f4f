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
import message_cases
from message_cases import ORDER

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "tests" / "data" / "golden"
SOURCE = f"confluent-kafka {version('confluent-kafka')}"


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


def write_protobuf():
    for name, file, message, value in message_cases.cases():
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
