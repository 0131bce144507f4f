use prost_types::{DescriptorProto, FileDescriptorProto};

use super::{Messages, Renamed, add_records, parse};
use crate::error::ErrorKind;

const STRUCT: &str = "#[derive(::prost::Message)] pub struct A {}";

/// Returns the message `x.A`.
fn messages() -> Messages {
    let message = DescriptorProto {
        name: Some("A".to_owned()),
        ..DescriptorProto::default()
    };
    let file = FileDescriptorProto {
        package: Some("x".to_owned()),
        message_type: vec![message],
        ..FileDescriptorProto::default()
    };
    let mut messages = Messages::default();
    messages.add_file(&file, "A_PROTO").unwrap();
    messages
}

#[track_caller]
fn check(name: &str, expected: Result<(), ErrorKind>) {
    let mut items = parse(&format!("{STRUCT} {name}")).unwrap().items;
    let added = add_records(&mut items, &messages(), &Renamed::default(), 0);
    assert_eq!(added.map_err(|error| error.kind()), expected);
}

fn named(body: &str) -> String {
    format!("impl ::prost::Name for A {{ fn full_name() -> String {{ {body} }} }}")
}

#[test]
fn names_of_another_shape_are_an_error() {
    check(&named("\"x.A\".into()"), Ok(()));
    check(&named("String::from(\"x.A\")"), Err(ErrorKind::Unsupported));
    check("", Err(ErrorKind::Unsupported));
}

/// A message without its record, otherwise.
#[test]
fn names_that_are_not_of_a_message_are_an_error() {
    check(&named("\"/x.A\".into()"), Err(ErrorKind::Unsupported));
}
