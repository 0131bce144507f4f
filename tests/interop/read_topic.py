"""Prints every record of a topic, decoded by Confluent's deserializers: a JSON object a line.

python tests/interop/read_topic.py --brokers B --registry URL --topic T
    --format avro|protobuf|json|plain-json [--proto FILE --message NAME]
"""

import argparse
import json
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.serialization import MessageField, SerializationContext

import formats


def records(consumer, topic):
    """Everything from the beginning to the end that is there now."""
    found = consumer.list_topics(topic, timeout=20).topics[topic].partitions
    left = {}
    for partition in found:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
        if end > 0:
            left[partition] = end
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
    deadline = time.monotonic() + 60
    while left:
        if time.monotonic() > deadline:
            raise SystemExit(f"the end of {topic} was not reached in 60 s")
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            raise SystemExit(str(message.error()))
        yield message
        if message.offset() + 1 >= left[message.partition()]:
            del left[message.partition()]


def text(value):
    return None if value is None else value.decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--brokers", "--registry", "--topic"):
        parser.add_argument(name, required=True)
    formats.add_format(parser, ["avro", "json", "plain-json", "protobuf"])
    arguments = parser.parse_args()
    deserialize = formats.deserializer(arguments, formats.client(arguments))
    consumer = Consumer({"bootstrap.servers": arguments.brokers, "group.id": "witness",
                         "enable.auto.commit": False})
    for message in records(consumer, arguments.topic):
        headers = message.headers() or []
        context = SerializationContext(arguments.topic, MessageField.VALUE, headers)
        value = message.value()
        json.dump({
            "partition": message.partition(),
            "offset": message.offset(),
            "key": text(message.key()),
            "headers": [[name, text(value)] for name, value in headers],
            "value": None if value is None else deserialize(value, context),
        }, sys.stdout)
        print()
    consumer.close()


if __name__ == "__main__":
    main()
