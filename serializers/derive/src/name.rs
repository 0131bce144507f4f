use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Ident, LitStr, Result};

/// How the names of fields and symbols are made from Rust's.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    Camel,
    Lower,
    Pascal,
    ScreamingSnake,
    Snake,
    Upper,
}

impl Case {
    pub(crate) fn parse(text: &LitStr) -> Result<Self> {
        Ok(match text.value().as_str() {
            "camelCase" => Self::Camel,
            "lowercase" => Self::Lower,
            "PascalCase" => Self::Pascal,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "snake_case" => Self::Snake,
            "UPPERCASE" => Self::Upper,
            _ => {
                let message = "expected \"camelCase\", \"lowercase\", \"PascalCase\", \
                               \"SCREAMING_SNAKE_CASE\", \"snake_case\" or \"UPPERCASE\" (Avro names have no dashes)";
                return Err(syn::Error::new(text.span(), message));
            }
        })
    }

    /// `name` in this case, be it `snake_case` or `PascalCase`.
    fn apply(self, name: &str) -> String {
        let words = words(name);
        let joined = |separator: &str, change: fn(&str) -> String| {
            let changed: Vec<String> = words.iter().map(|word| change(word)).collect();
            changed.join(separator)
        };
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Snake => joined("_", str::to_lowercase),
            Self::ScreamingSnake => joined("_", str::to_uppercase),
            Self::Pascal => joined("", capitalized),
            Self::Camel => {
                let pascal = joined("", capitalized);
                let mut chars = pascal.chars();
                chars.next().map_or_else(String::new, |first| {
                    first.to_lowercase().chain(chars).collect()
                })
            }
        }
    }
}

/// Splits at underscores, and before each capital that follows a small letter or a digit.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for c in name.chars() {
        let starts = c.is_uppercase()
            && before.is_some_and(|b: char| b.is_lowercase() || b.is_ascii_digit());
        if c == '_' || starts {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(c);
        }
        before = Some(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        let rest = chars.flat_map(char::to_lowercase);
        first.to_uppercase().chain(rest).collect()
    })
}

/// The Avro name of a type.
pub(crate) fn type_name(ident: &Ident, rename: Option<&LitStr>) -> Result<String> {
    named(ident, rename, None)
}

/// The Avro name of a field or a symbol.
pub(crate) fn named(ident: &Ident, rename: Option<&LitStr>, case: Option<Case>) -> Result<String> {
    if let Some(rename) = rename {
        let name = rename.value();
        check(&name, rename.span())?;
        return Ok(name);
    }
    let name = ident.unraw().to_string();
    if !name.is_ascii() {
        let message = format!(
            "Avro's names are ASCII: {name:?} is read by Java alone; give it another name, or this \
             one knowingly, with #[avro(rename = \"…\")]"
        );
        return Err(syn::Error::new(ident.span(), message));
    }
    let name = case.map_or_else(|| name.clone(), |case| case.apply(&name));
    check(&name, ident.span())?;
    Ok(name)
}

/// <https://avro.apache.org/docs/1.12.0/specification/#names>, but that letters are Unicode's, as
/// for Java 1.12: there are such schemas.
fn check(name: &str, span: Span) -> Result<()> {
    let starts = |c: char| c.is_alphabetic() || c == '_';
    let is_name =
        name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_alphanumeric());
    if is_name {
        return Ok(());
    }
    let message = format!(
        "{name:?} is no Avro name: letters, digits and underscores, not starting with a digit; \
         give it another with #[avro(rename = \"…\")]"
    );
    Err(syn::Error::new(span, message))
}

/// Names joined by dots.
pub(crate) fn check_full(name: &LitStr) -> Result<String> {
    let text = name.value();
    text.split('.')
        .try_for_each(|part| check(part, name.span()))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[track_caller]
    fn check(name: &str, case: Case, expected: &str) {
        assert_eq!(case.apply(name), expected);
    }

    #[test]
    fn cases_are_made_from_either_of_rusts() {
        check("InTransit", Case::ScreamingSnake, "IN_TRANSIT");
        check("InTransit", Case::Snake, "in_transit");
        check("InTransit", Case::Camel, "inTransit");
        check("InTransit", Case::Lower, "intransit");
        check("created_at", Case::Camel, "createdAt");
        check("created_at", Case::Pascal, "CreatedAt");
        check("created_at", Case::ScreamingSnake, "CREATED_AT");
        check("V2Order", Case::Snake, "v2_order");
        check("", Case::Camel, "");
    }
}
