"""Produces values, a JSON text a line on standard input, with Confluent's serializers.

python tests/interop/write_topic.py --brokers B --registry URL --topic T
    --format avro|json --schema FILE | --format protobuf --proto FILE --message NAME
"""

import argparse
import json
import sys

from confluent_kafka import Producer
from confluent_kafka.serialization import MessageField, SerializationContext

import formats


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--brokers", "--registry", "--topic"):
        parser.add_argument(name, required=True)
    formats.add_format(parser, ["avro", "json", "protobuf"])
    arguments = parser.parse_args()
    serialize = formats.serializer(arguments, formats.client(arguments))
    context = SerializationContext(arguments.topic, MessageField.VALUE)
    failed = []
    producer = Producer({"bootstrap.servers": arguments.brokers})
    for line in sys.stdin:
        payload = serialize(json.loads(line), context)
        producer.produce(arguments.topic, payload,
                         on_delivery=lambda error, _: failed.append(error) if error else None)
        producer.poll(0)
    if producer.flush(30) or failed:
        raise SystemExit(f"not all records were delivered: {failed[:1]}")


if __name__ == "__main__":
    main()
