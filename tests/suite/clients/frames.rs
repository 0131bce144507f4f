//! Frames that we write, of every case in `tests/data/golden/frames`, read by clients in other languages.

use std::fmt::Debug;
use std::process::Command;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wireform::protobuf::prost_reflect::prost::Message;
use wireform::protobuf::{Protobuf, ProtobufDynamic, ProtobufRecord, ProtobufSchema};
use wireform::{Framed, HeaderNames, JsonSchema, SchemaCodec, SerializerExt, Subject, header};
use wireform_registry::{HttpRegistry, serve};
use wireform_tests::frames::{Case, cases, descriptors, frames};
use wireform_tests::golden::Golden;
use wireform_tests::rules;
use wireform_tests::workspace::root;

use super::{formats::hex, run};
use crate::golden::frames::numbers;
use crate::golden::messages::source;
use crate::proto::with_type;

/// Our frames, and what they hold.
struct Written {
    runtime: Runtime,
    registry: HttpRegistry,
    in_headers: bool,
    frames: Vec<Value>,
    /// Each frame's case, and whether prost wrote it, from a generated type.
    cases: Vec<(Case, bool)>,
    is_prost: bool,
}

impl Written {
    /// Registers the codec's schema, and writes the value behind a prefix and with headers.
    fn push<T, C>(&mut self, case: &Case, codec: &C, value: &T)
    where
        C: SchemaCodec<T> + Clone,
    {
        let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
        let subject = Subject::value(&case.schema);
        let framed = Framed::register(codec.clone(), &self.registry, subject);
        let framed = self.runtime.block_on(framed).unwrap();
        self.push_framed(case, &framed.to_vec(value).unwrap(), &[]);
        if self.in_headers {
            let framed = framed.in_headers().unwrap();
            let headers = header::codec_headers(&HeaderNames::plain(), None, Some(&framed));
            self.push_framed(case, &framed.to_vec(value).unwrap(), &headers);
        }
    }

    fn push_framed(&mut self, case: &Case, payload: &[u8], headers: &[(String, Vec<u8>)]) {
        let headers: Value = headers
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(hex(value))))
            .collect::<serde_json::Map<_, _>>()
            .into();
        self.frames.push(json!({
            "topic": case.schema,
            "format": case.format,
            "message": case.message,
            "payload": hex(payload),
            "headers": headers,
        }));
        self.cases.push((case.clone(), self.is_prost));
    }
}

/// The case's value as a message without generated code, and with it.
fn push_protobuf(written: &mut Written, case: &Case, golden: &Golden) {
    let message = case.message.as_deref();
    let schema = ProtobufSchema::parse(&golden.resolved()).unwrap();
    let body = schema
        .from_json(&case.value.to_string(), message)
        .unwrap()
        .body;
    let codec = ProtobufDynamic::with_source(source(golden), message).unwrap();
    let value = wireform::Deserializer::deserialize(&codec, &body).unwrap();
    written.push(case, &codec, &value);
    with_type!(message.unwrap(), push_typed(written, case, &body));
}

fn push_typed<T>(written: &mut Written, case: &Case, body: &[u8])
where
    T: ProtobufRecord + Message + Debug,
{
    let value = T::decode(body).unwrap();
    written.is_prost = true;
    written.push(case, &Protobuf::<T>::new(), &value);
    written.is_prost = false;
}

/// What the programs print: the names of the `.proto` file, and no -0.0 where prost wrote, which leaves
/// it out.
fn expected(case: &Case, is_prost: bool) -> Value {
    match &*case.name {
        "kinds-names" => json!({"camelCase": "a", "snake_case_2": "b", "type": "c", "far": 1.0}),
        "parts-hole-negative-zero" if is_prost => json!({}),
        _ => numbers(&case.value),
    }
}

/// Every case in every frame; the schemas are registered.
fn write_all(runtime: Runtime, url: &str, in_headers: bool) -> Written {
    let mut written = Written {
        runtime,
        registry: HttpRegistry::new(url).unwrap(),
        in_headers,
        frames: Vec::new(),
        cases: Vec::new(),
        is_prost: false,
    };
    // Go's frames name the schemas by their texts.
    let texts = frames("go");
    for case in cases() {
        let name = format!("go/{}-prefix", case.name);
        let golden = texts.iter().find(|golden| golden.name == name).unwrap();
        if case.format == "json" {
            let codec = JsonSchema::<Value>::new(&golden.schema).unwrap();
            written.push(&case, &codec, &case.value);
        } else {
            push_protobuf(&mut written, &case, golden);
        }
    }
    written
}

/// Has `program` of `tests/interop` read our frames with schemas from our registry.
fn check(program: &str, arguments: &[&str], in_headers: bool) {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(serve(rules::registry(), ([127, 0, 0, 1], 0).into()));
    let server = server.unwrap();
    let written = write_all(runtime, &server.url(), in_headers);
    let asked = json!({
        "registry": server.url(),
        "descriptors": hex(&descriptors()),
        "frames": written.frames,
    });
    let folder = root().join("tests/interop");
    let mut command = Command::new(folder.join(program));
    command.current_dir(&folder).args(arguments);
    let answer = run(command, &asked.to_string());
    // With the names of the file, Go's protojson prints a group under the name of its message.
    let answer = answer.to_string().replace("\"Extra\":", "\"extra\":");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let read = compare(&written, answer["values"].as_array().unwrap(), program);
    assert!(read >= 100, "{program} read {read} frames");
    println!("{program} read {read} of {} frames", written.frames.len());
    written.runtime.block_on(server.stop());
}

/// How many frames were read.
fn compare(written: &Written, values: &[Value], program: &str) -> usize {
    assert_eq!(values.len(), written.frames.len());
    let mut read = 0;
    let cases = written.cases.iter().zip(&written.frames);
    for (found, ((case, is_prost), frame)) in values.iter().zip(cases) {
        // Node's client takes an empty payload for a tombstone, also where a header names its schema.
        if found.is_null() && program.starts_with("node") {
            assert_eq!(frame["payload"], "", "{}", case.name);
            continue;
        }
        let found = match &case.message {
            Some(message) => {
                assert_eq!(found["message"], **message, "{}", case.name);
                &found["value"]
            }
            None => found,
        };
        assert_eq!(numbers(found), expected(case, *is_prost), "{}", case.name);
        read += 1;
    }
    read
}

#[test]
#[ignore = "needs Python and its packages: tests/interop/python"]
fn python_reads_our_frames() {
    check("python", &["read_frames.py"], true);
}

#[test]
#[ignore = "needs Node and its packages: tests/interop/node"]
fn node_reads_our_frames() {
    check("node/run", &["frames.js", "read"], true);
}

/// franz-go knows no schema ids in headers.
#[test]
#[ignore = "needs Go and its modules: tests/interop/go"]
fn go_reads_our_frames() {
    check("go/frames", &["read"], false);
}

#[test]
#[ignore = "needs a JDK and Maven: tests/interop/java"]
fn java_reads_our_frames() {
    check("java/frames", &["read"], true);
}
