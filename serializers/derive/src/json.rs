use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Lit, Result};

/// Rust tokens as the JSON that they look like: `{"a": [1, -2.5, null]}`.
pub(crate) fn to_json(tokens: TokenStream) -> Result<String> {
    let mut out = String::new();
    append(tokens, &mut out)?;
    Ok(out)
}

fn append(tokens: TokenStream, out: &mut String) -> Result<()> {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                    Delimiter::Parenthesis => return Err(no_json(&group)),
                };
                out.push_str(open);
                append(group.stream(), out)?;
                out.push_str(close);
            }
            TokenTree::Ident(ident) => match ident.to_string().as_str() {
                word @ ("false" | "null" | "true") => out.push_str(word),
                _ => return Err(no_json(&ident)),
            },
            TokenTree::Punct(punct) => match punct.as_char() {
                c @ (',' | ':' | '-') => out.push(c),
                _ => return Err(no_json(&punct)),
            },
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(text) => string(&text.value(), out),
                Lit::Int(number) if number.suffix().is_empty() => {
                    out.push_str(number.base10_digits());
                }
                Lit::Float(number) if number.suffix().is_empty() => {
                    out.push_str(number.base10_digits());
                    if number.base10_digits().ends_with('.') {
                        out.push('0');
                    }
                }
                other => return Err(no_json(&other)),
            },
        }
    }
    Ok(())
}

/// A JSON string.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn no_json(what: &impl quote::ToTokens) -> syn::Error {
    syn::Error::new_spanned(
        what,
        "a default is JSON: null, true, 1.5, \"text\", [1, 2], {\"name\": null}",
    )
}

#[cfg(test)]
mod tests {
    use super::to_json;

    #[track_caller]
    fn check(rust: &str, expected: Option<&str>) {
        let json = to_json(rust.parse().unwrap()).ok();
        assert_eq!(json.as_deref(), expected);
    }

    #[test]
    fn rust_tokens_become_json() {
        check("null", Some("null"));
        check("-1.50", Some("-1.50"));
        check("1_000", Some("1000"));
        check(
            r#"{"a": [1, "x\"\u{e9}\n"], "b": {}}"#,
            Some(r#"{"a":[1,"x\"é\u000a"],"b":{}}"#),
        );
        check("None", None);
        check("1u8", None);
        check("(1)", None);
    }
}
