use std::fmt;

use wireform_registry::SchemaKind;

use crate::avro::schema::{Fingerprint, Schema};
use crate::error::Result;
use crate::schema_codec::SchemaSource;

/// An `.avsc` file as it was when code was generated from it, with the files that define the names
/// it refers to.
///
/// Made by `wireform-build`'s generated code; what is registered is this text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AvscFile {
    text: &'static str,
    full_name: &'static str,
    fingerprint: Fingerprint,
    imports: &'static [(&'static str, &'static AvscFile)],
}

impl AvscFile {
    /// A file. Called by generated code.
    ///
    /// `fingerprint` is that of the canonical form.
    #[must_use]
    pub const fn new(
        text: &'static str,
        full_name: &'static str,
        fingerprint: Fingerprint,
        imports: &'static [(&'static str, &'static AvscFile)],
    ) -> Self {
        Self {
            text,
            full_name,
            fingerprint,
            imports,
        }
    }

    /// The text as its author wrote it.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The full name of its outermost type; empty if that has none.
    #[must_use]
    pub const fn full_name(&self) -> &'static str {
        self.full_name
    }

    /// CRC-64-AVRO of the schema's canonical form.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// A name that the text refers to, and the file that defines it, for each file once.
    #[must_use]
    pub const fn imports(&self) -> &'static [(&'static str, &'static AvscFile)] {
        self.imports
    }

    /// Parses it, with what it imports.
    ///
    /// # Errors
    /// As [`Schema::parse_with`]: not if the code was generated.
    pub fn schema(&self) -> Result<Schema> {
        let mut files: Vec<&Self> = vec![self];
        let mut next = 0;
        while let Some(file) = files.get(next).copied() {
            for (_, import) in file.imports {
                if !files.iter().any(|known| known.text == import.text) {
                    files.push(import);
                }
            }
            next += 1;
        }
        let texts: Vec<&str> = files.iter().skip(1).map(|file| file.text).collect();
        Schema::parse_with(self.text, &texts)
    }

    /// The texts, to be registered.
    pub(super) fn source(&self) -> SchemaSource {
        let mut source = SchemaSource::new(SchemaKind::Avro, self.text);
        if !self.full_name.is_empty() {
            source.record = Some(self.full_name.to_owned());
        }
        for (name, file) in self.imports {
            source = source.with_import(*name, file.source());
        }
        source
    }
}

impl fmt::Debug for AvscFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AvscFile")
            .field("full_name", &self.full_name)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
