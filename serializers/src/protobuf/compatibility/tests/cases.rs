//! Two schemas each, and what changed from one to the other.

/// The writer's schema, the reader's schema, and all changes; `syntax = "proto3"` where a text
/// begins with nothing else.
pub(crate) type Case = (&'static str, &'static str, &'static [&'static str]);

/// A case with the imports of the two texts, each a name and a text.
pub(crate) type Imported = (
    &'static str,
    &'static str,
    &'static [&'static str],
    [&'static str; 2],
);

pub(crate) const MESSAGES: &[Case] = &[
    ("message A {}", "message A {}", &[]),
    (
        "package a; message A {}",
        "package b; message A {}",
        &["PACKAGE_CHANGED #/"],
    ),
    (
        "message A {}",
        "package b; message A {}",
        &["PACKAGE_CHANGED #/"],
    ),
    (
        "package a; message A {}",
        "message A {}",
        &["PACKAGE_CHANGED #/"],
    ),
    (
        "package a; message A { B b = 1; message B {} }",
        "package b; message A { .b.A.B b = 1; message B {} }",
        &["PACKAGE_CHANGED #/"],
    ),
    (
        "message A {}",
        "message A {} message B {}",
        &["MESSAGE_ADDED #/B"],
    ),
    (
        "message A {} message B {}",
        "message A {}",
        &["MESSAGE_REMOVED #/B"],
    ),
    (
        "message A {}",
        "message B {}",
        &["MESSAGE_REMOVED #/A", "MESSAGE_ADDED #/B"],
    ),
    (
        "message A {} message B {}",
        "message B {} message A {}",
        &["MESSAGE_MOVED #/A", "MESSAGE_MOVED #/B"],
    ),
    (
        "message A {}",
        "message B {} message A {}",
        &["MESSAGE_ADDED #/B", "MESSAGE_MOVED #/A"],
    ),
    (
        "message A {}",
        "message A { message B {} }",
        &["MESSAGE_ADDED #/A/B"],
    ),
    (
        "message A { message B {} }",
        "message A {}",
        &["MESSAGE_REMOVED #/A/B"],
    ),
    (
        "message A { message B {} }",
        "message A {} message B {}",
        &["MESSAGE_REMOVED #/A/B", "MESSAGE_ADDED #/B"],
    ),
    (
        "message A { message B {} message C {} }",
        "message A { message C {} message B {} }",
        &["MESSAGE_MOVED #/A/B", "MESSAGE_MOVED #/A/C"],
    ),
    (
        "message A { message B { message C { int32 x = 1; } } }",
        "message A { message B { message C { bytes x = 1; } } }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/B/C/1"],
    ),
    (
        "message A { B b = 1; message B { string s = 1; } }",
        "message A { .A.B b = 1; message B { string s = 1; } }",
        &[],
    ),
    (
        "package a; message A { B b = 1; } message B {}",
        "package a; message A { a.B b = 1; } message B {}",
        &[],
    ),
    (
        "message A { A a = 1; }",
        "message A { A a = 1; A b = 2; }",
        &["FIELD_ADDED #/A/2"],
    ),
    (
        "message A { B b = 1; } message B { A a = 1; }",
        "message A { B b = 1; } message B { A a = 1; int32 x = 2; }",
        &["FIELD_ADDED #/B/2"],
    ),
    (
        "message A {}",
        "option java_package = \"x\"; message A { option deprecated = true; }",
        &[],
    ),
    (
        "message A {} service S { rpc M(A) returns (A); }",
        "message A {}",
        &[],
    ),
];

pub(crate) const FIELDS: &[Case] = &[
    (
        "message A { string s = 1; }",
        "message A { string s = 1; string t = 2; }",
        &["FIELD_ADDED #/A/2"],
    ),
    (
        "message A { string s = 1; string t = 2; }",
        "message A { string s = 1; }",
        &["FIELD_REMOVED #/A/2"],
    ),
    (
        "message A { string s = 1; }",
        "message A { string t = 1; }",
        &["FIELD_NAME_CHANGED #/A/1"],
    ),
    (
        "message A { string s = 1; }",
        "message A { string s = 2; }",
        &["FIELD_REMOVED #/A/1", "FIELD_ADDED #/A/2"],
    ),
    (
        "message A { string s = 1; int32 i = 2; }",
        "message A { int32 i = 2; string s = 1; }",
        &[],
    ),
    (
        "message A { string s = 1; int32 i = 2; }",
        "message A { int32 s = 1; string i = 2; }",
        &[
            "FIELD_SCALAR_KIND_CHANGED #/A/1",
            "FIELD_SCALAR_KIND_CHANGED #/A/2",
        ],
    ),
    (
        "message A { int32 i = 2; }",
        "message A { string s = 2; }",
        &[
            "FIELD_NAME_CHANGED #/A/2",
            "FIELD_SCALAR_KIND_CHANGED #/A/2",
        ],
    ),
    (
        "message W { message A { string s = 1; } }",
        "message W { message A { string s = 1; string t = 2; } }",
        &["FIELD_ADDED #/W/A/2"],
    ),
    (
        "syntax = \"proto2\"; message A { optional string s = 1; }",
        "syntax = \"proto2\"; message A { optional string s = 1; required string t = 2; }",
        &["REQUIRED_FIELD_ADDED #/A/2"],
    ),
    (
        "syntax = \"proto2\"; message A { optional string s = 1; required string t = 2; }",
        "syntax = \"proto2\"; message A { optional string s = 1; }",
        &["REQUIRED_FIELD_REMOVED #/A/2"],
    ),
    (
        "syntax = \"proto2\"; message A { optional int32 i = 1 [default = 4]; }",
        "syntax = \"proto2\"; message A { optional int32 i = 1 [default = 5]; }",
        &[],
    ),
    (
        "message A { int32 i = 1; }",
        "message A { int32 i = 1 [json_name = \"j\", deprecated = true]; }",
        &[],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A {}",
        &["FIELD_REMOVED #/A/1"],
    ),
    (
        "message A {}",
        "message A { map<string, int32> m = 1; }",
        &["FIELD_ADDED #/A/1"],
    ),
    (
        "syntax = \"proto2\"; message A { extensions 100 to 200; }",
        "syntax = \"proto2\"; message A { extensions 100 to 200; } extend A { optional int32 x = 100; }",
        &[],
    ),
];

pub(crate) const TYPES: &[Case] = &[
    (
        "message A { int32 i = 1; }",
        "message A { int64 i = 1; }",
        &[],
    ),
    (
        "message A { int64 i = 1; }",
        "message A { uint32 i = 1; }",
        &[],
    ),
    (
        "message A { uint64 i = 1; }",
        "message A { bool i = 1; }",
        &[],
    ),
    (
        "message A { bool i = 1; }",
        "message A { int32 i = 1; }",
        &[],
    ),
    (
        "message A { string s = 1; }",
        "message A { bytes s = 1; }",
        &[],
    ),
    (
        "message A { bytes s = 1; }",
        "message A { string s = 1; }",
        &[],
    ),
    (
        "message A { sint32 i = 1; }",
        "message A { sint64 i = 1; }",
        &[],
    ),
    (
        "message A { fixed32 i = 1; }",
        "message A { sfixed32 i = 1; }",
        &[],
    ),
    (
        "message A { sfixed64 i = 1; }",
        "message A { fixed64 i = 1; }",
        &[],
    ),
    (
        "message A { int32 i = 1; }",
        "message A { sint32 i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { int32 i = 1; }",
        "message A { fixed32 i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { fixed32 i = 1; }",
        "message A { fixed64 i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { float i = 1; }",
        "message A { double i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { fixed32 i = 1; }",
        "message A { float i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { double i = 1; }",
        "message A { int64 i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { string i = 1; }",
        "message A { int64 i = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { B b = 1; } message B {}",
        "message A { bytes b = 1; } message B {}",
        &["FIELD_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { string b = 1; } message B {}",
        "message A { B b = 1; } message B {}",
        &["FIELD_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { int32 i = 1; }",
        "message A { B i = 1; } message B { string s = 1; }",
        &["MESSAGE_ADDED #/B", "FIELD_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { B b = 1; } message B {} message C {}",
        "message A { C b = 1; } message B {} message C {}",
        &["FIELD_NAMED_TYPE_CHANGED #/A/1"],
    ),
    (
        "message A { B b = 1; } message B { string s = 1; }",
        "message A { C b = 1; } message C { string s = 1; }",
        &[
            "MESSAGE_REMOVED #/B",
            "MESSAGE_ADDED #/C",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
        ],
    ),
    (
        "message A { B b = 1; } message B {}",
        "message A { B b = 1; message B {} } message B {}",
        &["MESSAGE_ADDED #/A/B", "FIELD_NAMED_TYPE_CHANGED #/A/1"],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A { map<string, int64> m = 1; }",
        &[],
    ),
    (
        "message A { map<int32, int32> m = 1; }",
        "message A { map<bool, int32> m = 1; }",
        &[],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A { map<string, string> n = 1; }",
        &[
            "FIELD_NAME_CHANGED #/A/1",
            "FIELD_SCALAR_KIND_CHANGED #/A/1",
        ],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A { map<int32, int32> m = 1; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { map<string, B> m = 1; } message B {}",
        "message A { map<string, bytes> m = 1; } message B {}",
        &["FIELD_KIND_CHANGED #/A/1"],
    ),
    (
        "message A { map<string, B> m = 1; message B {} }",
        "message A { map<string, A.B> m = 1; message B {} }",
        &[],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A { repeated E m = 1; message E { string key = 1; int32 value = 2; } }",
        &["FIELD_KIND_CHANGED #/A/1", "MESSAGE_ADDED #/A/E"],
    ),
    (
        "message A { map<string, int32> m = 1; }",
        "message A { repeated MEntry m = 1; message MEntry { option map_entry = true; string key = 1; int32 value = 2; } }",
        &[],
    ),
    (
        "syntax = \"proto2\"; message A { optional group G = 1 { optional int32 x = 1; } }",
        "syntax = \"proto2\"; message A { optional group G = 1 { optional string x = 1; } }",
        &[
            "FIELD_SCALAR_KIND_CHANGED #/A/G/1",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
        ],
    ),
    (
        "syntax = \"proto2\"; message A { optional group G = 1 { optional int32 x = 1; } }",
        "syntax = \"proto2\"; message A { optional G g = 1; message G { optional int32 x = 1; } }",
        &["FIELD_KIND_CHANGED #/A/1", "MESSAGE_ADDED #/A/G"],
    ),
    (
        "syntax = \"proto2\"; message A { optional int32 x = 1; }",
        "syntax = \"proto3\"; message A { int32 x = 1; }",
        &[],
    ),
];

pub(crate) const LABELS: &[Case] = &[
    (
        "message A { int32 i = 1; }",
        "message A { optional int32 i = 1; }",
        &[],
    ),
    (
        "message A { optional int32 i = 1; }",
        "message A { int32 i = 1; }",
        &[],
    ),
    (
        "message A { optional int32 i = 1; }",
        "message A { repeated int32 i = 1; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    (
        "message A { repeated double i = 1; }",
        "message A { optional double i = 1; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    // Confluent's server takes these two: a text without a label has none to differ.
    (
        "message A { int32 i = 1; }",
        "message A { repeated int32 i = 1; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    (
        "message A { repeated int32 i = 1; }",
        "message A { int32 i = 1; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    (
        "message A { optional string s = 1; }",
        "message A { repeated string s = 1; }",
        &["FIELD_STRING_OR_BYTES_LABEL_CHANGED #/A/1"],
    ),
    (
        "message A { repeated bytes s = 1; }",
        "message A { optional bytes s = 1; }",
        &["FIELD_STRING_OR_BYTES_LABEL_CHANGED #/A/1"],
    ),
    (
        "message A { optional B b = 1; } message B {}",
        "message A { repeated B b = 1; } message B {}",
        &[],
    ),
    (
        "message A { repeated B b = 1; } message B {}",
        "message A { B b = 1; } message B {}",
        &[],
    ),
    (
        "message A { optional E e = 1; } enum E { Z = 0; }",
        "message A { repeated E e = 1; } enum E { Z = 0; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    (
        "syntax = \"proto2\"; message A { required int32 i = 1; }",
        "syntax = \"proto2\"; message A { optional int32 i = 1; }",
        &["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ),
    (
        "syntax = \"proto2\"; message A { required string s = 1; }",
        "syntax = \"proto2\"; message A { optional string s = 1; }",
        &["FIELD_STRING_OR_BYTES_LABEL_CHANGED #/A/1"],
    ),
    // Confluent's server takes these two: readers of most languages do not.
    (
        "syntax = \"proto2\"; message A { optional string s = 1; }",
        "syntax = \"proto2\"; message A { required string s = 1; }",
        &[
            "FIELD_STRING_OR_BYTES_LABEL_CHANGED #/A/1",
            "REQUIRED_FIELD_ADDED #/A/1",
        ],
    ),
    (
        "syntax = \"proto2\"; message A { optional A a = 1; }",
        "syntax = \"proto2\"; message A { required A a = 1; }",
        &["REQUIRED_FIELD_ADDED #/A/1"],
    ),
    (
        "message A { repeated int32 i = 1; }",
        "message A { repeated int32 i = 1 [packed = false]; }",
        &[],
    ),
];

pub(crate) const ONEOFS: &[Case] = &[
    (
        "message A { string s = 1; string t = 2; }",
        "message A { string s = 1; oneof o { string t = 2; int32 i = 3; } }",
        &["ONEOF_ADDED #/A/o"],
    ),
    (
        "message A { string s = 1; string t = 2; }",
        "message A { oneof o { string s = 1; string t = 2; int32 i = 3; } }",
        &["MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o", "ONEOF_ADDED #/A/o"],
    ),
    (
        "message A { oneof o { string s = 1; } }",
        "message A { oneof o { string s = 1; int32 i = 3; } }",
        &["ONEOF_FIELD_ADDED #/A/o/3"],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 3; } }",
        "message A { oneof o { string s = 1; } }",
        &["ONEOF_FIELD_REMOVED #/A/o/3"],
    ),
    (
        "message A { string r = 1; oneof o { string s = 2; string t = 3; } }",
        "message A { oneof o { string r = 1; string s = 2; string t = 3; } }",
        &[
            "FIELD_MOVED_TO_EXISTING_ONEOF #/A/o",
            "ONEOF_FIELD_ADDED #/A/o/1",
        ],
    ),
    (
        "message A { string r = 1; oneof o { string s = 2; string t = 3; } }",
        "message A { oneof p { string r = 1; string s = 2; string t = 3; } }",
        &[
            "FIELD_MOVED_TO_EXISTING_ONEOF #/A/p",
            "ONEOF_ADDED #/A/p",
            "ONEOF_REMOVED #/A/o",
        ],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { oneof p { string s = 1; int32 i = 2; } }",
        &["ONEOF_ADDED #/A/p", "ONEOF_REMOVED #/A/o"],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { oneof p { string s = 1; string i = 2; } }",
        &[
            "ONEOF_ADDED #/A/p",
            "ONEOF_REMOVED #/A/o",
            "FIELD_SCALAR_KIND_CHANGED #/A/2",
        ],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { oneof o { string s = 1; string i = 2; } }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/o/2"],
    ),
    (
        "message A { oneof o { string s = 1; } }",
        "message A { oneof o { string t = 1; } }",
        &["FIELD_NAME_CHANGED #/A/o/1"],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { string s = 1; int32 i = 2; }",
        &[
            "ONEOF_REMOVED #/A/o",
            "FIELD_ADDED #/A/1",
            "FIELD_ADDED #/A/2",
        ],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { oneof o { string s = 1; } int32 i = 2; }",
        &["FIELD_ADDED #/A/2"],
    ),
    (
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        "message A { oneof o { string s = 1; } double i = 2; }",
        &["FIELD_ADDED #/A/2", "FIELD_SCALAR_KIND_CHANGED #/A/2"],
    ),
    (
        "message A { string s = 1; }",
        "message A { oneof o { int64 s = 1; } }",
        &["ONEOF_ADDED #/A/o", "FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    // Confluent's older versions take this one.
    (
        "message A { oneof o { string s = 1; } oneof p { int32 i = 2; } }",
        "message A { oneof o { string s = 1; int32 i = 2; } }",
        &[
            "MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o",
            "ONEOF_FIELD_ADDED #/A/o/2",
            "ONEOF_REMOVED #/A/p",
        ],
    ),
    (
        "message A { oneof o { string s = 1; } }",
        "message A {}",
        &["ONEOF_REMOVED #/A/o"],
    ),
    (
        "message A {}",
        "message A { oneof o { string s = 1; } }",
        &["ONEOF_ADDED #/A/o"],
    ),
    (
        "message A { optional string s = 1; }",
        "message A { oneof o { string s = 1; } }",
        &["ONEOF_ADDED #/A/o"],
    ),
    (
        "message A { optional string s = 1; optional string t = 2; }",
        "message A { oneof o { string s = 1; string t = 2; } }",
        &["MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o", "ONEOF_ADDED #/A/o"],
    ),
    (
        "message A { oneof o { B b = 1; } message B { int32 x = 1; } }",
        "message A { oneof o { B b = 1; } message B { float x = 1; } }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/B/1"],
    ),
];

pub(crate) const ENUMS: &[Case] = &[
    (
        "message A { int32 i = 1; }",
        "message A { E i = 1; } enum E { Z = 0; }",
        &["ENUM_ADDED #/E"],
    ),
    (
        "message A { E i = 1; } enum E { Z = 0; }",
        "message A { int32 i = 1; }",
        &["ENUM_REMOVED #/E"],
    ),
    (
        "message A { E i = 1; } enum E { Z = 0; }",
        "message A { string i = 1; } enum E { Z = 0; }",
        &["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ),
    (
        "enum E { Z = 0; O = 1; }",
        "enum E { Z = 0; P = 1; }",
        &["ENUM_CONST_CHANGED #/E/1"],
    ),
    (
        "enum E { Z = 0; }",
        "enum E { Z = 0; O = 1; }",
        &["ENUM_CONST_ADDED #/E/1"],
    ),
    (
        "enum E { Z = 0; O = 1; }",
        "enum E { Z = 0; }",
        &["ENUM_CONST_REMOVED #/E/1"],
    ),
    (
        "message A { enum E { Z = 0; } }",
        "message A {}",
        &["ENUM_REMOVED #/A/E"],
    ),
    (
        "message A { E e = 1; enum E { Z = 0; } } enum F { Y = 0; }",
        "message A { F e = 1; enum E { Z = 0; } } enum F { Y = 0; }",
        &[],
    ),
    (
        "message A { int32 i = 1; }",
        "message A { .A.S i = 1; message S { string t = 1; } } enum S { Z = 0; }",
        &[
            "FIELD_KIND_CHANGED #/A/1",
            "MESSAGE_ADDED #/A/S",
            "ENUM_ADDED #/S",
        ],
    ),
    (
        "message A { .A.S i = 1; message S { string t = 1; } } enum S { Z = 0; }",
        "message A { int32 i = 1; }",
        &[
            "FIELD_KIND_CHANGED #/A/1",
            "MESSAGE_REMOVED #/A/S",
            "ENUM_REMOVED #/S",
        ],
    ),
    // What one should do; and what one should not, which looks the same from the other side.
    (
        "message A { int32 i = 1; string s = 2; }",
        "message A { int32 i = 1; reserved 2; }",
        &["FIELD_REMOVED #/A/2", "RESERVED_NUMBER_USED #/A/2"],
    ),
    (
        "message A { int32 i = 1; reserved 2 to 5; }",
        "message A { int32 i = 1; string s = 4; }",
        &["FIELD_ADDED #/A/4", "RESERVED_NUMBER_USED #/A/4"],
    ),
    (
        "message A { reserved 2, 3; reserved \"s\"; }",
        "message A { reserved 2 to 3; }",
        &[],
    ),
];

const HOME: &str = "package far; message Home { int32 id = 1; bool on = 2; }";
const USES_HOME: &str = "import \"a.proto\"; message A { far.Home home = 1; }";

pub(crate) const IMPORTS: &[Imported] = &[
    (USES_HOME, USES_HOME, &[], [HOME, HOME]),
    (
        USES_HOME,
        USES_HOME,
        &[
            "FIELD_SCALAR_KIND_CHANGED #/Home/1",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
        ],
        [
            HOME,
            "package far; message Home { string id = 1; bool on = 2; }",
        ],
    ),
    (
        USES_HOME,
        USES_HOME,
        &["FIELD_ADDED #/Home/3"],
        [
            HOME,
            "package far; message Home { int32 id = 1; bool on = 2; string s = 3; }",
        ],
    ),
    (
        "message A { Home home = 1; } message Home { int32 id = 1; }",
        USES_HOME,
        &["MESSAGE_REMOVED #/Home", "FIELD_ADDED #/Home/2"],
        [HOME, HOME],
    ),
    (
        USES_HOME,
        "message A { Home home = 1; } message Home { int32 id = 1; bool on = 2; }",
        &["MESSAGE_ADDED #/Home"],
        [HOME, HOME],
    ),
    (
        USES_HOME,
        "import \"a.proto\"; message A { further.Home home = 1; }",
        &[],
        [
            HOME,
            "package further; message Home { int32 id = 1; bool on = 2; }",
        ],
    ),
    (
        "import \"a.proto\"; message A { far.Out.Home home = 1; }",
        "import \"a.proto\"; message A { further.Out.Home home = 1; }",
        &[
            "FIELD_SCALAR_KIND_CHANGED #/Out/Home/1",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
        ],
        [
            "package far; message Out { message Home { int32 id = 1; } }",
            "package further; message Out { message Home { string id = 1; } }",
        ],
    ),
    (
        "import \"a.proto\"; message A { map<string, far.Home> home = 1; }",
        "import \"a.proto\"; message A { map<string, far.Home> home = 1; }",
        &[
            "FIELD_SCALAR_KIND_CHANGED #/Home/1",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
        ],
        [
            "package far; message Home { int32 id = 1; }",
            "package far; message Home { bytes id = 1; }",
        ],
    ),
    (
        USES_HOME,
        USES_HOME,
        &[
            "MESSAGE_MOVED #/Home/B",
            "FIELD_KIND_CHANGED #/Home/B/1",
            "FIELD_NAMED_TYPE_CHANGED #/Home/1",
            "FIELD_NAMED_TYPE_CHANGED #/A/1",
            "MESSAGE_ADDED #/Home/C",
        ],
        [
            "package far; message Home { B b = 1; message B { int32 x = 1; } }",
            "package far; message Home { B b = 1; message C {} message B { C x = 1; } }",
        ],
    ),
    (
        "import \"google/protobuf/timestamp.proto\"; message A { google.protobuf.Timestamp t = 1; }",
        "import \"google/protobuf/duration.proto\"; message A { google.protobuf.Duration t = 1; }",
        &["FIELD_NAMED_TYPE_CHANGED #/A/1"],
        ["", ""],
    ),
    (
        "import \"google/protobuf/timestamp.proto\"; message A { google.protobuf.Timestamp t = 1; }",
        "import \"google/protobuf/timestamp.proto\"; message A { google.protobuf.Timestamp t = 1; int32 n = 2; }",
        &["FIELD_ADDED #/A/2"],
        ["", ""],
    ),
    (
        "import \"google/type/money.proto\"; message A { google.type.Money m = 1; }",
        "import \"google/type/money.proto\"; message A { google.type.Money m = 1; }",
        &[],
        ["", ""],
    ),
];
