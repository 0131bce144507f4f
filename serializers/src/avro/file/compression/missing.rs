//! What stands in for compressions whose features are off.

use crate::error::{Error, ErrorKind};

fn missing(name: &str) -> Error {
    let message = format!("blocks are compressed with {name}: feature `avro-file-{name}` is off");
    Error::new(ErrorKind::Config, message)
}

macro_rules! missing {
    ($($feature:literal: $name:ident),+ $(,)?) => {$(
        #[cfg(not(feature = $feature))]
        pub(super) mod $name {
            use crate::error::Result;

            pub(in super::super) fn compress(_block: &[u8], _out: &mut Vec<u8>) -> Result<()> {
                Err(super::missing(stringify!($name)))
            }

            pub(in super::super) fn decompress(_block: &[u8], _max: usize) -> Result<Vec<u8>> {
                Err(super::missing(stringify!($name)))
            }
        }
    )+};
}

missing! {
    "avro-file-bzip2": bzip2,
    "avro-file-snappy": snappy,
    "avro-file-zstandard": zstandard,
}
