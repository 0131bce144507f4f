//! Every field of every message set, by the descriptor alone, and read as the generated type.

use wireform::protobuf::prost_reflect::{
    DynamicMessage, EnumValueDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    ReflectMessage, Value,
};
use wireform::protobuf::{ProtobufDynamic, prost::bytes::Bytes};

use super::*;

/// Fills a message, and checks that the generated type reads it and writes the same bytes.
#[track_caller]
fn check_filled<T: ProtobufRecord + Clone + PartialEq + Debug>(index: &[u8]) {
    let source = Protobuf::<T>::new().source().clone();
    let dynamic = ProtobufDynamic::with_source(source, Some(T::FULL_NAME)).unwrap();
    let message = dynamic.message().descriptor();
    let oneofs = message.oneofs().map(|oneof| oneof.fields().len()).max();
    for choice in 0..oneofs.unwrap_or(1) {
        let filled = dynamic.to_vec(&fill(&message, choice, 0)).unwrap();
        assert!(
            !filled.is_empty() || message.fields().len() == 0,
            "{}",
            T::FULL_NAME
        );
        let value = T::decode(&*filled).unwrap();
        assert_eq!(
            Protobuf::new().to_vec(&value).unwrap(),
            filled,
            "{}",
            T::FULL_NAME
        );
        check(value, index);
    }
}

/// A message with all of its fields, of each oneof the one at `choice`.
fn fill(message: &MessageDescriptor, choice: usize, depth: usize) -> DynamicMessage {
    let mut out = DynamicMessage::new(message.clone());
    for field in message.fields() {
        let oneof = field.containing_oneof();
        let chosen = oneof.and_then(|oneof| oneof.fields().nth(choice % oneof.fields().len()));
        let is_chosen = field.containing_oneof().is_none() || chosen.as_ref() == Some(&field);
        let is_message = matches!(field.kind(), Kind::Message(_)) && !field.is_map();
        if is_chosen && (depth < 3 || !is_message || field.is_required()) {
            out.set_field(&field, value(&field, choice, depth));
        }
    }
    out
}

fn value(field: &FieldDescriptor, choice: usize, depth: usize) -> Value {
    if let (Kind::Message(entry), true) = (field.kind(), field.is_map()) {
        let key = single(&entry.map_entry_key_field().kind(), choice, depth);
        let value = entry.map_entry_value_field();
        let inner = match value.kind() {
            // prost leaves an empty message out of an entry.
            Kind::Message(_) if depth >= 2 => return Value::Map([].into()),
            kind => single(&kind, choice, depth),
        };
        let key: MapKey = key.into_map_key().unwrap();
        return Value::Map([(key, inner)].into());
    }
    match field.is_list() {
        true => Value::List(vec![single(&field.kind(), choice, depth); 2]),
        false => single(&field.kind(), choice, depth),
    }
}

fn single(kind: &Kind, choice: usize, depth: usize) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::Bytes => Value::Bytes(Bytes::from_static(b"\x00\xff")),
        Kind::Double => Value::F64(-0.5),
        Kind::Enum(declared) => {
            let last = declared.values().max_by_key(EnumValueDescriptor::number);
            Value::EnumNumber(last.map_or(0, |value| value.number()))
        }
        Kind::Fixed32 | Kind::Uint32 => Value::U32(u32::MAX),
        Kind::Fixed64 | Kind::Uint64 => Value::U64(u64::MAX),
        Kind::Float => Value::F32(1.5),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => Value::I32(-2),
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => Value::I64(i64::MIN),
        Kind::Message(inner) => Value::Message(fill(inner, choice, depth + 1)),
        Kind::String => Value::String("grüße".to_owned()),
    }
}

#[test]
fn filled_messages_round_trip() {
    check_filled::<attributes::attributes::Outer>(&[0]);
    check_filled::<choices::choices::Choice>(&[0]);
    check_filled::<choices::choices::choice::Big>(&[4, 0, 0]);
    check_filled::<deep::deep::er::still::A>(&[0]);
    check_filled::<deep::deep::er::still::a::b::c::d::E>(&[10, 0, 0, 0, 0, 0]);
    check_filled::<defaults::defaults::Defaults>(&[0]);
    check_filled::<diamond::diamond::Top>(&[0]);
    check_filled::<enums::enums::Reading>(&[0]);
    check_filled::<extensions::extensions::Open>(&[0]);
    check_filled::<extensions::extensions::Scope>(&[2, 2]);
    check_filled::<far_numbers::far_numbers::Far>(&[0]);
    check_filled::<fences::fences::Fenced>(&[0]);
    check_filled::<hash_maps::hash_maps::Mixed>(&[0]);
    check_filled::<json_names::json_names::Names>(&[0]);
    check_filled::<map_kinds::map_kinds::Keys>(&[0]);
    check_filled::<mutual::mutual::Left>(&[0]);
    check_filled::<mutual::mutual::Right>(&[2, 2]);
    check_filled::<nested_groups::nested_groups::Search>(&[0]);
    check_filled::<nested_groups::nested_groups::search::After>(&[4, 0, 0]);
    check_filled::<oneof_keywords::oneof_keywords::Pick>(&[0]);
    check_filled::<options::opts::Rule>(&[0]);
    check_filled::<options::opts::Guarded>(&[2, 2]);
    check_filled::<packing::packing::Packing>(&[0]);
    check_filled::<public_import::public_import::Main>(&[0]);
    check_filled::<renamed::renamed::Event>(&[0]);
    check_filled::<required::required::strict::Inner>(&[4, 0, 0]);
    check_filled::<reserved::reserved_words::Kept>(&[0]);
    check_filled::<same_names::a::Same>(&[0]);
    check_filled::<service::service::Ask>(&[0]);
    check_filled::<service::service::Answer>(&[2, 2]);
    check_filled::<short::s::A>(&[0]);
    check_filled::<short::s::a::C>(&[4, 0, 0]);
    check_filled::<times::times::Times>(&[0]);
    check_filled::<unicode::unicode::Text>(&[0]);
    check_filled::<wrappers::wrapped::Wrapped>(&[0]);
    // And those that had been there.
    check_filled::<alias::alias::Job>(&[0]);
    check_filled::<groups::groups::Search>(&[0]);
    check_filled::<imports::shop::sales::v1::Sale>(&[0]);
    check_filled::<keywords::r#type::r#match::Self_>(&[0]);
    check_filled::<maps::maps::Stock>(&[0]);
    check_filled::<nested::nested::v1::Outer>(&[2, 2]);
    check_filled::<no_package::Rootless>(&[0]);
    check_filled::<oneof::oneof::Payment>(&[0]);
    check_filled::<optional::optional::Reading>(&[0]);
    check_filled::<orders::shop::orders::v1::Order>(&[0]);
    check_filled::<proto2::legacy::Legacy>(&[0]);
}

#[test]
fn deprecated_and_loose_messages_round_trip() {
    #[allow(deprecated)]
    check_filled::<deprecated::deprecated::Old>(&[0]);
    check_filled::<deprecated::deprecated::Uses>(&[2, 2]);
    check_filled::<structs::structs::Loose>(&[0]);
}

#[test]
fn a_renamed_field_is_the_same_in_bytes_and_text() {
    use renamed::renamed::{Event, event};
    let event = Event {
        kind: "k".to_owned(),
        payload: Some(event::Payload::Text("t".to_owned())),
        inner: Some(event::Inner { r#match: true }),
        ..Event::default()
    };
    check(event.clone(), &[0]);
    let dynamic = ProtobufDynamic::with_source(Protobuf::<Event>::new().source().clone(), None);
    let bytes = Protobuf::new().to_vec(&event).unwrap();
    let read = dynamic.unwrap().deserialize(&bytes).unwrap();
    let field = read.get_field_by_name("type").unwrap();
    assert_eq!(field.as_str(), Some("k"));
}

#[test]
fn an_import_of_two_is_there_once() {
    use diamond::diamond::Top;
    let source = Protobuf::<Top>::new().source().clone();
    let names: Vec<&str> = source.imports.iter().map(|import| &*import.name).collect();
    assert_eq!(names, ["left.proto", "right.proto"]);
    let schema = resolved(&source);
    let names: Vec<&str> = schema.references.iter().map(|text| &*text.name).collect();
    assert_eq!(names, ["bottom.proto", "left.proto", "right.proto"]);
}
