//! Renames fields in the descriptor for prost-build only: the embedded descriptor is another copy.

use prost_types::{DescriptorProto, FileDescriptorProto};

use crate::compile::Source;
use crate::error::{Error, ErrorKind, Result};

/// Renames each field, or oneof, of a full name.
pub(crate) fn fields(sources: &mut [Source], renames: &[(String, String)]) -> Result<()> {
    for (path, name) in renames {
        let name = name.strip_prefix("r#").unwrap_or(name);
        if syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_err() && !is_plain(name) {
            let message = format!("invalid Rust name {name:?} for field {path:?}");
            return Err(Error::new(ErrorKind::Config, message));
        }
        if !sources
            .iter_mut()
            .any(|source| in_file(&mut source.proto, path, name))
        {
            let message = format!("field {path:?} not found: it cannot be renamed to {name:?}");
            return Err(Error::new(ErrorKind::Config, message));
        }
    }
    Ok(())
}

/// Returns whether a name is an identifier that needs no `r#`, or one that prost-build escapes,
/// such as `self`.
fn is_plain(name: &str) -> bool {
    matches!(name, "self" | "super" | "crate")
}

fn in_file(file: &mut FileDescriptorProto, path: &str, name: &str) -> bool {
    let package = match file.package() {
        "" => String::new(),
        package => format!(".{package}"),
    };
    let Some(rest) = path
        .strip_prefix(&package)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let steps: Vec<&str> = rest.split('.').collect();
    in_messages(&mut file.message_type, &steps, name)
}

fn in_messages(messages: &mut [DescriptorProto], steps: &[&str], name: &str) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return false;
    };
    let Some(message) = messages.iter_mut().find(|message| message.name() == *first) else {
        return false;
    };
    let [field] = rest else {
        return in_messages(&mut message.nested_type, rest, name);
    };
    let fields = message.field.iter_mut().map(|field| &mut field.name);
    let oneofs = message.oneof_decl.iter_mut().map(|oneof| &mut oneof.name);
    let found = fields
        .chain(oneofs)
        .find(|found| found.as_deref() == Some(*field));
    found.map(|found| *found = Some(name.to_owned())).is_some()
}
