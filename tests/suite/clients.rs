//! Registry clients of other languages against `serve`, unchanged: what they register, fetch,
//! serialize and read is what we do.

mod formats;
mod frames;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use wireform::avro::SerdeAvro;
use wireform::{Framed, SerializerExt, Subject};
use wireform_limits::{BUILD_LIMIT, ended};
use wireform_registry::serve;
use wireform_tests::order::{Order, SCHEMA_V1, sample};
use wireform_tests::rules;
use wireform_tests::workspace::root;

/// What every client answers after it went through the registry, but for what it decoded.
fn expected(payload: &str) -> Value {
    json!({
        "missing": 40401,
        "payload": payload,
        "id": 1,
        "version": 1,
        "fits": true,
        "breaks": true,
        "refused": 409,
        "level": "FULL",
        "second": 2,
        "versions": [1, 2],
        "subjects": ["orders-value"],
        "deleted": [1, 2],
        "purged": [1, 2],
        "gone": 40401,
    })
}

/// An order whose bytes are the same whatever order a client keeps maps in.
fn order() -> Order {
    let mut order = sample();
    order.tags.pop_first();
    order
}

/// Our bytes of `order`, as the first schema of a registry.
async fn ours(order: &Order) -> Vec<u8> {
    let codec = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let subject = Subject::value("orders");
    let framed = Framed::register(codec, &rules::registry(), subject).await;
    framed.unwrap().to_vec(order).unwrap()
}

/// Runs `program` of `tests/interop` against a served registry and compares its answer.
#[track_caller]
fn check(program: &str, arguments: &[&str]) {
    let _guard = wireform_limits::guard(BUILD_LIMIT);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let order = order();
    let (server, ours) = runtime.block_on(async {
        let server = serve(rules::registry(), ([127, 0, 0, 1], 0).into()).await;
        (server.unwrap(), ours(&order).await)
    });
    let payload: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
    let value = serde_json::to_value(&order).unwrap();
    let asked = json!({"value": value, "payload": payload});
    let mut expected = expected(&payload);
    expected["decoded"] = value;
    assert_eq!(answer(program, arguments, &server.url(), &asked), expected);
    runtime.block_on(server.stop());
}

fn answer(program: &str, arguments: &[&str], url: &str, asked: &Value) -> Value {
    let mut command = command(program, arguments, url);
    command
        .arg("--schema")
        .arg(root().join("schemas/orders-value/v1.avsc"))
        .arg("--next")
        .arg(root().join("schemas/orders-value/v2.avsc"))
        .arg("--broken")
        .arg(root().join("tests/interop/broken.avsc"));
    run(command, &asked.to_string())
}

/// `program` of `tests/interop` against the registry at `url`.
fn command(program: &str, arguments: &[&str], url: &str) -> Command {
    let folder = root().join("tests/interop");
    let mut command = Command::new(folder.join(program));
    command
        .current_dir(&folder)
        .args(arguments)
        .args(["--registry", url, "--topic", "orders"]);
    command
}

/// What a program says to `asked`.
#[track_caller]
fn run(mut command: Command, asked: &str) -> Value {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(asked.as_bytes()).unwrap();
    drop(input);
    // It may install packages.
    let output = ended(child, BUILD_LIMIT);
    assert!(output.status.success(), "{command:?} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs Python and its packages: tests/interop/python"]
fn pythons_client_works_unchanged() {
    check("python", &["client.py", "--client", "sync"]);
}

#[test]
#[ignore = "needs Python and its packages: tests/interop/python"]
fn pythons_async_client_works_unchanged() {
    check("python", &["client.py", "--client", "async"]);
}

#[test]
#[ignore = "needs Node and its packages: tests/interop/node"]
fn nodes_client_works_unchanged() {
    check("node/run", &["client.js"]);
}

#[test]
#[ignore = "needs Go and its modules: tests/interop/go"]
fn go_s_client_works_unchanged() {
    check("go/client", &[]);
}

#[test]
#[ignore = "needs a JDK and Maven: tests/interop/java"]
fn java_works_by_plain_http() {
    check("java/client", &[]);
}
