"""Writes tests/data/golden/frames: what Node's, Go's and Java's clients make of the same messages.

`cases.json` has the values, `interop.binpb` the descriptors of every file (a FileDescriptorSet), and
NODE, GO and JAVA.json the frames, with the schemas that they name. Run again, it writes the same.
"""

import json
import pathlib
import subprocess
import tempfile
import uuid

from grpc_tools import protoc

import formats
import message_cases

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "tests" / "data" / "golden" / "frames"
PROGRAMS = {"node": ["node/run", "frames.js"], "go": ["go/frames"], "java": ["java/frames"]}
ANYTHING = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Anything"}
ORDER = json.loads((HERE / "order.schema.json").read_text())
JSON = [
    ("order", ORDER, {"items": ["laptop"], "order_id": "ORD-001", "total": 999.99}),
    ("order-least", ORDER, {"order_id": "", "total": 0}),
    ("unicode", ORDER, {"order_id": "grüße 🦀 \u0301", "total": -1.5}),
    ("escapes", ORDER, {"order_id": "\"\\/\b\f\n\r\t\u0000\u001f\u007f", "total": 1}),
    ("markup", ORDER, {"order_id": "<a href='x'>&amp;</a> \u2028\u2029", "total": 1}),
    ("empty-object", ANYTHING, {}),
    ("empty-array", ANYTHING, []),
    ("null", ANYTHING, {"a": None}),
    ("flags", ANYTHING, [True, False]),
    ("whole", ANYTHING, [0, 1, -1, 2**31, -(2**53) + 1, 2**53 - 1]),
    ("parts", ANYTHING, [0.5, -0.1, 1060.74, 1e-5, 123456789.125]),
    ("exponents", ANYTHING, [1e300, 5e-324, 1.7976931348623157e308, 1e21, 1e-7]),
    ("nested", ANYTHING, {"a": [{"b": [[], {}, [[1]]]}], "c": {"d": {"e": {"f": None}}}}),
    ("keys", ANYTHING, {"": 0, " ": 1, "a.b": 2, "é": 3}),
]


def files():
    """Every .proto file by its name in imports."""
    found = {}
    for _, file, _, _ in message_cases.cases():
        for name in formats.with_imports(file):
            found[name] = file.parent / name
    return found


def descriptors():
    include = pathlib.Path(protoc.__file__).parent / "_proto"
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set"
        roots = {f"-I{file.parent}" for file in files().values()}
        arguments = ["protoc", *sorted(roots), f"-I{include}", "--include_imports", f"--descriptor_set_out={out}"]
        if protoc.main([*arguments, *sorted(files())]) != 0:
            raise SystemExit("protoc failed")
        return out.read_bytes()


def cases():
    protobuf = [
        {"name": name, "format": "protobuf", "schema": file.name, "message": message, "value": value}
        for name, file, message, value in message_cases.cases()
    ]
    json_cases = [
        {"name": f"json-{name}", "format": "json", "schema": schema["title"], "value": value}
        for name, schema, value in JSON
    ]
    return protobuf + json_cases


def schemas():
    """The texts that those who make frames by hand name, by ids and versions of ours."""
    made = {}
    for place, (name, file) in enumerate(sorted(files().items())):
        imports = [imported for imported in formats.with_imports(file)[1:]]
        made[name] = {
            "guid": guid(name), "format": "protobuf", "subject": f"{name}-value", "id": 70000 + place, "version": 1,
            "schema": file.read_text(),
            "references": [
                {"name": imported, "subject": imported, "version": 1, "schema": files()[imported].read_text()}
                for imported in imports
            ],
        }
    for place, schema in enumerate((ORDER, ANYTHING)):
        made[schema["title"]] = {
            "guid": guid(schema["title"]), "format": "json", "subject": f"{schema['title']}-value", "id": 127 + place, "version": 1,
            "schema": json.dumps(schema), "references": [],
        }
    return made


def guid(name):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def dump(name, value):
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    (OUT / name).write_text(text + "\n", encoding="utf-8")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    descriptor_set = descriptors()
    (OUT / "interop.binpb").write_bytes(descriptor_set)
    dump("cases.json", cases())
    asked = {
        "descriptors": descriptor_set.hex(), "cases": cases(), "schemas": schemas(),
        "guids": [guid(str(n)) for n in range(1000)],
    }
    for language, (program, *arguments) in PROGRAMS.items():
        ran = subprocess.run([HERE / program, *arguments, "write"], input=json.dumps(asked), text=True,
                             encoding="utf-8", stdout=subprocess.PIPE, check=True)
        answer = json.loads(ran.stdout)
        dump(f"{language}.json", {"schemas": schemas(), **answer})
        print(language, len(answer["frames"]), "frames")


if __name__ == "__main__":
    main()
