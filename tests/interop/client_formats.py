"""Writes and reads JSON and Protobuf with Confluent's Python client, its schemas all from the
registry: see "Clients" in README.md."""

import argparse
import asyncio
import json
import pathlib
import sys

from client import done
from confluent_kafka.schema_registry import AsyncSchemaRegistryClient, SchemaRegistryClient
from confluent_kafka.schema_registry import json_schema, protobuf
from confluent_kafka.serialization import MessageField, SerializationContext
from formats import message_to_plain, message_type
from google.protobuf.json_format import ParseDict


def compact(value):
    """As serde_json writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


async def go_through(arguments, client, prefix):
    asked = json.load(sys.stdin)
    value, payload = asked["value"], bytes.fromhex(asked["payload"])
    if arguments.format == "protobuf":
        kind = message_type(arguments.proto, arguments.message)
        value = ParseDict(value, kind())
        serializer_type = getattr(protobuf, f"{prefix}ProtobufSerializer")
        deserializer_type = getattr(protobuf, f"{prefix}ProtobufDeserializer")

        async def serializer(conf):
            return await done(serializer_type(kind, client, conf))

        deserialize = await done(deserializer_type(kind, {}, client))
        plain = message_to_plain
    else:
        text = pathlib.Path(arguments.schema).read_text()
        serializer_type = getattr(json_schema, f"{prefix}JSONSerializer")
        deserializer_type = getattr(json_schema, f"{prefix}JSONDeserializer")

        async def serializer(conf):
            return await done(serializer_type(text, client, conf=conf, json_encode=compact))

        deserialize = await done(deserializer_type(None, schema_registry_client=client))

        def plain(found):
            return found

    def context(topic):
        return SerializationContext(topic, MessageField.VALUE)

    topic, own = arguments.topic, f"{arguments.topic}-own"
    decoded = await done(deserialize(payload, context(topic)))
    latest = await serializer({"auto.register.schemas": False, "use.latest.version": True})
    registers = await serializer({})
    return {
        "decoded": plain(decoded),
        "latest": (await done(latest(value, context(topic)))).hex(),
        "own": (await done(registers(value, context(own)))).hex(),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", required=True, choices=["sync", "async"])
    parser.add_argument("--format", required=True, choices=["json", "protobuf"])
    parser.add_argument("--registry", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--schema", help="a JSON Schema")
    parser.add_argument("--proto", help="a .proto file")
    parser.add_argument("--message", help="full name of the message in it")
    arguments = parser.parse_args()
    configuration = {"url": arguments.registry}
    if arguments.client == "sync":
        run = go_through(arguments, SchemaRegistryClient(configuration), "")
    else:
        run = go_through(arguments, AsyncSchemaRegistryClient(configuration), "Async")
    print(json.dumps(asyncio.run(run)))


main()
