use std::fmt;

use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::frame::MessageIndex;
use crate::reader::{ReadCodec, ReadPlan};
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::Serializer;

/// A codec for one variant of `E`.
pub(super) trait EventVariant<E>: SchemaCodec<E> + ReadCodec<E> {}

impl<E, C: SchemaCodec<E> + ReadCodec<E>> EventVariant<E> for C {}

/// The codec of a payload `P`, as one for the variant around it.
pub(super) struct Variant<E, P, C> {
    pub(super) codec: C,
    pub(super) get: fn(&E) -> Option<&P>,
    pub(super) make: fn(P) -> E,
}

impl<E, P, C> Variant<E, P, C> {
    fn payload<'e>(&self, event: &'e E) -> Result<&'e P> {
        (self.get)(event).ok_or_else(|| {
            let message = "the event is another variant than this codec writes";
            Error::new(ErrorKind::WrongType, message)
        })
    }
}

impl<E, P, C: Format> Format for Variant<E, P, C> {
    fn content_type(&self) -> ContentType {
        self.codec.content_type()
    }

    fn version(&self) -> Option<&str> {
        self.codec.version()
    }

    fn schema(&self) -> Option<&SchemaRef> {
        self.codec.schema()
    }
}

impl<E, P, C: SchemaFormat> SchemaFormat for Variant<E, P, C> {
    fn source(&self) -> &SchemaSource {
        self.codec.source()
    }

    fn message_index(&self) -> MessageIndex {
        self.codec.message_index()
    }

    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        self.codec.check_writes(schema)
    }
}

impl<E, P, C: SchemaCodec<P>> Serializer<E> for Variant<E, P, C> {
    fn format(&self, _event: &E) -> &dyn Format {
        self
    }

    fn serialize(&self, event: &E, out: &mut Vec<u8>) -> Result<()> {
        self.codec.serialize(self.payload(event)?, out)
    }
}

impl<E, P, C: SchemaCodec<P>> SchemaCodec<E> for Variant<E, P, C> {
    fn serialize_body(&self, event: &E, out: &mut Vec<u8>) -> Result<()> {
        self.codec.serialize_body(self.payload(event)?, out)
    }
}

impl<E: 'static, P: 'static, C: ReadCodec<P>> ReadCodec<E> for Variant<E, P, C> {
    fn reads_schema(&self, kind: SchemaKind) -> bool {
        self.codec.reads_schema(kind)
    }

    fn reads_content(&self, content_type: &ContentType) -> bool {
        self.codec.reads_content(content_type)
    }

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<E>>> {
        Ok(Box::new(VariantPlan {
            plan: self.codec.plan(writer)?,
            make: self.make,
        }))
    }

    fn decode_unframed(&self, payload: &[u8]) -> Result<E> {
        self.codec.decode_unframed(payload).map(self.make)
    }
}

struct VariantPlan<E, P> {
    plan: Box<dyn ReadPlan<P>>,
    make: fn(P) -> E,
}

impl<E, P> ReadPlan<E> for VariantPlan<E, P> {
    fn decode(&self, message: &MessageIndex, body: &[u8]) -> Result<E> {
        self.plan.decode(message, body).map(self.make)
    }
}

impl<E, P, C: fmt::Debug> fmt::Debug for Variant<E, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.codec.fmt(f)
    }
}

impl<E, P> fmt::Debug for VariantPlan<E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(f)
    }
}
