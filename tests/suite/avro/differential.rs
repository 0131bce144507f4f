//! Random schemas and values, read and written by others: `tests/interop/avro-differential`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use wireform_limits::{BUILD_LIMIT, LIMIT, ended, join};
use wireform_tests::generic::{GenericCodec, Value, same_json, to_hex};
use wireform_tests::golden::from_hex;
use wireform_tests::random::{Random, schema_text, value};
use wireform_tests::workspace::root;

/// One schema and a value of it.
struct Pair {
    text: String,
    codec: GenericCodec,
    value: Value,
}

/// What the witness makes of our datum.
#[derive(Debug, Deserialize)]
struct Echo {
    bytes: Option<String>,
    json: Option<String>,
    error: Option<String>,
}

/// How many pairs: some hundreds, or as many as asked for.
fn count() -> usize {
    std::env::var("WIREFORM_AVRO_COUNT").map_or(500, |count| count.parse().unwrap())
}

fn pairs(seed: u64) -> Vec<Pair> {
    let mut random = Random::new(seed);
    (0..count())
        .map(|_| {
            let text = schema_text(&mut random);
            let codec = GenericCodec::new(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
            let value = value(&mut random, codec.schema());
            Pair { text, codec, value }
        })
        .collect()
}

/// Hands all our data to a program of `tests/interop`, which reads them and writes them again.
fn echoes(program: &[&str], pairs: &[Pair]) -> Vec<Echo> {
    let folder = root().join("tests/interop");
    let mut child = Command::new(folder.join(program[0]))
        .args(&program[1..])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = pairs
        .iter()
        .map(|pair| {
            let datum = pair.codec.encode(&pair.value);
            let datum = datum.unwrap_or_else(|e| panic!("{e}: {:?} {}", pair.value, pair.text));
            let json = pair.value.to_json().to_string();
            json!({"schema": pair.text, "datum": to_hex(&datum), "json": json}).to_string()
        })
        .collect();
    let feeder = std::thread::spawn(move || {
        lines
            .iter()
            .for_each(|line| writeln!(input, "{line}").unwrap());
    });
    let output = ended(child, BUILD_LIMIT);
    join(feeder, LIMIT);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Compares all, and shows the first few that differ.
#[track_caller]
fn check(
    witness: &str,
    pairs: &[Pair],
    echoes: &[Echo],
    compare: fn(&Pair, &Echo) -> Result<(), String>,
) {
    assert_eq!(pairs.len(), echoes.len());
    let compared = pairs.iter().zip(echoes);
    let wrong: Vec<String> = compared
        .filter_map(|(pair, echo)| {
            let how = compare(pair, echo).err()?;
            Some(format!("{how}\n  schema {}", pair.text))
        })
        .collect();
    println!("{witness}: {} pairs, {} differ", pairs.len(), wrong.len());
    let shown = wrong.len().min(10);
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..shown].join("\n")
    );
}

/// What we read back of our own bytes, and of the witness's.
fn read_back(pair: &Pair, echo: &Echo) -> Result<Value, String> {
    let own = pair.codec.encode(&pair.value).unwrap();
    let again = pair
        .codec
        .decode(&own)
        .map_err(|e| format!("our own bytes: {e}"))?;
    if !again.is_same(&pair.value) {
        return Err(format!(
            "our own bytes: {again:?}, expected {:?}",
            pair.value
        ));
    }
    if let Some(error) = &echo.error {
        return Err(format!("{error}: {:?}", pair.value));
    }
    let bytes = from_hex(echo.bytes.as_deref().unwrap());
    pair.codec
        .decode(&bytes)
        .map_err(|e| format!("{e}: {}", to_hex(&bytes)))
}

fn same_rendering(ours: &Json, echo: &Echo) -> Result<(), String> {
    let theirs: Json = serde_json::from_str(echo.json.as_deref().unwrap()).unwrap();
    match same_json(ours, &theirs) {
        true => Ok(()),
        false => Err(format!("our JSON {ours}\n  theirs   {theirs}")),
    }
}

/// Java: every other datum comes in blocks that tell their sizes.
fn compare_java(pair: &Pair, echo: &Echo) -> Result<(), String> {
    let value = read_back(pair, echo)?;
    if !value.is_same(&pair.value) {
        return Err(format!("{value:?}, expected {:?}", pair.value));
    }
    // Java's JSON encoder leaves out what stands before the first value that has a text: records
    // of empty records are written as one.
    if echo.bytes.as_deref() == Some("") {
        return Ok(());
    }
    same_rendering(&pair.value.to_json(), echo)
}

/// fastavro: NaN goes through Python's one kind of float, which changes its bits.
fn compare_fastavro(pair: &Pair, echo: &Echo) -> Result<(), String> {
    let value = read_back(pair, echo)?;
    if !value.is_same_but_nan(&pair.value) {
        return Err(format!("{value:?}, expected {:?}", pair.value));
    }
    same_rendering(&pair.value.to_plain_json(), echo)
}

#[test]
#[ignore = "needs a JDK and Maven Central"]
fn java_and_we_read_each_other() {
    let pairs = pairs(1);
    let echoes = echoes(&["avro-witness", "echo"], &pairs);
    check("Java", &pairs, &echoes, compare_java);
}

#[test]
#[ignore = "needs Python and PyPI"]
fn fastavro_and_we_read_each_other() {
    let pairs = pairs(2);
    let echoes = echoes(&["python", "avro_echo.py"], &pairs);
    check("fastavro", &pairs, &echoes, compare_fastavro);
}
