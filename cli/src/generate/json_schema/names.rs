//! Names of JSON as names of Rust.

use std::collections::BTreeSet;

/// `order_line` and `order-line` as `OrderLine`.
pub(super) fn type_name(name: &str) -> String {
    let words = words(name).into_iter().map(|word| {
        let mut chars = word.chars();
        match chars.next() {
            Some(first) => first.to_uppercase().chain(chars).collect(),
            None => String::new(),
        }
    });
    started(words.collect())
}

/// The variant of a symbol: as a type, but without shouting.
pub(super) fn variant(symbol: &str) -> String {
    match symbol.chars().any(char::is_lowercase) {
        true => type_name(symbol),
        false => type_name(&symbol.to_lowercase()),
    }
}

/// `orderId` and `order-id` as `order_id`.
pub(super) fn field(name: &str) -> String {
    let words: Vec<String> = words(name).iter().map(|word| word.to_lowercase()).collect();
    let name = started(words.join("_")).to_lowercase();
    match is_keyword(&name) {
        true if matches!(&*name, "self" | "super" | "crate" | "Self") => format!("{name}_"),
        true => format!("r#{name}"),
        false => name,
    }
}

/// The name, or with a number behind it if it is taken.
pub(super) fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut found = name.to_owned();
    let mut number = 2_usize;
    while !taken.insert(found.clone()) {
        found = format!("{name}{number}");
        number += 1;
    }
    found
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        let is_part = c.is_ascii_alphanumeric();
        if (!is_part || (was_small && c.is_ascii_uppercase()))
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if is_part && let Some(word) = words.last_mut() {
            word.push(c);
        }
        was_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Names do not start with digits, and are not empty.
fn started(name: String) -> String {
    match name.chars().next() {
        Some(first) if !first.is_ascii_digit() => name,
        Some('0'..='9') => format!("N{name}"),
        _ => "Other".to_owned(),
    }
}

fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn \
        else enum extern false final fn for gen if impl in let loop macro match mod move mut \
        override priv pub ref return self static struct super trait true try type typeof union \
        unsafe unsized use virtual where while yield ";
    KEYWORDS.contains(&format!(" {name} "))
}
