// Writes and reads JSON and Protobuf with Confluent's JavaScript client, its schemas all from the
// registry: see "Clients" in ../README.md.
const fs = require("node:fs");
const { parseArgs } = require("node:util");
const protobuf = require("@bufbuild/protobuf");
const { FileDescriptorProtoSchema } = require("@bufbuild/protobuf/wkt");
const {
  JsonDeserializer,
  JsonSerializer,
  ProtobufDeserializer,
  ProtobufSerializer,
  SchemaRegistryClient,
  SerdeType,
} = require("@confluentinc/schemaregistry");

const option = { type: "string" };
const names = ["registry", "topic", "format", "schema", "proto", "message"];
const { values: args } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, option])),
});
const latestOnly = { autoRegisterSchemas: false, useLatestVersion: true };

async function throughJson(client, asked) {
  const deserializer = new JsonDeserializer(client, SerdeType.VALUE, { validate: true });
  const decoded = await deserializer.deserialize(args.topic, asked.payload);
  const serializer = new JsonSerializer(client, SerdeType.VALUE, { ...latestOnly, validate: true });
  const latest = await serializer.serialize(args.topic, asked.value);
  // It derives a schema from the value only by decorators: what it registers is the given text.
  const own = `${args.topic}-own`;
  const { schema } = await client.getLatestSchemaMetadata(`${args.topic}-value`);
  await client.register(`${own}-value`, { schemaType: "JSON", schema }, false);
  return { decoded, latest, own: await serializer.serialize(own, asked.value) };
}

async function throughProtobuf(client, asked) {
  const deserializer = new ProtobufDeserializer(client, SerdeType.VALUE, {});
  const decoded = await deserializer.deserialize(args.topic, asked.payload);
  const subject = `${args.topic}-value`;
  const { id } = await client.getLatestSchemaMetadata(subject);
  const { schema } = await client.getBySubjectAndId(subject, id, "serialized");
  const file = protobuf.fromBinary(FileDescriptorProtoSchema, Buffer.from(schema, "base64"));
  const files = protobuf.createFileRegistry(file, () => undefined);
  const message = files.getMessage(args.message);
  const registry = protobuf.createMutableRegistry(message);
  const value = protobuf.fromJson(message, asked.value);
  const write = (topic, conf) =>
    new ProtobufSerializer(client, SerdeType.VALUE, { ...conf, registry }).serialize(topic, value);
  return {
    decoded: protobuf.toJson(message, decoded, { useProtoFieldName: true }),
    latest: await write(args.topic, latestOnly),
    own: await write(`${args.topic}-own`, { autoRegisterSchemas: true }),
  };
}

async function goThrough() {
  const { value, payload } = JSON.parse(fs.readFileSync(0, "utf8"));
  const asked = { value, payload: Buffer.from(payload, "hex") };
  const client = new SchemaRegistryClient({ baseURLs: [args.registry] });
  const through = args.format === "json" ? throughJson : throughProtobuf;
  const { decoded, latest, own } = await through(client, asked);
  return { decoded, latest: latest.toString("hex"), own: own.toString("hex") };
}

goThrough().then((answer) => console.log(JSON.stringify(answer)));
