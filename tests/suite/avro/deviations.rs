//! Where we differ from Java's Avro 1.12 on purpose, and why: the one list. `docs/evolution.md` says
//! the same to readers.

/// Reading: cases of `resolve.jsonl`.
pub(super) const RESOLVE: &[(&str, &str)] = &[
    // Bytes.
    (
        "an int over 32 bits",
        "Java drops the bits that are too many",
    ),
    (
        "array block of wrong size",
        "Java ignores sizes of blocks; one that is longer than the data is a lie",
    ),
    (
        "broken UTF-8 as string",
        "Java reads U+FFFD for bytes that are not UTF-8",
    ),
    // Units: a number that is read in another unit than it was written in is never what is meant.
    ("date as time-millis", "Java ignores logical types"),
    (
        "decimal of scale 0 as 2",
        "the specification asks for equal scales",
    ),
    (
        "decimal of scale 2 as 3",
        "the specification asks for equal scales",
    ),
    (
        "timestamp-micros as local-timestamp-micros",
        "Java ignores logical types",
    ),
    (
        "timestamp-millis as timestamp-micros",
        "Java ignores logical types",
    ),
    // Names.
    (
        "alias of a field whose record has another name",
        "we apply fields' aliases whatever the record is called",
    ),
    (
        "enum into union, other namespace",
        "the specification compares unqualified names",
    ),
    (
        "alias of a field that is read by its name",
        "a field of the same name is always taken: Java renames the writer's first",
    ),
    (
        "fields swapped by aliases",
        "a field of the same name is always taken: Java renames the writer's first",
    ),
    (
        "name and alias both in the writer",
        "a field of the same name is always taken: Java has two of one name then, and throws",
    ),
    (
        "union of records out, the other",
        "in a union of several records only the name says which one a value is: Java reads any \
         record as any other whose fields fit",
    ),
    // Records.
    (
        "no record without an end",
        "Java's stack overflows while the schemas are resolved",
    ),
];

/// Schemas: texts of `schemas.jsonl`.
pub(super) const SCHEMAS: &[(&str, &str)] = &[
    (
        r#""int" // end"#,
        "Java takes a comment in front of a schema and inside, and refuses one after it",
    ),
    (
        r#"{"type":"enum","name":"E","symbols":["A"],"default":0}"#,
        "Java ignores a default that is not a string",
    ),
    (
        r#"{"type":"enum","name":"E","symbols":["A"],"default":null}"#,
        "Java ignores a default that is not a string",
    ),
    (
        r#"{"type":"fixed","name":"F","size":2147483647}"#,
        "the longest array of a Java VM is a little shorter",
    ),
    (
        r#"{"type":"record","name":".R","fields":[]}"#,
        "Java takes a leading dot for no namespace",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"string","default":"\ud800"}]}"#,
        "Java has strings that are not Unicode",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":"bytes","default":"\u0100"}]}"#,
        "Java finds out when the default is needed",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":"float","default":"1"}]}"#,
        "Java finds out when the default is needed",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"enum","name":"E","symbols":["A","B"]},"default":"C"}]}"#,
        "Java finds out when the default is needed",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"fixed","name":"F","size":2},"default":""}]}"#,
        "Java fills up with zeros when the default is needed",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"fixed","name":"F","size":2},"default":"abc"}]}"#,
        "Java cuts when the default is needed",
    ),
];

/// Compatibility: pairs of `compatible.jsonl`, `READER reads WRITER`. Java throws where a name and an
/// alias match two fields; a field of the same name is always taken here, as in reading.
pub(super) const COMPATIBLE: &[(&str, &str)] = &[
    (
        r#"{"type":"record","name":"R","fields":[{"name":"b","type":"int","aliases":["a"]},{"name":"a","type":"int","aliases":["b"]}]} reads {"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}"#,
        "each is read by its name",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"b","type":"int","aliases":["a"]}]} reads {"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}"#,
        "it is read by its name",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","aliases":["a"]}]} reads {"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","aliases":["a"]}]}"#,
        "each is read by its name",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["b"]}]} reads {"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}"#,
        "it is read by its name",
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"z","type":"int","aliases":["a"]},{"name":"y","type":"int","aliases":["a"]}]} reads {"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#,
        "no field is read twice: Java says that both are there, and then reads only the last",
    ),
];
