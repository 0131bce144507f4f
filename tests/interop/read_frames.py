"""Reads frames with Confluent's Python client, which has their schemas from a registry; see "Frames" in
README.md."""

import json
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

import formats
import message_cases


def main():
    asked = json.load(sys.stdin)
    client = SchemaRegistryClient({"url": asked["registry"]})
    files = {message: file for _, file, message, _ in message_cases.cases()}
    kinds = {}
    values = []
    for frame in asked["frames"]:
        headers = [(name, bytes.fromhex(value)) for name, value in frame["headers"].items()]
        context = SerializationContext(frame["topic"], MessageField.VALUE, headers)
        payload = bytes.fromhex(frame["payload"])
        if frame["format"] == "json":
            values.append(JSONDeserializer(None, schema_registry_client=client)(payload, context))
            continue
        message = frame["message"]
        if message not in kinds:
            kinds[message] = formats.message_type(files[message], message)
        found = ProtobufDeserializer(kinds[message], {}, client)(payload, context)
        name = found.DESCRIPTOR.full_name
        values.append({"message": name, "value": formats.message_to_plain(found)})
    print(json.dumps({"values": values}))


main()
