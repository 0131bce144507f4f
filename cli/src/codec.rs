//! Values of any schema as JSON lines, and back.

use wireform::avro::json::AvroJson;
use wireform::avro::{Kind, Schema, Transcoder};
use wireform::frame::MessageIndex;
use wireform::json_schema::Validation;
use wireform::protobuf::{Payload, ProtobufSchema};
use wireform::registry::{ResolvedSchema, SchemaKind};
use wireform::{Deserializer as _, Error, ErrorKind, JsonSchema, Result, SchemaSource};

use crate::compact;

/// Reads and writes bodies: values without a frame.
pub(crate) enum Codec {
    Avro(Box<AvroCodec>),
    Json(Box<JsonCodec>),
    Protobuf(Box<ProtobufCodec>),
}

/// A value that was read.
pub(crate) struct Read {
    /// It as JSON text.
    pub(crate) json: String,
    /// It as it is written again, with the reader's schema.
    pub(crate) body: Vec<u8>,
}

/// How values are read, and shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'a> {
    /// The full name of a Protobuf message.
    pub(crate) message: Option<&'a str>,
    /// Logical types as text.
    pub(crate) is_readable: bool,
    /// Values of Avro's unions with the names of their branches.
    pub(crate) has_branches: bool,
}

impl Codec {
    /// For what `writer` writes; read as `reader` has it, where that is given.
    pub(crate) fn new(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: Options<'_>,
    ) -> Result<Self> {
        match writer.kind {
            SchemaKind::Avro => AvroCodec::new(writer, reader, options)
                .map(Box::new)
                .map(Self::Avro),
            SchemaKind::Json => JsonCodec::new(writer, reader).map(Box::new).map(Self::Json),
            _ => ProtobufCodec::new(writer, reader, options)
                .map(Box::new)
                .map(Self::Protobuf),
        }
    }

    pub(crate) fn kind(&self) -> SchemaKind {
        match self {
            Self::Avro(_) => SchemaKind::Avro,
            Self::Json(_) => SchemaKind::Json,
            Self::Protobuf(_) => SchemaKind::Protobuf,
        }
    }

    /// Reads a body; `index` is what its frame said, where it had one.
    pub(crate) fn read(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<Read> {
        match self {
            Self::Avro(codec) => codec.read(index.is_some(), body),
            Self::Json(codec) => codec.read(body),
            Self::Protobuf(codec) => codec.read(index, body),
        }
    }

    /// Reads a body for its JSON text alone.
    pub(crate) fn read_json(
        &self,
        index: Option<&MessageIndex>,
        body: &[u8],
        out: &mut String,
    ) -> Result<()> {
        match self {
            Self::Avro(codec) => codec.read_json(index.is_some(), body, out),
            _ => self.read(index, body).map(|read| out.push_str(&read.json)),
        }
    }

    /// Appends the body of a JSON text to `out`; the message index is for a frame.
    pub(crate) fn write(
        &self,
        json: &str,
        is_framed: bool,
        out: &mut Vec<u8>,
    ) -> Result<MessageIndex> {
        match self {
            Self::Avro(codec) => codec
                .write(json, is_framed, out)
                .map(|()| MessageIndex::default()),
            Self::Json(codec) => {
                codec.check_schemas()?;
                out.extend_from_slice(&codec.read(json.as_bytes())?.body);
                Ok(MessageIndex::default())
            }
            Self::Protobuf(codec) => {
                let written = codec.written().from_json(json, codec.message.as_deref())?;
                out.extend_from_slice(&written.body);
                Ok(written.index)
            }
        }
    }
}

pub(crate) struct AvroCodec {
    writer: Schema,
    reader: Schema,
    transcoder: Option<Transcoder>,
    json: AvroJson,
}

impl AvroCodec {
    fn new(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: Options<'_>,
    ) -> Result<Self> {
        let writer = avro(writer)?;
        let (reader, transcoder) = match reader {
            None => (writer.clone(), None),
            Some(reader) => {
                let reader = avro(reader)?;
                let transcoder = Transcoder::new(&writer, &reader)?;
                (reader, Some(transcoder))
            }
        };
        let mut json = AvroJson::new(&reader);
        if !options.has_branches {
            json = json.plain();
        }
        if options.is_readable {
            json = json.readable();
        }
        Ok(Self {
            writer,
            reader,
            transcoder,
            json,
        })
    }

    fn read(&self, is_framed: bool, body: &[u8]) -> Result<Read> {
        let mut json = String::new();
        self.read_json(is_framed, body, &mut json)?;
        // Written again: blocks of arrays and maps come in one.
        let written = match &self.transcoder {
            Some(_) => self.datum(is_framed, body)?,
            None => {
                let mut out = Vec::new();
                let datum = whole(&self.writer, is_framed, body);
                Transcoder::new(&self.writer, &self.writer)?.transcode(&datum, &mut out)?;
                out
            }
        };
        let body = match is_framed {
            true => without_length(&self.reader, &written)?.to_vec(),
            false => written,
        };
        Ok(Read { json, body })
    }

    fn read_json(&self, is_framed: bool, body: &[u8], out: &mut String) -> Result<()> {
        match &self.transcoder {
            None if !(is_framed && is_bytes(&self.writer)) => self.json.write_text(body, out),
            _ => self.json.write_text(&self.datum(is_framed, body)?, out),
        }
    }

    /// The reader's datum.
    fn datum(&self, is_framed: bool, body: &[u8]) -> Result<Vec<u8>> {
        let datum = whole(&self.writer, is_framed, body);
        match &self.transcoder {
            None => Ok(datum.into_owned()),
            Some(transcoder) => {
                let mut out = Vec::new();
                transcoder.transcode(&datum, &mut out)?;
                Ok(out)
            }
        }
    }

    fn write(&self, json: &str, is_framed: bool, out: &mut Vec<u8>) -> Result<()> {
        if !(is_framed && is_bytes(&self.reader)) {
            return self.json.write_datum(json, out);
        }
        let datum = self.json.to_datum(json)?;
        out.extend_from_slice(without_length(&self.reader, &datum)?);
        Ok(())
    }
}

fn avro(schema: &ResolvedSchema) -> Result<Schema> {
    let references: Vec<&str> = schema
        .references
        .iter()
        .map(|reference| &*reference.text)
        .collect();
    Schema::parse_writer(&schema.text, &references)
}

fn is_bytes(schema: &Schema) -> bool {
    matches!(schema.node(schema.root()).kind, Kind::Bytes)
}

/// In a frame, bytes at the top go without their length: Confluent's serializers write them so.
fn whole<'b>(schema: &Schema, is_framed: bool, body: &'b [u8]) -> std::borrow::Cow<'b, [u8]> {
    if !(is_framed && is_bytes(schema)) {
        return body.into();
    }
    let mut datum = Vec::with_capacity(body.len() + 5);
    let mut length = (body.len() as u64) << 1;
    while length >= 0x80 {
        datum.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
        length >>= 7;
    }
    datum.push(u8::try_from(length).unwrap_or(0));
    datum.extend_from_slice(body);
    datum.into()
}

fn without_length<'d>(schema: &Schema, datum: &'d [u8]) -> Result<&'d [u8]> {
    if !is_bytes(schema) {
        return Ok(datum);
    }
    let length = datum.iter().position(|byte| byte & 0x80 == 0);
    let rest = length.and_then(|last| datum.get(last + 1..));
    rest.ok_or_else(|| Error::new(ErrorKind::Decode, "bytes without a length"))
}

pub(crate) struct JsonCodec {
    writer: JsonSchema<serde_json::Value>,
    reader: Option<JsonSchema<serde_json::Value>>,
}

impl JsonCodec {
    fn new(writer: &ResolvedSchema, reader: Option<&ResolvedSchema>) -> Result<Self> {
        Ok(Self {
            writer: json_schema(writer)?,
            reader: reader.map(json_schema).transpose()?,
        })
    }

    /// What is written must be valid.
    fn check_schemas(&self) -> Result<()> {
        self.writer.check_schema()?;
        self.reader
            .as_ref()
            .map_or(Ok(()), JsonSchema::check_schema)
    }

    fn read(&self, body: &[u8]) -> Result<Read> {
        self.writer.deserialize(body)?;
        if let Some(reader) = &self.reader {
            reader.deserialize(body)?;
        }
        let text =
            std::str::from_utf8(body).map_err(|_| Error::new(ErrorKind::Decode, "no UTF-8"))?;
        let json = compact::compact(text);
        Ok(Read {
            body: json.clone().into_bytes(),
            json,
        })
    }
}

pub(crate) fn json_schema(schema: &ResolvedSchema) -> Result<JsonSchema<serde_json::Value>> {
    let mut source = SchemaSource::new(schema.kind, schema.text.clone());
    for reference in &schema.references {
        let import = SchemaSource::new(schema.kind, reference.text.clone());
        source = source.with_import(reference.name.clone(), import);
    }
    let codec = JsonSchema::for_reading(source)?;
    // What is on a topic can be read, even where its schema does not compile.
    let validation = match codec.check_schema() {
        Ok(()) => Validation::Enforce,
        Err(_) => Validation::Off,
    };
    Ok(codec.on_read(validation))
}

pub(crate) struct ProtobufCodec {
    writer: ProtobufSchema,
    reader: Option<ProtobufSchema>,
    message: Option<String>,
}

impl ProtobufCodec {
    fn new(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: Options<'_>,
    ) -> Result<Self> {
        let codec = Self {
            writer: ProtobufSchema::parse(writer)?,
            reader: reader.map(ProtobufSchema::parse).transpose()?,
            message: options.message.map(str::to_owned),
        };
        if codec.message.is_some() {
            codec.written().message(codec.message.as_deref())?;
        }
        Ok(codec)
    }

    fn written(&self) -> &ProtobufSchema {
        self.reader.as_ref().unwrap_or(&self.writer)
    }

    fn read(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<Read> {
        let message = self.message.as_deref();
        let mut framed;
        let payload = match index {
            None => Payload::Body(body),
            Some(index) => {
                framed = vec![0; 5];
                index.write(&mut framed);
                framed.extend_from_slice(body);
                Payload::Framed(&framed)
            }
        };
        let read = self.writer.decode(payload, message)?;
        let read = match &self.reader {
            None => read,
            // Fields go by their numbers: what was written is read with the reader's message.
            Some(reader) => reader.decode(
                Payload::Body(&read.body),
                Some(message.unwrap_or(&read.message)),
            )?,
        };
        Ok(Read {
            json: read.json,
            body: read.body,
        })
    }
}
