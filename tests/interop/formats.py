"""Confluent's own serializers and deserializers for each format, by name."""

import datetime
import decimal
import importlib
import json
import math
import pathlib
import re
import sys
import tempfile
import uuid

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from google.protobuf.json_format import MessageToDict, ParseDict
from grpc_tools import protoc


def client(arguments):
    """A client that asks again when it gets no answer: Apicurio may leave a request without one."""
    return SchemaRegistryClient({"url": arguments.registry, "timeout": 20})


def message_type(proto_file, message):
    """The generated class of a message, by its full name; compiled now, into a folder that goes."""
    proto_file = pathlib.Path(proto_file).resolve()
    out = tempfile.TemporaryDirectory()
    include = pathlib.Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{proto_file.parent}", f"-I{include}", f"--python_out={out.name}"]
    if protoc.main([*arguments, *with_imports(proto_file)]) != 0:
        raise SystemExit(f"protoc cannot compile {proto_file.name}")
    sys.path.insert(0, out.name)
    module = importlib.import_module(proto_file.stem.replace("-", "_") + "_pb2")
    out.cleanup()
    found = module.DESCRIPTOR
    package = found.package
    path = message[len(package) + 1 if package else 0 :].split(".")
    result = module
    for name in path:
        result = getattr(result, name)
    return result


def with_imports(proto_file):
    """The file and those beside it that it imports."""
    names = re.findall(r'^import "([^"]+)";', proto_file.read_text(), re.MULTILINE)
    beside = [proto_file.parent / name for name in names if (proto_file.parent / name).exists()]
    return [proto_file.name, *(name for file in beside for name in with_imports(file))]


def plain(value):
    """A value as JSON: bytes as hex in an object, datetimes and decimals as text."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


def message_to_plain(message):
    return MessageToDict(message, preserving_proto_field_name=True)


def deserializer(arguments, registry):
    """A function of payload and context that returns plain JSON."""
    if arguments.format == "plain-json":
        return lambda payload, _: json.loads(payload)
    if arguments.format == "avro":
        avro = AvroDeserializer(registry)
        return lambda payload, context: plain(avro(payload, context))
    if arguments.format == "json":
        of_json = JSONDeserializer(None, schema_registry_client=registry)
        return lambda payload, context: plain(of_json(payload, context))
    kind = message_type(arguments.proto, arguments.message)
    # Without the registry: asked for a descriptor (?format=serialized), Apicurio 3.3.3 answers with
    # an error or with bytes that are no text, also for what this very client registered.
    protobuf = ProtobufDeserializer(kind, {})
    return lambda payload, context: message_to_plain(protobuf(payload, context))


def serializer(arguments, registry, configuration=None):
    """A function of plain JSON and context that returns the payload."""
    if arguments.format == "avro":
        return AvroSerializer(registry, pathlib.Path(arguments.schema).read_text(),
                              conf=configuration)
    if arguments.format == "json":
        return JSONSerializer(pathlib.Path(arguments.schema).read_text(), registry,
                              conf=configuration)
    kind = message_type(arguments.proto, arguments.message)
    protobuf = ProtobufSerializer(kind, registry, configuration)
    return lambda value, context: protobuf(ParseDict(value, kind()), context)


def add_format(parser, formats):
    parser.add_argument("--format", required=True, choices=formats)
    parser.add_argument("--schema", help="a schema file, to write Avro or JSON")
    parser.add_argument("--proto", help="a .proto file")
    parser.add_argument("--message", help="full name of the message in it")
