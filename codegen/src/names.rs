//! Rust names for Avro names.

use std::collections::BTreeSet;

/// Returns the name of a type: `order_item`, `ORDER_ITEM` and `orderItem` become `OrderItem`;
/// `HTTPRequest` is unchanged. The name of a file may hold any character: those that Rust does not
/// allow separate words.
pub(crate) fn type_ident(name: &str) -> String {
    let is_shouted = !name.contains(|c: char| c.is_ascii_lowercase());
    let mut out = String::new();
    let is_word = |c: char| c.is_ascii_alphanumeric();
    for part in name.split(|c| !is_word(c)).filter(|part| !part.is_empty()) {
        let mut chars = part.chars();
        let Some(first) = chars.next() else { continue };
        out.push(first.to_ascii_uppercase());
        match is_shouted {
            true => out.extend(chars.map(|c| c.to_ascii_lowercase())),
            false => out.extend(chars),
        }
    }
    reserve(start_with_letter(out, "X"))
}

/// Returns the name of a field: `orderId` becomes `order_id`, `HTTPPath` becomes `http_path`.
/// Letters beyond ASCII, which Java allows and Rust warns of, become underscores.
pub(crate) fn field_ident(name: &str) -> String {
    let ascii = |c: char| if c.is_ascii() { c } else { '_' };
    let chars: Vec<char> = name.chars().map(ascii).collect();
    let mut out = String::new();
    for (place, &c) in chars.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| chars.get(place));
        let next = chars.get(place + 1);
        let starts = before.is_some_and(|before| {
            let after_small = before.is_ascii_lowercase() || before.is_ascii_digit();
            let ends_acronym = before.is_ascii_uppercase();
            after_small || (ends_acronym && next.is_some_and(char::is_ascii_lowercase))
        });
        if c.is_ascii_uppercase() && starts {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    match out.chars().all(|c| c == '_') {
        true => "x".to_owned(),
        false => reserve(start_with_letter(out, "x")),
    }
}

/// Returns the name of a module for one part of a namespace.
pub(crate) fn module_ident(part: &str) -> String {
    match field_ident(part) {
        ident if ident == FILES => format!("{ident}_"),
        ident => ident,
    }
}

/// Returns the identifier in Rust's syntax: `r#type`.
pub(crate) fn escape(ident: &str) -> String {
    match KEYWORDS.contains(&ident) {
        true => format!("r#{ident}"),
        false => ident.to_owned(),
    }
}

/// Appends `_` to a name that cannot be written `r#self`: `self_`.
fn reserve(ident: String) -> String {
    match &*ident {
        "Self" | "crate" | "self" | "super" => format!("{ident}_"),
        _ => ident,
    }
}

/// Returns Rust names for all of `names`: a name that is in Rust's form already is kept, whatever
/// the others become.
pub(crate) fn unique_all<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    ident: fn(&str) -> String,
    taken: &mut BTreeSet<String>,
) -> Vec<String> {
    let is_kept = |name: &str| ident(name) == name;
    let mut kept: BTreeSet<&str> = names.clone().filter(|name| is_kept(name)).collect();
    kept.retain(|name| taken.insert((*name).to_owned()));
    names
        .map(|name| match kept.remove(name) {
            true => name.to_owned(),
            false => unique(&ident(name), taken),
        })
        .collect()
}

/// Returns `wanted`, or `wanted` with the first number from 2 on that is free.
pub(crate) fn unique(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut number: u32 = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}{number}");
        number += 1;
    }
    name
}

fn start_with_letter(name: String, otherwise: &str) -> String {
    match name.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) => name,
    }
}

/// The module that holds the files.
pub(crate) const FILES: &str = "__wireform_avsc";
/// <https://doc.rust-lang.org/reference/keywords.html>, all editions.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_camel_case() {
        for (name, expected) in [
            ("Order", "Order"),
            ("order_item", "OrderItem"),
            ("IN_TRANSIT", "InTransit"),
            ("HTTPRequest", "HTTPRequest"),
            ("X", "X"),
            ("_", "X"),
            ("_1a", "_1a"),
            ("Self", "Self_"),
            ("self", "Self_"),
            ("a-b.c", "ABC"),
        ] {
            assert_eq!(type_ident(name), expected);
        }
    }

    #[test]
    fn fields_are_snake_case() {
        for (name, expected) in [
            ("order_id", "order_id"),
            ("orderId", "order_id"),
            ("HTTPPath", "http_path"),
            ("ID", "id"),
            ("_id", "_id"),
            ("__", "x"),
            ("line2Text", "line2_text"),
            ("gr\u{f6}\u{df}e", "gr__e"),
            ("\u{65e5}\u{672c}", "x"),
            ("self", "self_"),
            ("Super", "super_"),
        ] {
            assert_eq!(field_ident(name), expected);
        }
    }

    #[test]
    fn keywords_are_escaped() {
        assert_eq!(escape("type"), "r#type");
        assert_eq!(escape("order"), "order");
    }

    #[test]
    fn a_name_that_is_rusts_already_stays() {
        let mut taken = BTreeSet::from(["c".to_owned()]);
        let names = ["aB", "a_b", "A_B", "a_b2", "c", "d"];
        let idents = unique_all(names.into_iter(), field_ident, &mut taken);
        assert_eq!(idents, ["a_b3", "a_b", "a_b4", "a_b2", "c2", "d"]);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = BTreeSet::new();
        let names = ["a", "a", "a2", "a"].map(|name| unique(name, &mut taken));
        assert_eq!(names, ["a", "a2", "a22", "a3"]);
    }
}
