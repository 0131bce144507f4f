//! Reads each document by the type of its schema, writes it again, and compares the JSON values:
//! `1` and `1.0` are equal, every other difference is an error.
#![deny(warnings)]

use std::cell::RefCell;
use std::path::PathBuf;
use std::{env, fs, process};

use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/all.rs"));

type Through = fn(&str) -> Result<(), String>;

#[allow(dead_code)]
pub struct Run<'r> {
    refused: &'r mut dyn FnMut(&str, &str),
    generated: &'r mut dyn FnMut(&str),
    typed: &'r mut dyn FnMut(&str, &str, Through),
}

fn through<T: DeserializeOwned + Serialize>(text: &str) -> Result<(), String> {
    let expected: Value =
        serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let typed: T = serde_json::from_str(text).map_err(|error| format!("not read: {error}"))?;
    let value = serde_json::to_value(&typed).map_err(|error| format!("not written: {error}"))?;
    if !is_equal(&expected, &value) {
        return Err(format!("became {value}"));
    }
    let again = serde_json::to_string(&typed).map_err(|error| format!("not written: {error}"))?;
    let again: Value = serde_json::from_str(&again).map_err(|error| format!("no JSON: {error}"))?;
    // The same value, written and read without types: text of numbers may lose digits by itself.
    let plain = expected.to_string();
    let plain: Value = serde_json::from_str(&plain).map_err(|error| format!("no JSON: {error}"))?;
    if !is_equal(&plain, &again) {
        return Err(format!("became {again} as text"));
    }
    Ok(())
}

fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || ((a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_same = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| is_equal(a, b));
            a.len() == b.len() && a.iter().all(is_same)
        }
        _ => a == b,
    }
}

fn main() {
    let folder = PathBuf::from(env::var_os("DOCUMENTS").expect("a folder of documents"));
    let (mut compiled, mut documents, mut failed, mut refusals) = (0, 0, 0, 0);
    // Each schema has a header that counts its types.
    let headers = RefCell::new(Vec::new());
    let mut refused = |name: &str, why: &str| {
        refusals += 1;
        println!("{name}: refused: {why}");
    };
    let mut typed = |name: &str, header: &str, through: Through| {
        compiled += 1;
        headers.borrow_mut().push(header.to_owned());
        let text = fs::read_to_string(folder.join(format!("{name}.jsonl"))).expect("documents");
        for line in text.lines() {
            documents += 1;
            if let Err(why) = through(line) {
                failed += 1;
                let short: String = line.chars().take(2000).collect();
                println!("{name}: {why}: {short}");
            }
        }
    };
    let mut generated = |header: &str| headers.borrow_mut().push(header.to_owned());
    all(&mut Run {
        refused: &mut refused,
        generated: &mut generated,
        typed: &mut typed,
    });
    let headers = headers.into_inner();
    let [parts, free, untyped] = counts(&headers);
    println!(
        "schemas: {} tried, {} typed, {compiled} of them compiled; documents: {} of {documents} came \
         through unchanged; serde_json::Value: {free} of {parts} types and parts of types, since the \
         schema allows any value, and {untyped} without a type",
        headers.len() + refusals,
        headers.len(),
        documents - failed,
    );
    if failed > 0 || refusals > 0 || documents == 0 {
        process::exit(1);
    }
}

/// The sums of the numbers after ` Of ` in all headers.
fn counts(headers: &[String]) -> [u64; 3] {
    let mut counts = [0; 3];
    for header in headers {
        let tail = header.split_once(" Of ").map_or("", |(_, tail)| tail);
        let found = tail
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty());
        for (count, number) in counts.iter_mut().zip(found) {
            *count += number.parse::<u64>().unwrap_or(0);
        }
    }
    counts
}
