//! Protobuf frames: the writer's message index is honoured, whatever the nesting.

use std::fmt::Debug;

use wireform::protobuf::prost_reflect::ReflectMessage;
use wireform::protobuf::{
    AnyProtobuf, Payload, Protobuf, ProtobufDynamic, ProtobufRecord, ProtobufSchema,
};
use wireform::{ErrorKind, SchemaKind, SchemaSource, SerializerExt};
use wireform_tests::golden::Golden;

use super::{check_all_damage, check_written, reader, written};
use crate::proto::interop::edges::{choices, holder};
use crate::proto::interop::kinds::choice::Kind;
use crate::proto::interop::kinds::maps::inner::Deepest;
use crate::proto::interop::kinds::numbers::{Fixed, Whole};
use crate::proto::interop::{First, Second, Third, edges, kinds, legacy, second, third};
use crate::proto::{Item, Order};

/// Protobuf leaves the order of fields open: prost writes a oneof where its least number belongs,
/// whichever of its fields is set.
pub(super) const ONEOFS_APART: [&str; 2] = ["edges-choices", "edges-choices-other"];

/// The same fields in another order, and the same value again.
#[track_caller]
pub(super) fn check_reordered<T>(golden: &Golden, value: &T)
where
    T: ProtobufRecord + PartialEq + Debug,
{
    let written = written(golden, Protobuf::<T>::new(), value);
    assert_ne!(written, golden.payload, "{}", golden.name);
    let sorted = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.sort_unstable();
        bytes
    };
    assert_eq!(sorted(&written), sorted(&golden.payload), "{}", golden.name);
    let reader = reader(golden, Protobuf::<T>::new());
    let again = reader.decode(&golden.headers(), Some(&written)).unwrap();
    assert_eq!(&again.unwrap().value, value, "{}", golden.name);
}

/// Reads every frame of a message in both framings, writes it again, and damages it.
fn check<T>(case: &str, expected: impl Fn(&T) -> bool) -> usize
where
    T: ProtobufRecord + PartialEq + Debug + 'static,
{
    let mut tried = 0;
    for framing in ["prefix", "header"] {
        let golden = Golden::one("protobuf", &format!("{case}-{framing}"));
        let reader = reader(&golden, Protobuf::<T>::new());
        let decoded = reader
            .decode(&golden.headers(), Some(&golden.payload))
            .unwrap()
            .unwrap();
        assert!(expected(&decoded.value), "{case}: {:?}", decoded.value);
        if ONEOFS_APART.contains(&case) {
            check_reordered(&golden, &decoded.value);
        } else {
            check_written(&golden, Protobuf::<T>::new(), &decoded.value);
        }
        tried += check_all_damage(&golden, Protobuf::<T>::new());
    }
    tried
}

#[test]
fn protobuf_frames_are_read_and_written() {
    let order = |order: &Order| order.order_id == "ORD-0012345" && order.items.len() == 3;
    let mut tried = check::<Order>("order", order);
    tried += check::<Order>("order-empty", |order| *order == Order::default());
    tried += check::<Item>("item", |item| item.sku == "laptop-15");
    tried += check::<First>("first", |first| first.name == "x");
    tried += check::<Second>("second", |second| {
        second
            .inner
            .as_ref()
            .is_some_and(|inner| inner.at.is_some() && inner.number == 3)
    });
    tried += check::<second::Inner>("second-inner", |inner| inner.number == 7);
    tried += check::<Third>("third", |third| third.left.is_some_and(|left| left.id == 9));
    tried += check::<third::Left>("third-left", |left| left.id == 9);
    tried += check::<third::Right>("third-right", |right| right.deep.is_some());
    tried += check::<third::right::Deep>("third-right-deep", |deep| deep.values == [-1, 2]);
    assert!(tried > 1_000, "{tried} damaged frames");
}

#[test]
fn generated_kinds_are_read_and_written() {
    let mut tried = check::<kinds::Numbers>("kinds-numbers", |numbers| {
        numbers.whole.is_some_and(|whole| whole.i32 == -1) && numbers.fixed.is_some()
    });
    tried += check::<Whole>("kinds-whole-least", |whole| whole.s64 == i64::MIN);
    tried += check::<Whole>("kinds-whole-most", |whole| whole.u64 == u64::MAX);
    tried += check::<Whole>("kinds-whole-empty", |whole| *whole == Whole::default());
    tried += check::<Fixed>("kinds-fixed", |fixed| fixed.f32 == u32::MAX && fixed.yes);
    tried += check::<kinds::Lists>("kinds-lists", |lists| {
        lists.sizes == [-1, 0, 7] && lists.nested.len() == 3
    });
    tried += check::<kinds::Lists>("kinds-lists-long", |lists| lists.packed.len() == 200);
    tried += check::<kinds::Maps>("kinds-maps", |maps| {
        maps.entries[&-5].note == "x" && maps.parts[&u32::MAX].holes.len() == 2
    });
    tried += check::<Deepest>("kinds-maps-deepest", |deepest| deepest.flags.len() == 1);
    tried += check::<kinds::Choice>("kinds-choice-text", |choice| {
        choice.kind == Some(Kind::Text(String::new()))
    });
    tried += check::<kinds::Choice>("kinds-choice-number", |choice| {
        (choice.kind == Some(Kind::Number(-9))) && choice.zero == Some(0)
    });
    tried += check::<kinds::Choice>(
        "kinds-choice-part",
        |choice| matches!(&choice.kind, Some(Kind::Part(part)) if part.name == "bolt"),
    );
    tried += check::<kinds::Choice>("kinds-choice-none", |choice| choice.kind.is_none());
    tried += check::<kinds::Known>("kinds-known", |known| {
        known.at.is_some_and(|at| at.nanos == 789_012_345) && known.object.is_some()
    });
    tried += check::<kinds::Known>("kinds-known-any", |known| known.any.is_some());
    tried += check::<kinds::Names>("kinds-names", |names| names.far == 1);
    tried += check::<legacy::Old>("legacy-old", |old| old.packed == [3, 4]);
    tried += check_edges();
    assert!(tried > 10_000, "{tried} damaged frames");
}

fn check_edges() -> usize {
    let mut tried = check::<edges::Empty>("edges-empty", |empty| *empty == edges::Empty {});
    tried += check::<edges::Holder>("edges-holder", |holder| {
        (holder.several.len(), holder.any.len()) == (2, 3)
            && holder.times[0].seconds == -1
            && holder.old.as_ref().is_some_and(|old| old.count == Some(0))
    });
    tried += check::<edges::Holder>("edges-holder-deep", |holder| holder.inner.is_some());
    tried += check::<holder::Nothing>("edges-holder-nothing", |_| true);
    tried += check::<holder::Wrapped>("edges-wrapped", |wrapped| {
        wrapped.u64 == Some(u64::MAX) && wrapped.raw.as_deref() == Some(&[0, 255])
    });
    tried += check::<holder::Wrapped>("edges-wrapped-zeros", |wrapped| {
        wrapped.twice == Some(0.0) && wrapped.raw == Some(Vec::new())
    });
    tried += check::<edges::Widths>("edges-widths", |widths| widths.n33554432 == 33_554_432);
    tried += check::<edges::Packing>("edges-packing", |packing| {
        packing.flags == packing.loose_flags && packing.zigzag == [0, -1, i32::MAX, i32::MIN]
    });
    tried += check::<edges::Choices>("edges-choices", |choices| {
        choices.first == Some(choices::First::Number(0)) && choices.maybe == Some(false)
    });
    tried += check::<edges::Choices>("edges-choices-other", |choices| {
        choices.second == Some(choices::Second::Twice(0.0))
    });
    tried
        + check::<edges::Choices>("edges-choices-empty", |choices| {
            choices.second == Some(choices::Second::Empty(edges::Empty {}))
        })
}

/// Every frame, without generated code: by the schema that Python registered, a base64 descriptor.
#[test]
fn frames_are_read_and_written_without_generated_code() {
    let mut count = 0;
    for golden in Golden::all("protobuf") {
        let schema = ProtobufSchema::parse(&golden.resolved()).unwrap();
        let reader = reader(&golden, AnyProtobuf::new());
        let decoded = reader.decode(&golden.headers(), Some(&golden.payload));
        let value = decoded
            .unwrap_or_else(|e| panic!("{}: {e}", golden.name))
            .unwrap()
            .value;
        assert_eq!(
            Some(value.descriptor().full_name()),
            golden.message.as_deref()
        );

        let codec = ProtobufDynamic::with_source(source(&golden), golden.message.as_deref());
        let codec = codec.unwrap();
        // Keys and values that are the default may be written or not.
        if !golden.name.contains("-defaults-") {
            check_written(&golden, codec.clone(), &value);
        }
        let body = codec.to_vec(&value).unwrap();
        let read = schema
            .decode(Payload::Body(&body), golden.message.as_deref())
            .unwrap();
        assert_eq!(read.body, body, "{}", golden.name);

        // Python's own JSON gives the same bytes, and so does what is told here.
        for json in [golden.value.to_string(), read.json] {
            let written = schema.from_json(&json, golden.message.as_deref());
            let written = written.unwrap_or_else(|e| panic!("{} {json}: {e}", golden.name));
            assert_eq!(written.body, body, "{} {json}", golden.name);
        }
        count += 1;
    }
    assert!(count >= 60, "{count} Protobuf frames");
}

#[test]
fn the_tools_read_whole_frames() {
    let golden = Golden::one("protobuf", "kinds-maps-deepest-prefix");
    let schema = ProtobufSchema::parse(&golden.resolved()).unwrap();
    let read = schema
        .decode(Payload::Framed(&golden.payload), None)
        .unwrap();
    assert_eq!(read.message, "wireform.interop.kinds.Maps.Inner.Deepest");
    assert_eq!(read.index.path(), [2, 1, 0]);
    assert_eq!(read.json, r#"{"flags":{"true":{"note":"z"}}}"#);
}

pub(crate) fn source(golden: &Golden) -> SchemaSource {
    let source = SchemaSource::new(SchemaKind::Protobuf, &*golden.schema);
    golden.references.iter().fold(source, |source, reference| {
        let import = SchemaSource::new(SchemaKind::Protobuf, reference.schema.as_str());
        source.with_import(reference.name.clone(), import)
    })
}

#[test]
fn another_message_is_refused_by_name() {
    let golden = Golden::one("protobuf", "item-prefix");
    let reader = reader(&golden, Protobuf::<Order>::new());
    let error = reader
        .decode(&golden.headers(), Some(&golden.payload))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    let text = error.to_string();
    assert!(text.contains("shop.orders.v1.Item"), "{text}");
    assert!(text.contains("shop.orders.v1.Order"), "{text}");
}

#[test]
fn index_of_no_message_is_an_error() {
    let golden = Golden::one("protobuf", "item-prefix");
    let reader = reader(&golden, Protobuf::<Item>::new());
    let mut payload = golden.payload.clone();
    payload.splice(5..7, [2, 18]);
    let error = reader
        .decode(&golden.headers(), Some(&payload))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Framing | ErrorKind::WrongType),
        "{error}"
    );
}
