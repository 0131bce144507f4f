//! Schema files from Rust types.

use std::any::type_name;
use std::path::Path;

use wireform::SchemaFormat;
use wireform::avro::{AvroType, schema_text};
use wireform::registry::{read_text, replace_file};

use crate::error::{Error, ErrorKind, Result};

mod layout;

use layout::{compact, pretty};

/// Writes the Avro schema of `T` to the file at `path`, formatted; missing folders are created. A
/// file with the same schema is not written, even if its white space differs, so that nothing is
/// rebuilt.
///
/// Returns whether the file was written. Call it in a program or a test of the crate with the type,
/// never in its own build script, which runs before the type is compiled. See [`check_schema`] for
/// the test.
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

/// Writes the schema that `codec` registers, such as `JsonSchema::<Order>::derived()?`, as
/// [`write_schema`] does. Its imports are not written.
///
/// # Errors
/// `Io` with the path.
pub fn write_schema_of(
    codec: &(impl SchemaFormat + ?Sized),
    path: impl AsRef<Path>,
) -> Result<bool> {
    write(path.as_ref(), &codec.source().text)
}

/// Checks that the file at `path` has the Avro schema of `T`: for a test that fails if they differ.
///
/// ```no_run
/// # #[derive(wireform::Avro)] struct Order { id: String }
/// #[test]
/// fn schema_of_orders_is_fresh() {
///     wireform_build::check_schema::<Order>("schemas/orders-value/v1.avsc").unwrap();
/// }
/// ```
/// With `WIREFORM_UPDATE_SCHEMAS=1` in the environment, writes the file instead.
///
/// # Errors
/// `Stale` with the first line that differs, and what to run; `InvalidSchema` if the type has no
/// valid schema; `Io` if the file cannot be read.
pub fn check_schema<T: AvroType + ?Sized>(path: impl AsRef<Path>) -> Result<()> {
    check(path.as_ref(), &text_of::<T>()?, type_name::<T>())
}

/// Checks the schema that `codec` registers, as [`check_schema`] does.
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
            .map_err(|error| Error::io("cannot create the folder", folder, error))?;
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
    let (found, expected) = differs.unwrap_or_default();
    let message = format!(
        "{} differs from {name}: the file has {}, the type has {}; set {UPDATE}=1 to update the \
         file",
        path.display(),
        side(found),
        side(expected),
    );
    Err(Error::new(ErrorKind::Stale, message))
}

const UPDATE: &str = "WIREFORM_UPDATE_SCHEMAS";

#[cfg(test)]
mod tests;
