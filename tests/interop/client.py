"""Goes through a registry with Confluent's Python client: see "Clients" in README.md."""

import argparse
import asyncio
import inspect
import json
import pathlib
import sys

from confluent_kafka.schema_registry import (
    AsyncSchemaRegistryClient,
    Schema,
    SchemaRegistryClient,
)
from confluent_kafka.schema_registry.avro import (
    AsyncAvroDeserializer,
    AsyncAvroSerializer,
    AvroDeserializer,
    AvroSerializer,
)
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext


async def done(result):
    """What a call of either client returns."""
    return await result if inspect.isawaitable(result) else result


async def code(call):
    """The error code that a call fails with."""
    try:
        await done(call())
    except SchemaRegistryError as error:
        return error.error_code
    return None


async def go_through(arguments, client, serializer_type, deserializer_type):
    asked = json.load(sys.stdin)
    first = pathlib.Path(arguments.schema).read_text()
    second = Schema(pathlib.Path(arguments.next).read_text(), "AVRO")
    broken = Schema(pathlib.Path(arguments.broken).read_text(), "AVRO")
    subject = f"{arguments.topic}-value"
    context = SerializationContext(arguments.topic, MessageField.VALUE)

    missing = await code(lambda: client.get_latest_version(subject))
    serialize = await done(serializer_type(client, first))
    payload = await done(serialize(asked["value"], context))
    deserialize = await done(deserializer_type(client))
    decoded = await done(deserialize(bytes.fromhex(asked["payload"]), context))
    registered = await done(client.get_latest_version(subject))
    fits = await done(client.test_compatibility(subject, second, "latest"))
    breaks = await done(client.test_compatibility(subject, broken, "latest"))
    refused = await code(lambda: client.register_schema(subject, broken))
    await done(client.set_compatibility(subject, "FULL"))
    level = await done(client.get_compatibility(subject))
    second_id = await done(client.register_schema(subject, second))
    return {
        "missing": missing,
        "payload": payload.hex(),
        "decoded": decoded,
        "id": registered.schema_id,
        "version": registered.version,
        "fits": fits,
        "breaks": not breaks,
        "refused": refused,
        "level": level,
        "second": second_id,
        "versions": await done(client.get_versions(subject)),
        "subjects": await done(client.get_subjects()),
        "deleted": await done(client.delete_subject(subject)),
        "purged": await done(client.delete_subject(subject, permanent=True)),
        "gone": await code(lambda: client.get_versions(subject)),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", required=True, choices=["sync", "async"])
    for name in ["registry", "topic", "schema", "next", "broken"]:
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    configuration = {"url": arguments.registry, "timeout": 20}
    if arguments.client == "sync":
        run = go_through(arguments, SchemaRegistryClient(configuration), AvroSerializer,
                         AvroDeserializer)
    else:
        run = go_through(arguments, AsyncSchemaRegistryClient(configuration),
                         AsyncAvroSerializer, AsyncAvroDeserializer)
    print(json.dumps(asyncio.run(run)))


if __name__ == "__main__":
    main()
