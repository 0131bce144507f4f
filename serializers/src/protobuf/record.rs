use std::sync::Arc;

use prost::Message;
use wireform_registry::SchemaKind;

use crate::schema_codec::SchemaSource;

/// **A type that implements `ProtobufRecord` is a message that was generated from a `.proto` file;
/// it carries that file, so that the written bytes and the registered schema always match.**
///
/// Implemented by `wireform-build`'s generated code; not meant to be written by hand.
///
/// # Contract
/// The message named `FULL_NAME` is at `MESSAGE_INDEX` in `file()`, and the type's encoding is the
/// one that the file describes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Protobuf message that wireform knows",
    note = "generate it from its `.proto` file with `wireform-build` in a build.rs"
)]
pub trait ProtobufRecord: Message + Default + 'static {
    /// The message's full name, without a leading dot: `shop.orders.v1.Order`.
    const FULL_NAME: &'static str;

    /// The message's place in its file, see [`MessageIndex`](crate::frame::MessageIndex).
    const MESSAGE_INDEX: &'static [u32];

    /// The file that declares the message.
    #[doc(hidden)]
    fn file() -> &'static ProtoFile;
}

/// A `.proto` file as it was when the code was generated, with everything that it imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtoFile {
    path: &'static str,
    text: Option<&'static str>,
    imports: &'static [&'static ProtoFile],
    descriptor: &'static [u8],
}

impl ProtoFile {
    /// A file. Called by generated code.
    ///
    /// `descriptor` is its encoded `google.protobuf.FileDescriptorProto`, without source
    /// locations. `text` is `None` for the well-known files that come with every compiler.
    #[must_use]
    pub const fn new(
        path: &'static str,
        text: Option<&'static str>,
        imports: &'static [&'static ProtoFile],
        descriptor: &'static [u8],
    ) -> Self {
        Self {
            path,
            text,
            imports,
            descriptor,
        }
    }

    /// The path by which other files import it: `shop/orders/v1/order.proto`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The text as its author wrote it; `None` for the well-known files of `google/protobuf/`.
    #[must_use]
    pub const fn text(&self) -> Option<&'static str> {
        self.text
    }

    /// Returns the direct imports, in the order of the import lines.
    #[must_use]
    pub const fn imports(&self) -> &'static [&'static ProtoFile] {
        self.imports
    }

    /// Returns the encoded `google.protobuf.FileDescriptorProto`, types resolved, custom options
    /// kept, without source locations.
    #[must_use]
    pub const fn descriptor(&self) -> &'static [u8] {
        self.descriptor
    }

    /// An encoded `google.protobuf.FileDescriptorSet` of the file and all it imports, each after
    /// what it needs itself.
    #[must_use]
    pub fn descriptor_set(&'static self) -> Vec<u8> {
        let mut out = Vec::new();
        for file in self.with_imports() {
            // `repeated FileDescriptorProto file = 1;`, length-delimited:
            // https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto
            out.push(0x0a);
            prost::encoding::encode_varint(file.descriptor.len() as u64, &mut out);
            out.extend_from_slice(file.descriptor);
        }
        out
    }

    /// Returns whether Confluent's clients treat the file as built in, so that a registered schema
    /// has no reference for it.
    ///
    /// Source: `_is_builtin` in `confluent_kafka/schema_registry/common/protobuf.py`, used where
    /// `skip.known.types` is set, which is the default.
    #[must_use]
    pub fn is_known_type(&self) -> bool {
        KNOWN_TYPES
            .iter()
            .any(|prefix| self.path.starts_with(prefix))
    }

    /// The file and all that it imports, each once and after what it needs itself.
    pub(super) fn with_imports(&'static self) -> Vec<&'static Self> {
        let mut found = Vec::new();
        self.visit(&mut found);
        found
    }

    fn visit(&'static self, found: &mut Vec<&'static Self>) {
        if found.iter().any(|file| file.path == self.path) {
            return;
        }
        for import in self.imports {
            import.visit(found);
        }
        found.push(self);
    }

    /// Returns the source to register: the text, and a reference for every import that is not built
    /// in.
    pub(super) fn source(&self) -> SchemaSource {
        let text: Arc<str> = self.text.unwrap_or_default().into();
        let imports = self
            .imports
            .iter()
            .filter(|import| !import.is_known_type())
            .map(|import| (import.path, import.source()));
        imports.fold(
            SchemaSource::new(SchemaKind::Protobuf, text),
            |source, (path, import)| source.with_import(path, import),
        )
    }
}

const KNOWN_TYPES: [&str; 3] = ["confluent/", "google/protobuf/", "google/type/"];
