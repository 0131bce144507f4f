// Frames both ways with Confluent's JavaScript client; see "Frames" in ../README.md.
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
// Its mock registry makes up GUIDs: these are the same every time.
const client_path = require.resolve("@confluentinc/schemaregistry");
const uuid = createRequire(client_path).resolve("uuid");
let count = 0;
require(uuid);
require.cache[uuid].exports = { ...require(uuid), v4: () => asked.guids[count++] };

const { createFileRegistry, fromBinary, fromJson, toJson } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const {
  HeaderSchemaIdSerializer,
  JsonDeserializer,
  JsonSerializer,
  ProtobufDeserializer,
  ProtobufSerializer,
  SchemaRegistryClient,
  SerdeType,
} = require("@confluentinc/schemaregistry");

const set = fromBinary(FileDescriptorSetSchema, Buffer.from(asked.descriptors, "hex"));
const registry = createFileRegistry(set);
const hex = (bytes) => Buffer.from(bytes).toString("hex");

function serializer(client, given, framing) {
  const headers = framing === "header" ? { schemaIdSerializer: HeaderSchemaIdSerializer } : {};
  if (given.format === "json") {
    const conf = { autoRegisterSchemas: false, useLatestVersion: true, validate: true, ...headers };
    return [new JsonSerializer(client, SerdeType.VALUE, conf), given.value];
  }
  const conf = { autoRegisterSchemas: true, registry, ...headers };
  const message = fromJson(registry.getMessage(given.message), given.value, { registry });
  return [new ProtobufSerializer(client, SerdeType.VALUE, conf), message];
}

async function references(client, schema) {
  const found = [];
  for (const { name, subject, version } of schema.references ?? []) {
    const referred = await client.getSchemaMetadata(subject, version);
    found.push(...(await references(client, referred)));
    found.push({ name, subject, version, schema: referred.schema });
  }
  return found.filter((one, place) => found.findIndex((other) => other.name === one.name) === place);
}

// Each frame with the schema that was registered for it.
async function write() {
  const schemas = {};
  const frames = [];
  const client = SchemaRegistryClient.newClient({ baseURLs: ["mock://"] });
  for (const given of asked.cases) {
    const subject = `${given.schema}-value`;
    const { schema } = asked.schemas[given.schema];
    if (given.format === "json") await client.register(subject, { schemaType: "JSON", schema });
    for (const framing of ["prefix", "header"]) {
      const headers = {};
      const [to, value] = serializer(client, given, framing);
      const payload = await to.serialize(given.schema, value, headers);
      frames.push({
        case: given.name,
        schema: given.schema,
        format: given.format,
        framing,
        payload: hex(payload),
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hex(value)])),
      });
    }
    const metadata = await client.getLatestSchemaMetadata(subject);
    // A text under two subjects has two GUIDs there; these are the subject's.
    const { id, guid } = await client.getIdFullResponse(subject, metadata);
    const { version } = metadata;
    const found = await references(client, metadata);
    schemas[given.schema] = { format: given.format, subject, id, version, guid, schema: metadata.schema, references: found };
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(client_path, "../../package.json")));
  return { source: `@confluentinc/schemaregistry ${version}`, schemas, frames };
}

// What the client reads, with the schemas of a registry alone.
async function read() {
  const client = new SchemaRegistryClient({ baseURLs: [asked.registry] });
  const values = [];
  for (const frame of asked.frames) {
    const headers = Object.fromEntries(
      Object.entries(frame.headers).map(([name, value]) => [name, Buffer.from(value, "hex")]),
    );
    const payload = Buffer.from(frame.payload, "hex");
    const kind = frame.format === "json" ? JsonDeserializer : ProtobufDeserializer;
    const found = await new kind(client, SerdeType.VALUE, {}).deserialize(frame.topic, payload, headers);
    // It takes an empty payload for a tombstone, also where a header names its schema.
    if (frame.format === "json" || found === null) {
      values.push(found);
    } else {
      const options = { registry, useProtoFieldName: true };
      const message = found.$typeName;
      values.push({ message, value: toJson(registry.getMessage(message), found, options) });
    }
  }
  return { values };
}

const run = process.argv[2] === "write" ? write : read;
run().then((answer) => console.log(JSON.stringify(answer)));
