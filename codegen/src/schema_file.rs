//! Schema files from Rust types: the other way round.

use std::any::type_name;
use std::path::Path;

use wireform::SchemaFormat;
use wireform::avro::{AvroType, schema_text};
use wireform::registry::{read_text, replace_file};

use crate::error::{Error, ErrorKind, Result};

mod layout;

use layout::{compact, pretty};

/// Writes the Avro schema of `T` to the file at `path`, laid out for people; folders on the way are
/// made. A file that already says the same is not written, white space included, so that nothing is
/// built again for it.
///
/// Returns whether it wrote. Called by a program or a test of the crate that has the type, never by
/// its own build script, which runs before the type is there. See [`check_schema`] for the test.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("wireform-write-schema-{}", std::process::id()));
/// # let path = folder.join("orders-value/v1.avsc");
/// #[derive(wireform::Avro)]
/// #[avro(namespace = "shop")]
/// struct Order {
///     id: String,
/// }
///
/// assert!(wireform_build::write_schema::<Order>(&path)?);
/// assert!(!wireform_build::write_schema::<Order>(&path)?); // the same
/// wireform_build::check_schema::<Order>(&path)?;
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), wireform_build::Error>(())
/// ```
///
/// # Errors
/// `InvalidSchema` if the type has no valid schema; `Io` with the path.
pub fn write_schema<T: AvroType + ?Sized>(path: impl AsRef<Path>) -> Result<bool> {
    write(path.as_ref(), &text_of::<T>()?)
}

/// As [`write_schema`], for whatever `codec` registers: `JsonSchema::<Order>::derived()?`, say. What
/// it imports is not written.
///
/// # Errors
/// `Io` with the path.
pub fn write_schema_of(
    codec: &(impl SchemaFormat + ?Sized),
    path: impl AsRef<Path>,
) -> Result<bool> {
    write(path.as_ref(), &codec.source().text)
}

/// Whether the file at `path` still has the Avro schema of `T`: for a test that fails where the two
/// have moved apart.
///
/// ```no_run
/// # #[derive(wireform::Avro)] struct Order { id: String }
/// #[test]
/// fn schema_of_orders_is_fresh() {
///     wireform_build::check_schema::<Order>("schemas/orders-value/v1.avsc").unwrap();
/// }
/// ```
/// With `WIREFORM_UPDATE_SCHEMAS=1` in the environment it writes the file instead.
///
/// # Errors
/// `Stale` with the first line that differs, and what to run; `InvalidSchema` if the type has no
/// valid schema; `Io` if the file cannot be read.
pub fn check_schema<T: AvroType + ?Sized>(path: impl AsRef<Path>) -> Result<()> {
    check(path.as_ref(), &text_of::<T>()?, type_name::<T>())
}

/// As [`check_schema`], for whatever `codec` registers.
///
/// # Errors
/// `Stale` and `Io`, as there.
pub fn check_schema_of(codec: &(impl SchemaFormat + ?Sized), path: impl AsRef<Path>) -> Result<()> {
    let source = codec.source();
    let name = source.record.as_deref().unwrap_or("the codec");
    check(path.as_ref(), &source.text, name)
}

fn text_of<T: AvroType + ?Sized>() -> Result<String> {
    schema_text::<T>().map_err(|error| {
        let message = format!("{}: {error}", type_name::<T>());
        Error::new(ErrorKind::InvalidSchema, message).with_source(error)
    })
}

fn write(path: &Path, text: &str) -> Result<bool> {
    if read_text(path).is_ok_and(|old| compact(&old) == compact(text)) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::io("cannot make the folder", folder, error))?;
    }
    replace_file(path, pretty(text)).map_err(|error| Error::io("cannot write", path, error))?;
    Ok(true)
}

fn check(path: &Path, text: &str, name: &str) -> Result<()> {
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        return write(path, text).map(drop);
    }
    let old = read_text(path).map_err(|error| Error::io("cannot read", path, error))?;
    if compact(&old) == compact(text) {
        return Ok(());
    }
    let (old, new) = (pretty(&old), pretty(text));
    let (mut old, mut new) = (old.lines(), new.lines());
    let differs = std::iter::from_fn(|| Some((old.next(), new.next())))
        .take_while(|(old, new)| old.is_some() || new.is_some())
        .find(|(old, new)| old != new);
    let side =
        |line: Option<&str>| line.map_or("nothing more".to_owned(), |l| format!("`{}`", l.trim()));
    let (stands, expected) = differs.unwrap_or_default();
    let message = format!(
        "{} has moved away from {name}: {} stands there, {} is what the type says; {UPDATE}=1 \
         writes it anew",
        path.display(),
        side(stands),
        side(expected),
    );
    Err(Error::new(ErrorKind::Stale, message))
}

const UPDATE: &str = "WIREFORM_UPDATE_SCHEMAS";

#[cfg(test)]
mod tests;
