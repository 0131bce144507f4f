//! The files in `golden/` compile without a warning, and what they write they read.
#![deny(warnings)]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use wireform::protobuf::prost::Message;
use wireform::protobuf::prost_types::{Any, Duration, FileDescriptorSet, Struct, Timestamp};
use wireform::registry::{NamedText, ResolvedSchema};
use wireform::{
    Deserializer, ErrorKind, Framed, NoHeaders, Protobuf, ProtobufRecord, Reader, SchemaFormat,
    SchemaId, SchemaSource, SerializerExt,
};

macro_rules! golden {
    ($($case:ident),+) => {$(
        #[rustfmt::skip]
        mod $case {
            include!(concat!("golden/", stringify!($case), ".rs"));
        }
    )+};
}

golden!(
    alias,
    attributes,
    choices,
    clash,
    comments,
    deep,
    defaults,
    deprecated,
    diamond,
    empty,
    enums,
    extensions,
    far_numbers,
    fences,
    groups,
    hash_maps,
    imports,
    json_names,
    keywords,
    map_kinds,
    maps,
    mutual,
    name_clashes,
    nested,
    nested_groups,
    no_package,
    oneof,
    oneof_keywords,
    optional,
    options,
    orders,
    packages,
    packing,
    proto2,
    public_import,
    renamed,
    required,
    reserved,
    same_names,
    service,
    short,
    structs,
    times,
    unicode,
    well_known,
    wrappers
);

#[path = "round_trip/filled.rs"]
mod filled;

/// Writes and reads `value`: alone, in a frame with `index`, and by a reader that knows only the
/// registered text.
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "short cases")]
fn check<T: ProtobufRecord + Clone + PartialEq + Debug>(value: T, index: &[u8]) {
    let codec = Protobuf::<T>::new();
    let body = codec.to_vec(&value).unwrap();
    assert_eq!(codec.deserialize(&body).unwrap(), value);

    let framed = Framed::with_id(codec.clone(), SchemaId::new(7));
    let payload = framed.to_vec(&value).unwrap();
    assert_eq!(payload, [&[0, 0, 0, 0, 7], index, &body].concat());

    let schema = resolved(codec.source());
    codec.check_writes(&schema).unwrap();
    let reader = Reader::offline().with(codec).build();
    reader.add(SchemaId::new(7), &schema).unwrap();
    let decoded = reader.decode(&NoHeaders, Some(&payload)).unwrap().unwrap();
    assert_eq!(decoded.value, value);
    check_descriptor::<T>();
}

/// The descriptor set holds the file last, with the message in it.
#[track_caller]
fn check_descriptor<T: ProtobufRecord>() {
    let set = FileDescriptorSet::decode(T::file().descriptor_set().as_slice()).unwrap();
    let file = set.file.last().unwrap();
    assert_eq!(file.name(), T::file().path());
    assert!(T::FULL_NAME.starts_with(file.package()));
}

/// What a registry would hand out.
fn resolved(source: &SchemaSource) -> ResolvedSchema {
    fn visit(source: &SchemaSource, found: &mut Vec<NamedText>) {
        for import in &source.imports {
            visit(&import.source, found);
            if found.iter().all(|text| text.name != import.name) {
                found.push(NamedText {
                    name: import.name.clone(),
                    text: import.source.text.clone(),
                });
            }
        }
    }
    let mut schema = ResolvedSchema::new(source.kind, source.text.clone());
    visit(source, &mut schema.references);
    schema
}

fn order() -> orders::shop::orders::v1::Order {
    use orders::shop::orders::v1::{Item, Order, Status};
    Order {
        order_id: "ORD-001".to_owned(),
        customer: "Ada".to_owned(),
        items: vec![Item {
            sku: "A1".to_owned(),
            quantity: 2,
            price: 9.5,
        }],
        total: 19.0,
        status: Status::Paid.into(),
        created_at: 1_700_000_000_000,
        note: Some(String::new()),
        tags: BTreeMap::from([
            ("b".to_owned(), "2".to_owned()),
            ("a".to_owned(), "1".to_owned()),
        ]),
    }
}

#[test]
fn orders_round_trip() {
    check(order(), &[0]);
    let item = order().items.remove(0);
    check(item, &[2, 2]);
}

#[test]
fn registered_text_is_the_file() {
    let codec = Protobuf::<orders::shop::orders::v1::Order>::new();
    let expected = include_str!("protos/orders/shop/orders/v1/order.proto");
    assert_eq!(&*codec.source().text, expected);
    assert_eq!(
        codec.source().record.as_deref(),
        Some("shop.orders.v1.Order")
    );
    assert_eq!(codec.source().imports, []);
}

#[test]
fn maps_are_written_in_order() {
    let codec = Protobuf::new();
    let bytes = codec.to_vec(&order()).unwrap();
    let position = |entry: &[u8]| {
        bytes
            .windows(entry.len())
            .position(|window| window == entry)
    };
    assert!(position(b"\x0a\x01a\x12\x011") < position(b"\x0a\x01b\x12\x012"));
}

#[test]
fn imports_are_references_in_their_order() {
    use imports::shop::{common::v1::Customer, money::v1::Money, sales::v1::Sale};
    let money = Money {
        currency: "EUR".to_owned(),
        units: 5,
    };
    let customer = Customer {
        name: "Ada".to_owned(),
        credit: Some(money.clone()),
    };
    let sale = Sale {
        customer: Some(customer),
        price: Some(money),
        sold_at: Some(Timestamp {
            seconds: 1,
            nanos: 2,
        }),
    };
    check(sale, &[0]);

    let codec = Protobuf::<Sale>::new();
    let names: Vec<&str> = codec
        .source()
        .imports
        .iter()
        .map(|import| &*import.name)
        .collect();
    assert_eq!(
        names,
        ["shop/common/v1/customer.proto", "shop/money/v1/money.proto"]
    );
    let inner = &codec.source().imports[0].source;
    assert_eq!(
        &*inner.text,
        include_str!("protos/imports/shop/common/v1/customer.proto")
    );
    assert_eq!(inner.imports[0].name, "shop/money/v1/money.proto");
}

#[test]
fn another_message_is_a_wrong_type() {
    use orders::shop::orders::v1::{Item, Order};
    let schema = resolved(Protobuf::<Order>::new().source());
    let reader = Reader::offline().with(Protobuf::<Item>::new()).build();
    reader.add(SchemaId::new(7), &schema).unwrap();
    let error = reader
        .decode(&NoHeaders, Some(&[0, 0, 0, 0, 7, 0]))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert!(
        error.to_string().contains("shop.orders.v1.Order"),
        "{error}"
    );
    assert!(error.to_string().contains("shop.orders.v1.Item"), "{error}");
}

#[test]
fn keywords_round_trip() {
    use keywords::r#type::r#match::{Option as Maybe, Self_, String as Text, Struct, self_};
    let value = Self_ {
        r#fn: "f".to_owned(),
        self_: 1,
        r#async: true,
        r#enum: self_::Enum::Self_.into(),
        r#impl: Some(self_::Impl::Dyn(self_::Trait { r#loop: 3 })),
    };
    check(value.clone(), &[0]);
    check(Struct { self_: Some(value) }, &[2, 2]);
    check(
        Maybe {
            some: Some("x".to_owned()),
        },
        &[2, 4],
    );
    check(Text { vec: vec![1] }, &[2, 6]);
    check(self_::Trait { r#loop: 3 }, &[4, 0, 0]);
}

#[test]
fn nested_messages_have_their_path_as_index() {
    use nested::nested::v1::{Outer, Unused, outer};
    let innermost = outer::second::Innermost {
        recursive: Some(Box::default()),
    };
    check(Unused {}, &[0]);
    check(outer::First {}, &[4, 2, 0]);
    check(innermost, &[6, 2, 2, 0]);
    check(
        Outer {
            second: Some(Box::default()),
        },
        &[2, 2],
    );
}

#[test]
fn entry_types_of_maps_do_not_count() {
    use maps::maps::{Kind, Stock, stock};
    let place = stock::Place {
        shelf: "A".to_owned(),
    };
    check(place.clone(), &[4, 0, 0]);
    let stock = Stock {
        counts: BTreeMap::from([("a".to_owned(), 1)]),
        places: BTreeMap::from([(2, place)]),
        kinds: BTreeMap::from([(true, Kind::Large.into())]),
        blobs: BTreeMap::from([("b".to_owned(), vec![1, 2])]),
    };
    check(stock, &[0]);
}

#[test]
fn groups_round_trip_and_do_not_count() {
    use groups::groups::{Search, search};
    let page = search::Page { number: Some(1) };
    check(page, &[4, 0, 0]);
    let result = search::Result {
        url: "u".to_owned(),
        rank: None,
    };
    check(
        Search {
            result: vec![result],
            page: Some(page),
        },
        &[0],
    );
}

#[test]
fn oneofs_and_optionals_round_trip() {
    use oneof::oneof::{Payment, payment};
    let card = payment::Card {
        number: "1".to_owned(),
    };
    let method = Some(payment::MethodOneOf::Card(card));
    check(
        Payment {
            method,
            currency: "EUR".to_owned(),
        },
        &[0],
    );
    let reading = optional::optional::Reading {
        value: Some(0.0),
        deltas: vec![-1, 1],
        id: u64::MAX,
        ..Default::default()
    };
    check(reading, &[0]);
}

#[test]
fn other_kinds_round_trip() {
    check(alias::alias::Job { state: 1 }, &[0]);
    check(
        clash::clash::inner::Other {
            deep: Some(clash::clash::inner::Deep { n: 1 }),
        },
        &[0],
    );
    check(comments::comments::Plain {}, &[2, 2]);
    check(empty::empty::Nothing {}, &[0]);
    let inner = no_package::rootless::Inner {
        text: "x".to_owned(),
    };
    check(inner.clone(), &[4, 0, 0]);
    check(
        no_package::Rootless {
            inner: Some(inner),
            color: 1,
        },
        &[0],
    );
    let a = packages::one::two::A {
        data: vec![1].into(),
    };
    check(
        packages::one::two::C {
            b: Some(packages::one::B { a: Some(a) }),
        },
        &[0],
    );
    let legacy = proto2::legacy::Legacy {
        id: 1,
        packed: vec![1, 2],
        ..Default::default()
    };
    assert_eq!(legacy.name(), "say \"hi\"");
    check(legacy, &[0]);
}

#[test]
fn well_known_types_are_built_in() {
    let known = well_known::well_known::Known {
        at: Some(Timestamp {
            seconds: 1,
            nanos: 2,
        }),
        took: Some(Duration {
            seconds: 3,
            nanos: 4,
        }),
        any: Some(Any::default()),
        attributes: Some(Struct::default()),
        maybe: Some("x".to_owned()),
        nothing: Some(()),
        numbers: vec![1, 2],
    };
    check(known, &[0]);
    let codec = Protobuf::<well_known::well_known::Known>::new();
    assert_eq!(codec.source().imports, []);
    let files = FileDescriptorSet::decode(
        well_known::well_known::Known::file()
            .descriptor_set()
            .as_slice(),
    );
    assert_eq!(files.unwrap().file.len(), 7);
}

#[test]
fn types_with_other_names_are_the_messages_of_the_file() {
    use name_clashes::name_clashes as m;

    let config = m::As3935Config {
        inner: Some(m::as3935_config::Inner { a: 1 }),
    };
    check(config, &[0]);
    let inner = Some(m::as3935_config2::Inner { b: 2 });
    let other = Some(config);
    check(m::As3935Config2 { inner, other }, &[2, 2]);
    let basket = m::Basket {
        trap: Some(m::basket::GoodsOneOf2 { x: true }),
        goods: Some(m::basket::GoodsOneOf::Listed(m::basket::Goods {
            a: "b".to_owned(),
        })),
    };
    check(basket, &[2, 4]);
    let mut getter = m::Getter::default();
    getter.set_kind(m::getter::E::One);
    getter.set_set_kind2(m::getter::E::One);
    getter.push_list2(m::getter::E::One);
    getter.insert_type2("a".to_owned(), m::getter::E::One);
    check(getter, &[2, 6]);
    let fields = m::Fields {
        foo_bar: Some(1),
        foo_bar2: Some(2),
        choice: Some(m::fields::Choice::AB2(4)),
    };
    check(fields, &[0]);
}
