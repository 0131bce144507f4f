//! JSON and Protobuf, whose schemas the clients have from a served registry and from nowhere else.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wireform::protobuf::Protobuf;
use wireform::{
    Framed, JsonSchema, NoHeaders, ReadCodec, Reader, SchemaCodec, SerializerExt, Subject,
};
use wireform_registry::{HttpRegistry, Server, serve};
use wireform_tests::rules;

use super::{command, order, run};
use crate::proto;

const SCHEMA: &str = include_str!("../../interop/order.schema.json");
const JSON: [&str; 4] = ["--format", "json", "--schema", "order.schema.json"];
const PROTOBUF: [&str; 6] = [
    "--format",
    "protobuf",
    "--proto",
    "../../proto/shop/orders/v1/order.proto",
    "--message",
    "shop.orders.v1.Order",
];

/// What `order.schema.json` describes; its fields in the order that `Value` has them, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Basket {
    items: Vec<String>,
    order_id: String,
    total: f64,
}

/// Has `program` read what `codec` wrote, and write the same value with our schema and with one
/// that it registers itself.
async fn check<T, C>(program: &str, arguments: Vec<&str>, codec: C, value: T, plain: Value)
where
    T: PartialEq + Debug + 'static,
    C: SchemaCodec<T> + ReadCodec<T> + Clone + 'static,
{
    let server = serve(rules::registry(), ([127, 0, 0, 1], 0).into()).await;
    let server: Server = server.unwrap();
    let registry = HttpRegistry::new(server.url()).unwrap();
    let framed = Framed::register(codec.clone(), &registry, Subject::value("orders"));
    let payload = hex(&framed.await.unwrap().to_vec(&value).unwrap());
    let asked = json!({"value": plain, "payload": payload}).to_string();
    let command = command(program, &arguments, &server.url());
    let answer = tokio::task::spawn_blocking(move || run(command, &asked));
    let answer = answer.await.unwrap();

    assert_eq!(answer["decoded"], plain);
    assert_eq!(answer["latest"], json!(payload));
    let own = bytes(answer["own"].as_str().unwrap());
    let reader = Reader::<T>::builder(registry).with(codec).build();
    let read = reader.decode_or_fetch(&NoHeaders, Some(&own)).await;
    assert_eq!(read.unwrap().unwrap().value, value);
    server.stop().await;
}

async fn check_json(program: &str, arguments: &[&str]) {
    let basket = Basket {
        items: vec!["laptop-15".to_owned(), "käse".to_owned()],
        order_id: "ORD-0012345".to_owned(),
        total: 1060.74,
    };
    let plain = serde_json::to_value(&basket).unwrap();
    let codec = JsonSchema::<Basket>::new(SCHEMA).unwrap();
    check(program, [arguments, &JSON].concat(), codec, basket, plain).await;
}

async fn check_protobuf(program: &str, arguments: &[&str]) {
    let order = proto::Order::from(order());
    let (plain, codec) = (order.to_json(), Protobuf::<proto::Order>::new());
    check(
        program,
        [arguments, &PROTOBUF].concat(),
        codec,
        order,
        plain,
    )
    .await;
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let pair = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(pair).collect()
}

#[tokio::test]
#[ignore = "needs Python and its packages: tests/interop/python"]
async fn python_writes_and_reads_json() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    check_json("python", &["client_formats.py", "--client", "sync"]).await;
    check_json("python", &["client_formats.py", "--client", "async"]).await;
}

#[tokio::test]
#[ignore = "needs Python and its packages: tests/interop/python"]
async fn python_writes_and_reads_protobuf() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    check_protobuf("python", &["client_formats.py", "--client", "sync"]).await;
    check_protobuf("python", &["client_formats.py", "--client", "async"]).await;
}

#[tokio::test]
#[ignore = "needs Node and its packages: tests/interop/node"]
async fn node_writes_and_reads_json() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    check_json("node/run", &["formats.js"]).await;
}

#[tokio::test]
#[ignore = "needs Node and its packages: tests/interop/node"]
async fn node_writes_and_reads_protobuf() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    check_protobuf("node/run", &["formats.js"]).await;
}
