"""Reads frames with Confluent's JSON deserializer, which validates them with PyPI's jsonschema.

A line on standard input is {"schema": TEXT, "payload": HEX}; a line on standard output is
{"value": …} or {"error": NAME OF THE EXCEPTION}.
"""

import json
import sys

from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def main():
    context = SerializationContext("orders", MessageField.VALUE)
    for line in sys.stdin:
        case = json.loads(line)
        try:
            deserialize = JSONDeserializer(case["schema"])
            answer = {"value": deserialize(bytes.fromhex(case["payload"]), context)}
        except Exception as error:
            answer = {"error": type(error).__name__}
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
