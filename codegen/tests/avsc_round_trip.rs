//! What `golden_avsc/` holds, compiled, and random data of each file's schema read and written again
//! by the type that was generated from it; so are fastavro's, also those of other writers.
#![deny(warnings)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test"
)]

#[path = "avsc_round_trip/datum.rs"]
mod datum;
#[path = "avsc_round_trip/endless.rs"]
mod endless;
#[path = "avsc_round_trip/fastavro.rs"]
mod fastavro;
#[path = "avsc_round_trip/fresh.rs"]
mod fresh;
#[path = "avsc_round_trip/texts.rs"]
mod texts;

/// Modules as a user's crate has them, and a test for each with the type of every file.
macro_rules! golden {
    ($($module:ident: $($root:ty),+;)+) => {
        $(mod $module {
            include!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/golden_avsc/",
                stringify!($module),
                ".rs"
            ));

            #[test]
            fn round_trips() {
                $(crate::round_trip!($root);)+
            }
        })+
    };
}

/// Fifty data of a type, from the schema that it carries, and fastavro's.
macro_rules! round_trip {
    ($root:ty) => {{
        let schema = ::wireform::avro::Avro::<$root>::new().avro_schema().clone();
        let derived = ::wireform::avro::schema_of::<$root>().unwrap();
        assert_eq!(derived.canonical_form(), schema.canonical_form());
        let file = crate::texts::file_of(schema.text());
        let embedded = <$root as ::wireform::avro::AvroType>::FILE.unwrap();
        assert_eq!(embedded.text(), schema.text());
        assert_eq!(embedded.full_name(), schema.full_name().unwrap_or_default());
        assert_eq!(embedded.fingerprint(), schema.fingerprint());
        for seed in 1..=50 {
            let datum = crate::datum::random(&schema, seed);
            let codec = ::wireform::avro::Avro::<$root>::new();
            let value = codec.decode_ref(&datum);
            let value = value.unwrap_or_else(|e| panic!("{}: {e}: {datum:?}", stringify!($root)));
            let mut again = ::std::vec::Vec::new();
            let written = ::wireform::Serializer::serialize(&codec, &value, &mut again);
            written.unwrap_or_else(|e| panic!("{}: {e}: {value:?}", stringify!($root)));
            assert_eq!(again, datum, "{}: {value:?}", stringify!($root));
        }
        for case in crate::fastavro::cases(file) {
            let codec = ::wireform::avro::Avro::<$root>::new();
            let writer = case.writer.as_ref().unwrap_or(&schema);
            let plan = codec
                .plan_for(writer)
                .unwrap_or_else(|e| panic!("{e}: {}", writer.text()));
            let value = plan.decode_ref(&case.datum);
            let value =
                value.unwrap_or_else(|e| panic!("{e}: {}: {:?}", writer.text(), case.datum));
            let mut again = ::std::vec::Vec::new();
            ::wireform::Serializer::serialize(&codec, &value, &mut again).unwrap();
            assert_eq!(again, case.expected, "{value:?} of {}", writer.text());
        }
    }};
}
use round_trip;

golden! {
    aliases: evolution::Aliases;
    arc_str: settings::Settings;
    attributes: shop::orders::Order;
    btree_maps: settings::Settings;
    byte_order_mark: Bom;
    bytes: settings::Settings;
    case_clash: clash::Order;
    compact: settings::Settings;
    containers: kinds::Containers;
    cross_default: cross::outer::Outer;
    dead_branch: Alive;
    debezium: dbserver1::inventory::customers::Envelope;
    decimal_defaults: kinds::DecimalDefaults;
    decimals: kinds::Decimals;
    deep: deep::L0;
    defaults: kinds::Defaults;
    docs: hostile::Docs;
    durations: kinds::Durations;
    empty_record: Empty;
    empty_records: empty::EmptyRecords;
    enums: kinds::Enums;
    error_type: errors::Failure;
    expression: recursion::Expression;
    fixed: kinds::Fixed;
    hasher: settings::Settings;
    hostile_text: HostileText;
    keywords: crate_::self_::super_::r#mod::r#async::Type;
    lean: settings::Settings, settings::SettingsRef<'_>;
    lean_clash: clash::Order, clash::OrderRef2<'_>;
    lean_containers: kinds::Containers, kinds::ContainersRef<'_>;
    lean_deep: deep::L0, deep::L0Ref<'_>;
    lean_locals: F, FRef<'_>;
    lean_mutual: recursion::Person, recursion::PersonRef<'_>;
    lean_names: Option, OptionRef<'_>;
    lean_nested: unions::NestedUnions, unions::NestedUnionsRef<'_>;
    lean_nulls: N, NRef<'_>;
    lean_orders: shop::orders::Order, shop::orders::OrderRef<'_>;
    lean_recursive: A;
    lean_roots: _2nd, _2ndRef<'_>, Lists2, ListsRef2<'_>, Raw, RawRef<'_>, Day, ByName, ByNameRef<'_>;
    lean_unions: Single, SingleRef<'_>, MaybeEvent, MaybeEventRef<'_>, Nothing, Optional, OptionalRef<'_>;
    lean_wide_union: A, ARef<'_>;
    list: recursion::Node;
    locals: F;
    logical: kinds::Logical;
    long_names: com::example::averylongnamespacepartthatgoesonandonandonandonandonandon::another_very_long_part_of_the_namespace_with_underscores::ThisRecordHasAnExceedinglyLongNameThatNobodyWouldEverWantToTypeButThatSomeGeneratorSomewhereMadeFromTheFullPathOfAnXmlElementInASchemaOfAnInsuranceCompany;
    many_branches: unions::ManyBranches;
    many_symbols: geo::Country;
    multi_file: Unrelated, shop::common::Money, shop::customers::Customer, shop::orders::Order, shop::orders::Status;
    mutual: recursion::Person;
    namespaces: com::example::deep_namespace::Outer;
    nan: Nan;
    nested_unions: unions::NestedUnions;
    null_everywhere: N;
    nulls: unions::Nulls;
    odd_logical: L;
    orders: shop::orders::Order;
    pairs: settings::Settings;
    path_clash: x::A;
    primitive_modules: Root;
    primitives: kinds::Primitives;
    recursive_defaults: A;
    ref_clash: clash::Order, clash::OrderRef2<'_>;
    ref_files: Unrelated, shop::common::Money, shop::customers::Customer, shop::orders::Order, shop::orders::Status;
    ref_tree: recursion::Tree, recursion::TreeRef<'_>;
    root_containers: _2nd, Lists2, Raw, Day, ByName;
    root_fixed: md5::Checksum;
    root_null_union: Single, MaybeEvent, Nothing, Optional;
    root_union: AllEventsV1, events::Created, events::Deleted;
    root_uuid: events::EventId;
    same_definition: twice::A, twice::B;
    same_simple: SameSimple;
    same_stem: V1, V12;
    settings: settings::Settings;
    single_branch: unions::SingleBranch;
    std_names: Option;
    tree: recursion::Tree;
    underscores: x::_1::x::X;
    unicode: gr__e::x::N;
    union_defaults: kinds::UnionDefaults;
    unknown_attributes: attributes::UnknownAttributes;
    uuids: kinds::Uuids;
    wide: Wide;
    wide_union: A;
    windows_lines: WindowsLines;
}
