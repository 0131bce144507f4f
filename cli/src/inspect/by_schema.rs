//! Describes bytes with their writer schema.

use wireform::dynamic::{Annotations, Part, annotate};
use wireform::frame::Frame;
use wireform::registry::{ResolvedSchema, SchemaKind};

use crate::Result;
use crate::exit::Error;

/// Returns the frame, if there is one, the schema's description of the body, and the parts of the
/// body. The last value is `false` if the body does not match the schema.
pub(super) fn parts(
    bytes: &[u8],
    frame: Option<&Frame<'_>>,
    schema: &ResolvedSchema,
    message: Option<&str>,
) -> Result<(Vec<Part>, bool)> {
    let framed = frame.and_then(|frame| Some((frame, frame.body(schema.kind).ok()?)));
    let (index, body) = match framed {
        Some((_, (index, body))) => (Some(index), body),
        None => (None, bytes),
    };
    let start = bytes.len() - body.len();
    let Annotations {
        name,
        parts: inner,
        is_valid,
        ..
    } = annotate(schema, message, index.as_ref(), body).map_err(|error| Error::finding(&error))?;
    let mut parts = Vec::new();
    if let Some((frame, (index, _))) = &framed {
        let mut what = format!("Confluent's frame: {}", frame.schema());
        if schema.kind == SchemaKind::Protobuf {
            what = format!("{what}, message index {:?}", index.path());
        }
        parts.push(Part::new(0, start, what));
    } else {
        parts.push(Part::new(0, 0, "no frame"));
    }
    let what = format!("{} {name}, {} bytes", schema.kind, body.len());
    parts.push(Part::new(start, bytes.len(), what));
    parts.extend(inner.into_iter().map(|part| part.at(start)));
    Ok((parts, is_valid))
}
