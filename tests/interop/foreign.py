"""Writes tests/data/golden/foreign: what Apicurio's and AWS Glue's own serializers make of our values.

    tests/servers/with tests/interop/python foreign.py

APICURIO and GLUE.json have the frames and the schemas that they name, as the registry tells them. Run
again, it writes the same: the ids of a new Apicurio start at one.
"""

import json
import os
import pathlib
import subprocess

import formats
import frames

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "tests" / "data" / "golden" / "foreign"
ORDER = {
    "type": "record", "name": "Order", "namespace": "shop.orders",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "total", "type": "double"},
        {"name": "items", "type": {"type": "array", "items": {
            "type": "record", "name": "Item",
            "fields": [{"name": "sku", "type": "string"}, {"name": "quantity", "type": "int"}],
        }}},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["NEW", "PAID"]}},
        {"name": "tags", "type": {"type": "map", "values": "long"}},
        {"name": "is_gift", "type": "boolean"},
    ],
}
FULL = {
    "order_id": "ORD-001", "total": 999.99, "items": [{"sku": "laptop", "quantity": 1}, {"sku": "bag", "quantity": -2}],
    "note": "grüße 🦀", "status": "PAID", "tags": {"rank": 2**40}, "is_gift": True,
}
LEAST = {"order_id": "", "total": 0.0, "items": [], "note": None, "status": "NEW", "tags": {}, "is_gift": False}
LONG = {**FULL, "note": "again " * 60}
AVRO = [
    ("order", ORDER, FULL),
    ("order-least", ORDER, LEAST),
    ("order-long", ORDER, LONG),
    ("string", "string", "a key"),
    ("long", "long", -(2**40)),
    ("list", {"type": "array", "items": "string"}, ["a", "", "ü"]),
]


def encoded(schema, value):
    """Avro's JSON encoding: what is no null in a union names its type."""
    if schema is ORDER and value["note"] is not None:
        return {**value, "note": {"string": value["note"]}}
    return value


def cases():
    avro = [
        {"name": f"avro-{name}", "format": "avro", "schema": json.dumps(schema), "value": value,
         "encoded": json.dumps(encoded(schema, value))}
        for name, schema, value in AVRO
    ]
    return avro + frames.cases()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    apicurio = os.environ["WIREFORM_REGISTRY_URL"].replace("/ccompat/v7", "/registry/v3")
    texts = {schema["title"]: json.dumps(schema) for schema in (frames.ORDER, frames.ANYTHING)}
    asked = {
        "registry": apicurio, "json": texts, "cases": cases(), "descriptors": frames.descriptors().hex(),
    }
    for registry in ("apicurio", "glue"):
        ran = subprocess.run([HERE / "java" / registry], input=json.dumps(asked), text=True, encoding="utf-8",
                             stdout=subprocess.PIPE, check=True)
        answer = json.loads(ran.stdout)
        refused = {frame["case"]: frame["refused"] for frame in answer["frames"] if "refused" in frame}
        made = [frame for frame in answer["frames"] if "refused" not in frame]
        values = {case["name"]: case for case in cases()}
        for frame in made:
            case = values[frame["case"]]
            frame["value"], frame["message"] = case["value"], case.get("message")
            if registry == "glue" and case["format"] == "protobuf":
                answer["schemas"][frame["id"]]["references"] = imports(case["schema"])
        witness = {"frames": made, "refused": refused, "schemas": answer["schemas"]}
        text = json.dumps(witness, indent=1, sort_keys=True, ensure_ascii=False)
        (OUT / f"{registry}.json").write_text(text + "\n", encoding="utf-8")
        print(registry, len(made), "frames;", len(refused), "cases refused")


def imports(name):
    """Glue knows no references: whoever resolves its schemas has the imported files."""
    files = frames.files()
    return [{"name": imported, "schema": files[imported].read_text(), "references": []}
            for imported in formats.with_imports(files[name])[1:]]


if __name__ == "__main__":
    main()
