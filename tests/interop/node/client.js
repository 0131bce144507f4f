// Goes through a registry with Confluent's JavaScript client: see "Clients" in ../README.md.
const fs = require("node:fs");
const { parseArgs } = require("node:util");
const {
  AvroDeserializer,
  AvroSerializer,
  SchemaRegistryClient,
  SerdeType,
} = require("@confluentinc/schemaregistry");

const option = { type: "string" };
const { values: args } = parseArgs({
  options: { registry: option, topic: option, schema: option, next: option, broken: option },
});

// The error code that a call fails with.
async function code(call) {
  try {
    await call;
  } catch (error) {
    return error.errorCode;
  }
  return null;
}

// Longs come as numbers; what Avro calls null is null.
function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

async function goThrough() {
  const asked = JSON.parse(fs.readFileSync(0, "utf8"));
  const avro = (file) => ({ schemaType: "AVRO", schema: fs.readFileSync(file, "utf8") });
  const [first, second, broken] = [avro(args.schema), avro(args.next), avro(args.broken)];
  const client = new SchemaRegistryClient({ baseURLs: [args.registry] });
  const subject = `${args.topic}-value`;

  const missing = await code(client.getLatestSchemaMetadata(subject));
  await client.register(subject, first, false);
  const serializer = new AvroSerializer(client, SerdeType.VALUE, {
    autoRegisterSchemas: false,
    useLatestVersion: true,
  });
  const payload = await serializer.serialize(args.topic, asked.value);
  const deserializer = new AvroDeserializer(client, SerdeType.VALUE, {});
  const bytes = Buffer.from(asked.payload, "hex");
  const decoded = await deserializer.deserialize(args.topic, bytes);
  const registered = await client.getLatestSchemaMetadata(subject);
  const fits = await client.testSubjectCompatibility(subject, second);
  const breaks = !(await client.testSubjectCompatibility(subject, broken));
  const refused = await code(client.register(subject, broken, false));
  await client.updateCompatibility(subject, "FULL");
  return {
    missing,
    payload: payload.toString("hex"),
    decoded: plain(decoded),
    id: registered.id,
    version: registered.version,
    fits,
    breaks,
    refused,
    level: await client.getCompatibility(subject),
    second: await client.register(subject, second, false),
    versions: await client.getAllVersions(subject),
    subjects: await client.getAllSubjects(),
    deleted: await client.deleteSubject(subject, false),
    purged: await client.deleteSubject(subject, true),
    gone: await code(client.getAllVersions(subject)),
  };
}

goThrough().then((answer) => console.log(JSON.stringify(answer)));
