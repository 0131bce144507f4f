"""Orders as JSON lines to hex lines of Avro and back, by fastavro: a peer of `wireform encode` and `decode`.

    tests/interop/python order_lines.py encode|decode SCHEMA <lines >lines
"""

import io
import json
import sys

import fastavro

verb, schema = sys.argv[1], fastavro.schema.load_schema(sys.argv[2])
dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
if verb == "encode":
    for line in sys.stdin.buffer:
        body = io.BytesIO()
        fastavro.schemaless_writer(body, schema, json.loads(line))
        sys.stdout.write(body.getvalue().hex() + "\n")
else:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    for line in sys.stdin:
        value = fastavro.schemaless_reader(io.BytesIO(bytes.fromhex(line)), schema, None)
        out.write(dump(value) + "\n")
    out.flush()
