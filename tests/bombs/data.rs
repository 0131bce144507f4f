//! Data: hostile bytes of harmless schemas, and harmless bytes of hostile ones. Each is read by a
//! derived type, as any serde value, and rewritten; or only passed over.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use wireform::avro::{Avro, Schema, Transcoder};
use wireform::{Deserializer, Result};
use wireform_tests::generic::GenericCodec;

use crate::End::{self, Either, Refused, Taken};
use crate::{Bomb, schemas};

#[derive(Avro, Debug, Deserialize)]
struct List {
    value: i32,
    next: Option<Box<List>>,
}

#[derive(Avro, Debug, Deserialize)]
struct Tree {
    children: Vec<Tree>,
}

#[derive(Avro, Debug, Deserialize)]
struct Empty {}

#[derive(Avro, Debug, Deserialize)]
struct Wide {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
    e: Option<String>,
    f: Option<String>,
    g: Option<String>,
    h: Option<String>,
}

#[derive(Avro, Debug, Deserialize)]
struct Defaulted {
    n: i32,
    #[avro(
        default = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    )]
    text: String,
}

#[derive(Avro, Debug, Deserialize)]
enum Color {
    Red,
    Green,
}

const LIST: &str = r#"{"type":"record","name":"List","fields":[{"name":"value","type":"int"},{"name":"next","type":["null","List"]}]}"#;
const TREE: &str = r#"{"type":"record","name":"Tree","fields":[{"name":"children","type":{"type":"array","items":"Tree"}}]}"#;
const EMPTY: &str = r#"{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}"#;
const WIDE: &str = r#"{"type":"array","items":{"type":"record","name":"Wide","fields":[{"name":"a","type":["null","string"]},{"name":"b","type":["null","string"]},{"name":"c","type":["null","string"]},{"name":"d","type":["null","string"]},{"name":"e","type":["null","string"]},{"name":"f","type":["null","string"]},{"name":"g","type":["null","string"]},{"name":"h","type":["null","string"]}]}}"#;
const COLOR: &str = r#"{"type":"enum","name":"Color","symbols":["Red","Green"]}"#;
const INTS: &str = r#"{"type":"array","items":"int"}"#;
const NULLS: &str = r#"{"type":"array","items":"null"}"#;
const MAP: &str = r#"{"type":"map","values":"int"}"#;

/// A `long`, as Avro writes it.
fn long(value: i64) -> Vec<u8> {
    let mut zigzag = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut out = Vec::new();
    while zigzag >= 0x80 {
        out.push(u8::try_from(zigzag & 0x7f).unwrap() | 0x80);
        zigzag >>= 7;
    }
    out.push(u8::try_from(zigzag).unwrap());
    out
}

fn longs(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|value| long(*value)).collect()
}

pub(super) fn bombs() -> Vec<Bomb> {
    let mut bombs = Vec::new();
    lengths(&mut bombs);
    blocks(&mut bombs);
    nothings(&mut bombs);
    depths(&mut bombs);
    maps(&mut bombs);
    numbers(&mut bombs);
    defaults(&mut bombs);
    bombs
}

fn lengths(bombs: &mut Vec<Bomb>) {
    for (what, len) in [
        ("2 GiB", 1 << 31),
        ("all", i64::MAX),
        ("less than nothing", -1),
        ("least", i64::MIN),
    ] {
        all::<String>(
            bombs,
            &format!("a string of {what} bytes"),
            Refused,
            "\"string\"",
            long(len),
        );
        all::<Vec<u8>>(
            bombs,
            &format!("{what} bytes"),
            Refused,
            "\"bytes\"",
            long(len),
        );
    }
    let fixed = r#"{"type":"fixed","name":"F","size":2147483647}"#;
    generic(bombs, "a fixed of 2 GiB", Refused, fixed, vec![0; 100]);
    let fixed = r#"{"type":"array","items":{"type":"fixed","name":"F","size":2147483647}}"#;
    generic(
        bombs,
        "2^62 fixed of 2 GiB",
        Refused,
        fixed,
        longs(&[1 << 62, 0]),
    );
}

fn blocks(bombs: &mut Vec<Bomb>) {
    for (what, head) in [
        ("as many as there are", longs(&[i64::MAX])),
        ("the least count", longs(&[i64::MIN, 1])),
        ("the least count, no size", longs(&[i64::MIN])),
        ("a negative size", longs(&[-1, -1, 2])),
        ("the least size", longs(&[-1, i64::MIN, 2])),
        ("a size beyond the end", longs(&[-1, 1000, 2])),
        ("the largest size", longs(&[-1, i64::MAX, 2])),
        ("one more than there are", longs(&[3, 1, 2])),
        ("no end", longs(&[1, 1])),
    ] {
        all::<Vec<i32>>(
            bombs,
            &format!("an array, {what}"),
            Refused,
            INTS,
            head.clone(),
        );
        all::<HashMap<String, i32>>(bombs, &format!("a map, {what}"), Refused, MAP, head);
    }
    let many: Vec<u8> = [2, 2].repeat(500_000).into_iter().chain([0]).collect();
    all::<Vec<i32>>(bombs, "500,000 blocks of one item", Either, INTS, many);
    let large: Vec<u8> = long(2_000_000)
        .into_iter()
        .chain([2].repeat(2_000_000))
        .chain([0])
        .collect();
    all::<Vec<i32>>(bombs, "two million items", Either, INTS, large);
    let wide: Vec<u8> = long(1_000_000)
        .into_iter()
        .chain([0; 8].repeat(1_000_000))
        .chain([0])
        .collect();
    all::<Vec<Wide>>(
        bombs,
        "a million wide records of 8 bytes",
        Either,
        WIDE,
        wide,
    );
}

fn nothings(bombs: &mut Vec<Bomb>) {
    for count in [1 << 62, i64::MAX, 1_000_000, 65_537] {
        all::<Vec<()>>(
            bombs,
            &format!("{count} nulls"),
            Refused,
            NULLS,
            longs(&[count, 0]),
        );
        all::<Vec<Empty>>(
            bombs,
            &format!("{count} empty records"),
            Refused,
            EMPTY,
            longs(&[count, 0]),
        );
    }
    let nothing = r#"{"type":"array","items":{"type":"fixed","name":"F","size":0}}"#;
    generic(
        bombs,
        "2^62 fixed of no bytes",
        Refused,
        nothing,
        longs(&[1 << 62, 0]),
    );
    let blocks = longs(&[60_000, 60_000, 60_000, 0]);
    all::<Vec<()>>(
        bombs,
        "180,000 nulls in three blocks",
        Refused,
        NULLS,
        blocks,
    );
    generic(
        bombs,
        "60,000 nulls as values of 32 bytes",
        Either,
        NULLS,
        longs(&[60_000, 0]),
    );
    let blocks = longs(&[-1 << 62, 0, 0]);
    all::<Vec<()>>(
        bombs,
        "2^62 nulls in a block of no bytes",
        Refused,
        NULLS,
        blocks,
    );
    generic(
        bombs,
        "records that double, without a byte",
        Refused,
        &schemas::doubled_nothing(),
        Vec::new(),
    );
    for (name, schema) in [
        (
            "itself",
            r#"{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}"#,
        ),
        (
            "itself twice",
            r#"{"type":"record","name":"R","fields":[{"name":"r","type":"R"},{"name":"s","type":"R"}]}"#,
        ),
        (
            "one that holds it",
            r#"{"type":"record","name":"R","fields":[{"name":"r","type":{"type":"record","name":"S","fields":[{"name":"r","type":"R"}]}}]}"#,
        ),
    ] {
        generic(
            bombs,
            &format!("a record that holds {name}"),
            Refused,
            schema,
            Vec::new(),
        );
        let array = format!("{{\"type\":\"array\",\"items\":{schema}}}");
        generic(
            bombs,
            &format!("1,000 records that hold {name}"),
            Refused,
            &array,
            longs(&[1000, 0]),
        );
    }
}

fn depths(bombs: &mut Vec<Bomb>) {
    let list = [2, 2].repeat(500_000);
    all::<List>(bombs, "a list of 500,000", Refused, LIST, list.clone());
    let list: Vec<u8> = [2, 2].repeat(30).into_iter().chain([2, 0]).collect();
    all::<List>(bombs, "a list of 31", Taken, LIST, list);
    all::<Tree>(
        bombs,
        "a tree of a million levels",
        Refused,
        TREE,
        vec![2; 1_000_000],
    );
    let levels: Vec<u8> = [2; 30].into_iter().chain([0; 31]).collect();
    all::<Tree>(bombs, "a tree of 31 levels", Taken, TREE, levels);
    let blocks = [1, 254, 255, 255, 255, 15].repeat(200_000);
    all::<Tree>(
        bombs,
        "a tree of 200,000 blocks with sizes",
        Refused,
        TREE,
        blocks,
    );
}

fn maps(bombs: &mut Vec<Bomb>) {
    let entries = 300_000;
    let same: Vec<u8> = long(entries)
        .into_iter()
        .chain([0, 2].repeat(300_000))
        .chain([0])
        .collect();
    all::<HashMap<String, i32>>(
        bombs,
        "a map of one key 300,000 times",
        Either,
        MAP,
        same.clone(),
    );
    all::<BTreeMap<String, i32>>(
        bombs,
        "a sorted map of one key 300,000 times",
        Either,
        MAP,
        same,
    );
    let mut others = long(entries);
    for key in 0..entries {
        let key = format!("{key:x}");
        others.extend(long(i64::try_from(key.len()).unwrap()));
        others.extend(key.as_bytes());
        others.push(2);
    }
    others.push(0);
    all::<HashMap<String, i32>>(bombs, "a map of 300,000 keys", Either, MAP, others.clone());
    all::<BTreeMap<String, i32>>(bombs, "a sorted map of 300,000 keys", Either, MAP, others);
    let blocks: Vec<u8> = [2, 0, 2].repeat(300_000).into_iter().chain([0]).collect();
    all::<HashMap<String, i32>>(bombs, "a map of 300,000 blocks", Either, MAP, blocks);
    all::<HashMap<String, i32>>(
        bombs,
        "a map with a key of all bytes",
        Refused,
        MAP,
        longs(&[1, i64::MAX]),
    );
}

fn numbers(bombs: &mut Vec<Bomb>) {
    for (what, index) in [
        ("-1", -1),
        ("2", 2),
        ("2^31", 1 << 31),
        ("2^32", 1 << 32),
        ("2^63 - 1", i64::MAX),
        ("-2^63", i64::MIN),
    ] {
        all::<Color>(
            bombs,
            &format!("symbol {what}"),
            Refused,
            COLOR,
            long(index),
        );
        all::<Option<i32>>(
            bombs,
            &format!("branch {what}"),
            Refused,
            r#"["null","int"]"#,
            long(index),
        );
    }
    all::<i64>(
        bombs,
        "a number of 1,000 bytes",
        Refused,
        "\"long\"",
        vec![0xff; 1000],
    );
    all::<i32>(
        bombs,
        "an int of 1,000 bytes",
        Refused,
        "\"int\"",
        vec![0x80; 1000],
    );
    all::<i32>(
        bombs,
        "a megabyte left over",
        Refused,
        "\"int\"",
        vec![2; 1 << 20],
    );
}

/// Little data, and much that is filled in.
fn defaults(bombs: &mut Vec<Bomb>) {
    let writer = r#"{"type":"array","items":{"type":"record","name":"Defaulted","fields":[{"name":"n","type":"int"}]}}"#;
    let count = 1_000_000;
    let data: Vec<u8> = long(count)
        .into_iter()
        .chain([2].repeat(1_000_000))
        .chain([0])
        .collect();
    let schema = Schema::parse(writer).unwrap();
    let codec = Avro::<Vec<Defaulted>>::new();
    let reader = codec.avro_schema().text().to_owned();
    let datum = data.clone();
    bombs.push(Bomb::new(
        "derived, a million defaults",
        data.len(),
        Either,
        move || codec.plan_for(&schema)?.decode(&datum).map(drop),
    ));
    let (datum, text) = (data.clone(), reader.clone());
    bombs.push(Bomb::new(
        "any value, a million defaults",
        data.len(),
        Either,
        move || {
            GenericCodec::new(&text)?
                .decode_from(writer, &datum)
                .map(drop)
        },
    ));
    let len = data.len();
    bombs.push(Bomb::new(
        "rewritten, a million defaults",
        len,
        Either,
        move || rewrite(writer, &reader, &data),
    ));
    let large = format!(
        r#"{{"type":"array","items":{{"type":"record","name":"Defaulted","fields":[{{"name":"n","type":"int"}},{{"name":"text","type":"string","default":"{}"}}]}}}}"#,
        "d".repeat(1 << 19)
    );
    let data: Vec<u8> = long(1000)
        .into_iter()
        .chain([2].repeat(1000))
        .chain([0])
        .collect();
    let (datum, text) = (data.clone(), large.clone());
    let bomb = Bomb::new(
        "any value, 1,000 defaults of half a megabyte",
        data.len(),
        Either,
        move || {
            GenericCodec::new(&text)?
                .decode_from(writer, &datum)
                .map(drop)
        },
    );
    bombs.push(bomb.with_defaults().with_schema(1 << 19));
    let bomb = Bomb::new(
        "rewritten, 1,000 defaults of half a megabyte",
        data.len(),
        Either,
        move || rewrite(writer, &large, &data),
    );
    bombs.push(bomb.with_defaults().with_schema(1 << 19));
}

/// Read by the type `T` both as a derived and as a serde type, and as [`generic`].
fn all<T>(bombs: &mut Vec<Bomb>, name: &str, end: End, schema: &'static str, datum: Vec<u8>)
where
    T: for<'de> wireform::avro::AvroDecode<'de> + serde::de::DeserializeOwned,
{
    let len = datum.len();
    let bytes = datum.clone();
    bombs.push(Bomb::new(format!("derived, {name}"), len, end, move || {
        Avro::<T>::new().deserialize(&bytes).map(drop)
    }));
    let bytes = datum.clone();
    bombs.push(Bomb::new(format!("serde, {name}"), len, end, move || {
        schemas::read::<T>(schema, &bytes)
    }));
    generic(bombs, name, end, schema, datum);
}

/// Read as any value, rewritten, and passed over as a field that the reader has not.
fn generic(bombs: &mut Vec<Bomb>, name: &str, end: End, schema: &str, datum: Vec<u8>) {
    let len = datum.len();
    let (text, bytes) = (schema.to_owned(), datum.clone());
    let bomb = Bomb::new(format!("any value, {name}"), len, end, move || {
        GenericCodec::new(&text)?.decode(&bytes).map(drop)
    });
    bombs.push(bomb.with_schema(schema.len()));
    let (text, bytes) = (schema.to_owned(), datum.clone());
    let bomb = Bomb::new(format!("rewritten, {name}"), len, end, move || {
        rewrite(&text, &text, &bytes)
    });
    bombs.push(bomb.with_schema(schema.len()));
    let text = format!(
        r#"{{"type":"record","name":"Outer","fields":[{{"name":"over","type":{schema}}}]}}"#
    );
    let bomb = Bomb::new(format!("passed over, {name}"), len, end, move || {
        rewrite(
            &text,
            r#"{"type":"record","name":"Outer","fields":[]}"#,
            &datum,
        )
    });
    bombs.push(bomb.with_schema(schema.len()));
}

fn rewrite(writer: &str, reader: &str, datum: &[u8]) -> Result<()> {
    let (writer, reader) = (Schema::parse(writer)?, Schema::parse(reader)?);
    Transcoder::new(&writer, &reader)?.transcode(datum, &mut Vec::new())
}
