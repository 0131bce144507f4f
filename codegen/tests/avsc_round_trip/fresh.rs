//! `Default` is what a reader makes of a record without fields.

use wireform::SerializerExt;
use wireform::avro::{Avro, AvroDecode, AvroEncode, AvroRecord};

/// Compared as bytes: NaN is no other than itself there.
#[track_caller]
fn check<T>()
where
    T: AvroEncode + AvroRecord + Default + for<'de> AvroDecode<'de>,
{
    let name = T::FULL_NAME;
    let writer = format!(r#"{{"type": "record", "name": "{name}", "fields": []}}"#);
    let codec = Avro::<T>::new();
    let plan = codec.plan_for(&writer.parse().unwrap()).unwrap();
    let read = codec.to_vec(&plan.decode(&[]).unwrap()).unwrap();
    assert_eq!(codec.to_vec(&T::default()).unwrap(), read, "{name}");
}

#[test]
fn defaults_are_those_of_readers() {
    check::<crate::case_clash::clash::Order4>();
    check::<crate::cross_default::cross::outer::Outer>();
    check::<crate::decimal_defaults::kinds::DecimalDefaults>();
    check::<crate::defaults::kinds::Defaults>();
    check::<crate::durations::kinds::Durations>();
    check::<crate::empty_record::Empty>();
    check::<crate::hostile_text::HostileText>();
    check::<crate::list::recursion::Node>();
    check::<crate::locals::F>();
    check::<crate::nan::Nan>();
    check::<crate::recursive_defaults::A>();
    check::<crate::same_definition::twice::B>();
    check::<crate::union_defaults::kinds::UnionDefaults>();
}

#[test]
fn defaults_are_of_the_chosen_types() {
    check::<crate::arc_str::settings::Settings>();
    check::<crate::btree_maps::settings::Settings>();
    check::<crate::bytes::settings::Settings>();
    check::<crate::compact::settings::Settings>();
    check::<crate::hasher::settings::Settings>();
    check::<crate::lean::settings::Settings>();
    check::<crate::lean_locals::F>();
    check::<crate::lean_recursive::A>();
    check::<crate::pairs::settings::Settings>();
    check::<crate::settings::settings::Settings>();
}

#[test]
fn the_symbol_for_unknown_ones_is_the_default() {
    use crate::enums::kinds::{FirstIsDefault, WithDefault};

    assert_eq!(WithDefault::default(), WithDefault::Unknown);
    assert_eq!(FirstIsDefault::default(), FirstIsDefault::A);
}
