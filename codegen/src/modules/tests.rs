use super::{Messages, Renamed, add_records, parse};
use crate::error::ErrorKind;

const STRUCT: &str = "#[derive(::prost::Message)] pub struct A {}";

#[track_caller]
fn check(name: &str, expected: Result<(), ErrorKind>) {
    let mut items = parse(&format!("{STRUCT} {name}")).unwrap().items;
    let added = add_records(&mut items, &Messages::default(), &Renamed::default(), 0);
    assert_eq!(added.map_err(|error| error.kind()), expected);
}

#[test]
fn names_of_another_shape_are_an_error() {
    let name = |body: &str| {
        format!("impl ::prost::Name for A {{ fn full_name() -> String {{ {body} }} }}")
    };
    check(&name("\"x.A\".into()"), Ok(()));
    check(&name("String::from(\"x.A\")"), Err(ErrorKind::Unsupported));
    check("", Err(ErrorKind::Unsupported));
}
