//! Frames that the serializers of Apicurio and AWS Glue made: `tests/data/golden/foreign`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use wireform::avro::SerdeAvro;
use wireform::protobuf::prost::Message;
use wireform::protobuf::prost_reflect::ReflectMessage;
use wireform::protobuf::{AnyProtobuf, Payload, ProtobufSchema};
use wireform::registry::{NamedText, ResolvedSchema, Role, SchemaId};
use wireform::{ErrorKind, Json, ReadCodec, Reader, Result, SchemaKey, SchemaKind, SchemaSource};
use wireform_tests::golden::from_hex;
use wireform_tests::workspace;

use super::Plain;

#[derive(Deserialize)]
struct Witness {
    frames: Vec<Frame>,
    schemas: BTreeMap<String, Schema>,
}

#[derive(Deserialize)]
struct Frame {
    case: String,
    format: String,
    framing: String,
    role: String,
    /// The name of the schema: `content 7`, `global 7` or `glue UUID`.
    id: String,
    message: Option<String>,
    value: Value,
    /// In hex, as the payload.
    headers: BTreeMap<String, String>,
    payload: String,
}

#[derive(Clone, Deserialize)]
struct Schema {
    schema: String,
    references: Vec<Reference>,
}

#[derive(Clone, Deserialize)]
struct Reference {
    name: String,
    #[serde(flatten)]
    of: Schema,
}

impl Witness {
    fn of(registry: &str) -> Self {
        let path = workspace::root().join(format!("tests/data/golden/foreign/{registry}.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn frames(&self, format: &str) -> impl Iterator<Item = (&Frame, ResolvedSchema)> {
        let frames = self
            .frames
            .iter()
            .filter(move |frame| frame.format == format);
        frames.map(|frame| (frame, self.schemas[&frame.id].resolved(frame.kind())))
    }
}

impl Schema {
    fn resolved(&self, kind: SchemaKind) -> ResolvedSchema {
        let mut resolved = ResolvedSchema::new(kind, &*self.schema);
        self.add_references(&mut resolved.references);
        resolved
    }

    fn add_references(&self, all: &mut Vec<NamedText>) {
        for reference in &self.references {
            reference.of.add_references(all);
            if !all.iter().any(|known| known.name == reference.name) {
                let (name, text) = (reference.name.clone(), &*reference.of.schema);
                all.push(NamedText {
                    name,
                    text: text.into(),
                });
            }
        }
    }
}

impl Frame {
    fn kind(&self) -> SchemaKind {
        match &*self.format {
            "avro" => SchemaKind::Avro,
            "protobuf" => SchemaKind::Protobuf,
            _ => SchemaKind::Json,
        }
    }

    fn name(&self) -> String {
        format!("{} {} ({})", self.case, self.framing, self.id)
    }

    fn headers(&self) -> Vec<(&str, Vec<u8>)> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (&**name, from_hex(value)))
            .collect()
    }

    fn payload(&self) -> Vec<u8> {
        from_hex(&self.payload)
    }

    /// What a reader that was given `writer` by hand makes of the frame, and of the same without.
    fn read<T: 'static>(
        &self,
        codec: impl ReadCodec<T> + 'static,
        writer: &ResolvedSchema,
    ) -> Result<T> {
        let role = match &*self.role {
            "key" => Role::Key,
            _ => Role::Value,
        };
        let reader = Reader::offline().with(codec).role(role).build();
        let headers = self.headers();
        let headers: Vec<(&str, &[u8])> = headers.iter().map(|(n, v)| (*n, &**v)).collect();
        let payload = self.payload();

        let unknown = reader.decode(&headers[..], Some(&payload)).err().unwrap();
        let (registry, number) = self.id.split_once(' ').unwrap();
        if self.framing.starts_with("four") {
            let id = SchemaId::new(number.parse().unwrap());
            assert_eq!(unknown.kind(), ErrorKind::UnknownSchema(id.into()));
            reader.add(id, writer)?;
        } else {
            let id = match registry {
                "glue" => SchemaKey::Glue(number.parse().unwrap()),
                "global" if self.framing.starts_with("header") => {
                    SchemaKey::ApicurioGlobal(number.parse().unwrap())
                }
                _ => SchemaKey::ApicurioContent(number.parse().unwrap()),
            };
            assert_eq!(unknown.kind(), ErrorKind::UnknownSchema(id));
            reader.add(id, writer)?;
        }
        let read = reader.decode(&headers[..], Some(&payload))?;
        Ok(read.unwrap().value)
    }
}

/// Avro data in Avro's JSON encoding says so in a header, before any schema is looked for.
#[test]
fn avro_in_json_is_named() {
    let witness = Witness::of("apicurio");
    let frames = witness.frames("avro");
    let mut count = 0;
    for (frame, _) in frames.filter(|(frame, _)| frame.framing == "header-json") {
        let headers = frame.headers();
        let headers: Vec<(&str, &[u8])> = headers.iter().map(|(n, v)| (*n, &**v)).collect();
        let reader = Reader::offline().with(Json::<Value>::new()).build();
        let error = reader
            .decode(&headers[..], Some(&frame.payload()))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedContent);
        count += 1;
    }
    assert_eq!(count, 6);
}

/// Apicurio makes a schema of its own of each type in another.
fn source(writer: &ResolvedSchema) -> SchemaSource {
    let mut source = SchemaSource::new(writer.kind, &*writer.text);
    for reference in &writer.references {
        let import = SchemaSource::new(writer.kind, &*reference.text);
        source = source.with_import(reference.name.clone(), import);
    }
    source
}

/// Both print a group as a field of a message's type, so the schema that they register is not that of
/// the bytes.
const GROUPS: [(&str, &[&str]); 2] = [
    ("apicurio", &["legacy-old", "edges-holder"]),
    // Knows no references, so imported files are not printed again.
    ("glue", &["legacy-old"]),
];

#[test]
fn avro_is_read() {
    for (registry, expected) in [("apicurio", 42), ("glue", 8)] {
        let witness = Witness::of(registry);
        let mut count = 0;
        for (frame, writer) in witness.frames("avro") {
            if frame.framing == "header-json" {
                continue;
            }
            let codec = SerdeAvro::<Plain>::with_source(source(&writer)).unwrap();
            let read = frame.read(codec, &writer);
            let value = read.unwrap_or_else(|error| panic!("{}: {error}", frame.name()));
            assert_eq!(value.0, frame.value, "{}", frame.name());
            count += 1;
        }
        assert_eq!(count, expected);
    }
}

#[test]
fn json_is_read() {
    for (registry, expected) in [("apicurio", 84), ("glue", 28)] {
        let witness = Witness::of(registry);
        let mut count = 0;
        for (frame, writer) in witness.frames("json") {
            let read = frame.read(Json::<Value>::new(), &writer);
            let value = read.unwrap_or_else(|error| panic!("{}: {error}", frame.name()));
            assert_eq!(value, frame.value, "{}", frame.name());
            count += 1;
        }
        assert_eq!(count, expected);
    }
}

#[test]
fn protobuf_is_read() {
    for ((registry, groups), expected) in GROUPS.into_iter().zip([272, 104]) {
        let witness = Witness::of(registry);
        let mut count = 0;
        for (frame, writer) in witness.frames("protobuf") {
            if groups.contains(&&*frame.case) {
                let error = frame.read(AnyProtobuf::new(), &writer).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Decode, "{}", frame.name());
                assert!(error.to_string().contains("StartGroup"), "{error}");
            } else {
                check_message(frame, &writer);
            }
            count += 1;
        }
        assert_eq!(count, expected);
    }
}

fn check_message(frame: &Frame, writer: &ResolvedSchema) {
    let read = frame.read(AnyProtobuf::new(), writer);
    let value = read.unwrap_or_else(|error| panic!("{}: {error}", frame.name()));
    let message = frame.message.as_deref();
    assert_eq!(
        Some(value.descriptor().full_name()),
        message,
        "{}",
        frame.name()
    );

    let schema = ProtobufSchema::parse(writer).unwrap();
    let expected = schema.from_json(&frame.value.to_string(), message).unwrap();
    let expected = schema
        .decode(Payload::Body(&expected.body), message)
        .unwrap();
    // Java's DynamicMessage takes -0.0 as the default, and so does prost-reflect where it writes.
    let expected = expected.value.encode_to_vec();
    assert_eq!(value.encode_to_vec(), expected, "{}", frame.name());
}
