use wireform_registry::ResolvedSchema;

use super::codec_schema::{datum_of_raw_body, has_raw_body, raw_body};
use super::json::AvroJson;
use super::rules::parse_resolved;
use super::schema::Schema;
use super::transcode::Transcoder;
use crate::dynamic::{DynamicBodies, DynamicOptions, DynamicValue};
use crate::error::Result;
use crate::frame::MessageIndex;
use crate::limits::Limits;

/// Avro data as JSON text.
pub(super) struct DynamicAvro {
    writer: Schema,
    reader: Schema,
    /// From the writer's schema to the reader's; without a reader, to one block for each array and
    /// map.
    transcoder: Transcoder,
    has_reader: bool,
    json: AvroJson,
}

impl DynamicAvro {
    pub(super) fn new(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Self> {
        let writer = parse_resolved(writer)?;
        let has_reader = reader.is_some();
        let reader = match reader {
            Some(reader) => parse_resolved(reader)?,
            None => writer.clone(),
        };
        let mut json = AvroJson::new(&reader);
        if !options.has_branches {
            json = json.plain();
        }
        if options.is_readable {
            json = json.readable();
        }
        Ok(Self {
            transcoder: Transcoder::new(&writer, &reader)?,
            writer,
            reader,
            has_reader,
            json,
        })
    }

    /// The datum of the reader's schema.
    fn transcode(&self, is_framed: bool, body: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match is_framed && has_raw_body(&self.writer) {
            true => {
                let datum = datum_of_raw_body(body, &Limits::default())?;
                self.transcoder.transcode(&datum, &mut out)?;
            }
            false => self.transcoder.transcode(body, &mut out)?,
        }
        Ok(out)
    }
}

impl DynamicBodies for DynamicAvro {
    fn decode(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue> {
        let is_framed = index.is_some();
        let mut json = String::new();
        let datum = self.transcode(is_framed, body)?;
        self.json.write_text(&datum, &mut json)?;
        let body = match is_framed && has_raw_body(&self.reader) {
            true => raw_body(&datum)?.to_vec(),
            false => datum,
        };
        Ok(DynamicValue { json, body })
    }

    fn decode_json(
        &self,
        index: Option<&MessageIndex>,
        body: &[u8],
        out: &mut String,
    ) -> Result<()> {
        let is_framed = index.is_some();
        if self.has_reader || (is_framed && has_raw_body(&self.writer)) {
            return self.json.write_text(&self.transcode(is_framed, body)?, out);
        }
        self.json.write_text(body, out)
    }

    fn encode(&self, json: &str, is_framed: bool, out: &mut Vec<u8>) -> Result<MessageIndex> {
        match is_framed && has_raw_body(&self.reader) {
            true => out.extend_from_slice(raw_body(&self.json.to_datum(json)?)?),
            false => self.json.write_datum(json, out)?,
        }
        Ok(MessageIndex::default())
    }
}
