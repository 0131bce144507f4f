//! Two JSON Schemas each, and what a reader with the second cannot take of a writer with the first.

/// The writer's schema, the reader's schema, and the findings, as `KIND path` each.
pub(crate) type Case = (&'static str, &'static str, &'static [&'static str]);

pub(crate) const WHAT_SAYS_NOTHING_MAY_CHANGE: &[Case] = &[
    (r#"{"properties":{}}"#, "{}", &[]),
    (r#"{"$id":"http://x/a"}"#, r#"{"$id":"http://x/b"}"#, &[]),
    (r#"{"title":"a"}"#, r#"{"title":"b"}"#, &[]),
    (r#"{"description":"a"}"#, r#"{"description":"b"}"#, &[]),
    (
        r#"{"type":"string","default":"a"}"#,
        r#"{"type":"string","default":"b"}"#,
        &[],
    ),
    ("false", r#"{"type":"string"}"#, &[]),
    (r#"{"type":"string"}"#, "true", &[]),
    (
        r#"{"type":"string","x-note":1}"#,
        r#"{"type":"string"}"#,
        &[],
    ),
];

pub(crate) const TYPES: &[Case] = &[
    (
        r#"{"type":"object"}"#,
        r#"{"type":"array"}"#,
        &["TYPE_CHANGED #/"],
    ),
    (
        r#"{"type":"boolean"}"#,
        r#"{"type":"null"}"#,
        &["TYPE_CHANGED #/"],
    ),
    (
        r#"{"type":"number"}"#,
        r#"{"type":"integer"}"#,
        &["TYPE_NARROWED #/"],
    ),
    (r#"{"type":"integer"}"#, r#"{"type":"number"}"#, &[]),
    (
        r#"{"type":["object"]}"#,
        r#"{"type":["object","array"]}"#,
        &[],
    ),
    (
        r#"{"type":["string","null"]}"#,
        r#"{"type":["null","string"]}"#,
        &[],
    ),
    (
        r#"{"type":["string","null"]}"#,
        r#"{"type":"string"}"#,
        &["TYPE_CHANGED #/"],
    ),
    (
        r#"{"type":["string","null","boolean"]}"#,
        r#"{"type":["string","null"]}"#,
        &["SUM_TYPE_NARROWED #/"],
    ),
    ("{}", r#"{"type":"string"}"#, &["TYPE_CHANGED #/"]),
    ("{}", r#"{"properties":{}}"#, &["TYPE_CHANGED #/"]),
    (
        r#"{"not":{"type":"number"}}"#,
        r#"{"not":{"type":"integer"}}"#,
        &[],
    ),
    (
        r#"{"not":{"type":"integer"}}"#,
        r#"{"not":{"type":"number"}}"#,
        &["NOT_TYPE_EXTENDED #/not"],
    ),
];

pub(crate) const STRINGS: &[Case] = &[
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","minLength":1}"#,
        &["MIN_LENGTH_ADDED #/minLength"],
    ),
    (
        r#"{"type":"string","minLength":5}"#,
        r#"{"type":"string","minLength":6}"#,
        &["MIN_LENGTH_INCREASED #/minLength"],
    ),
    (
        r#"{"type":"string","minLength":6}"#,
        r#"{"type":"string","minLength":5}"#,
        &[],
    ),
    (
        r#"{"type":"string","minLength":6}"#,
        r#"{"type":"string"}"#,
        &[],
    ),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","maxLength":1}"#,
        &["MAX_LENGTH_ADDED #/maxLength"],
    ),
    (
        r#"{"type":"string","maxLength":5}"#,
        r#"{"type":"string","maxLength":6}"#,
        &[],
    ),
    (
        r#"{"type":"string","maxLength":6}"#,
        r#"{"type":"string","maxLength":5}"#,
        &["MAX_LENGTH_DECREASED #/maxLength"],
    ),
    (
        r#"{"type":"string","maxLength":6}"#,
        r#"{"type":"string"}"#,
        &[],
    ),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","pattern":"a"}"#,
        &["PATTERN_ADDED #/pattern"],
    ),
    (
        r#"{"type":"string","pattern":"a"}"#,
        r#"{"type":"string"}"#,
        &[],
    ),
    (
        r#"{"type":"string","pattern":"a"}"#,
        r#"{"type":"string","pattern":"a"}"#,
        &[],
    ),
    (
        r#"{"type":"string","pattern":"a"}"#,
        r#"{"type":"string","pattern":"b"}"#,
        &["PATTERN_CHANGED #/pattern"],
    ),
];

pub(crate) const NUMBERS: &[Case] = &[
    (
        r#"{"type":"number","maximum":1}"#,
        r#"{"type":"number"}"#,
        &[],
    ),
    (
        r#"{"type":"number","maximum":1}"#,
        r#"{"type":"number","maximum":2}"#,
        &[],
    ),
    (
        r#"{"type":"number","maximum":2}"#,
        r#"{"type":"number","maximum":1}"#,
        &["MAXIMUM_DECREASED #/maximum"],
    ),
    (
        r#"{"type":"number"}"#,
        r#"{"type":"number","maximum":1}"#,
        &["MAXIMUM_ADDED #/maximum"],
    ),
    (
        r#"{"type":"number","minimum":1}"#,
        r#"{"type":"number"}"#,
        &[],
    ),
    (
        r#"{"type":"number","minimum":1}"#,
        r#"{"type":"number","minimum":2}"#,
        &["MINIMUM_INCREASED #/minimum"],
    ),
    (
        r#"{"type":"number","minimum":2}"#,
        r#"{"type":"number","minimum":1}"#,
        &[],
    ),
    (
        r#"{"type":"number","exclusiveMaximum":2}"#,
        r#"{"type":"number","exclusiveMaximum":1}"#,
        &["EXCLUSIVE_MAXIMUM_DECREASED #/exclusiveMaximum"],
    ),
    (
        r#"{"type":"number","exclusiveMinimum":1}"#,
        r#"{"type":"number","exclusiveMinimum":2}"#,
        &["EXCLUSIVE_MINIMUM_INCREASED #/exclusiveMinimum"],
    ),
    (
        r#"{"type":"number","multipleOf":10}"#,
        r#"{"type":"number"}"#,
        &[],
    ),
    (
        r#"{"type":"number","multipleOf":10}"#,
        r#"{"type":"number","multipleOf":2}"#,
        &[],
    ),
    (
        r#"{"type":"number","multipleOf":2}"#,
        r#"{"type":"number","multipleOf":10}"#,
        &["MULTIPLE_OF_EXPANDED #/multipleOf"],
    ),
    (
        r#"{"type":"number","multipleOf":10}"#,
        r#"{"type":"number","multipleOf":11}"#,
        &["MULTIPLE_OF_CHANGED #/multipleOf"],
    ),
    (
        r#"{"type":"integer","maximum":9007199254740993}"#,
        r#"{"type":"integer","maximum":9007199254740992}"#,
        &["MAXIMUM_DECREASED #/maximum"],
    ),
    (
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","type":"number","maximum":2,"exclusiveMaximum":true}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","type":"number","maximum":1,"exclusiveMaximum":true}"#,
        &["EXCLUSIVE_MAXIMUM_DECREASED #/exclusiveMaximum"],
    ),
];

pub(crate) const ENUMS_AND_CONSTANTS: &[Case] = &[
    (
        r#"{"type":"string","enum":["a"]}"#,
        r#"{"type":"string"}"#,
        &[],
    ),
    (r#"{"enum":["a"]}"#, r#"{"enum":["a","b"]}"#, &[]),
    (
        r#"{"enum":["a","b"]}"#,
        r#"{"enum":["a"]}"#,
        &["ENUM_ARRAY_NARROWED #/enum"],
    ),
    (
        r#"{"enum":["a","b"]}"#,
        r#"{"enum":["c","b"]}"#,
        &["ENUM_ARRAY_CHANGED #/enum"],
    ),
    (r#"{"enum":["a","b"]}"#, r#"{"enum":["b","a"]}"#, &[]),
    (r#"{"const":1}"#, r#"{"const":1}"#, &[]),
    (
        r#"{"const":1}"#,
        r#"{"const":2}"#,
        &["ENUM_ARRAY_CHANGED #/const"],
    ),
    (
        r#"{"allOf":[{"type":"string"},{"enum":["a"]}]}"#,
        r#"{"allOf":[{"type":"string"},{"enum":["b"]}]}"#,
        &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
    ),
    (
        r#"{"allOf":[{"type":"string"},{"enum":["a"]}]}"#,
        r#"{"allOf":[{"enum":["a","b"]},{"type":"string"}]}"#,
        &[],
    ),
];

pub(crate) const PROPERTIES_AND_CONTENT_MODELS: &[Case] = &[
    (
        r#"{"properties":{"a":{"type":"string"}}}"#,
        r#"{"properties":{"b":{"type":"string"}}}"#,
        &["PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b"],
    ),
    (
        r#"{"properties":{"a":{"type":"string"}}}"#,
        r#"{"properties":{"a":{"type":"number"}}}"#,
        &["TYPE_CHANGED #/properties/a"],
    ),
    (
        r#"{"properties":{"a":{}},"additionalProperties":false}"#,
        r#"{"properties":{"a":{},"b":{"type":"number"}},"additionalProperties":false}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":{}},"additionalProperties":false}"#,
        r#"{"properties":{"a":{},"b":{"type":"number"}},"required":["b"],"additionalProperties":false}"#,
        &["REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/b"],
    ),
    (
        r#"{"properties":{"a":{}},"additionalProperties":false}"#,
        r#"{"properties":{"a":{},"b":{"type":"number","default":1}},"required":["b"],"additionalProperties":false}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":false,"patternProperties":{"^I":{"type":"integer"}}}"#,
        r#"{"additionalProperties":false,"properties":{"I1":{"type":"number"}},"patternProperties":{"^I":{"type":"integer"}}}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"properties":{"a":{"type":"number"}},"additionalProperties":{"type":"string"}}"#,
        &[
            "TYPE_CHANGED #/properties/a",
            "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a",
        ],
    ),
    (
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":{"type":"string"}}"#,
        &["REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a"],
    ),
    (
        r#"{"properties":{"I1":{"type":"integer"}},"additionalProperties":false}"#,
        r#"{"additionalProperties":false,"patternProperties":{"^S":{"type":"string"},"^I":{"type":"number"}}}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"additionalProperties":{"type":"string"}}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":{"type":"number"}},"additionalProperties":false}"#,
        r#"{"additionalProperties":{"type":"string"}}"#,
        &[
            "TYPE_CHANGED #/properties/a",
            "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a",
        ],
    ),
    (
        r#"{"properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"additionalProperties":{"oneOf":[{"type":"null"},{"type":"string"}]}}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"additionalProperties":false}"#,
        &["PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a"],
    ),
    (
        r#"{"properties":{"a":false},"additionalProperties":false}"#,
        r#"{"additionalProperties":false}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":false}"#,
        r#"{"properties":{"a":false},"additionalProperties":false}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":true}"#,
        r#"{"properties":{"a":true},"additionalProperties":true}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":true},"additionalProperties":true}"#,
        r#"{"additionalProperties":true}"#,
        &[],
    ),
    (
        r#"{"properties":{},"additionalProperties":false}"#,
        r#"{"properties":{}}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":true}"#,
        r#"{"additionalProperties":false}"#,
        &["ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties"],
    ),
    (
        r#"{"additionalProperties":true}"#,
        r#"{"additionalProperties":{"type":"number"}}"#,
        &["ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties"],
    ),
    (
        r#"{"additionalProperties":{"type":"number"}}"#,
        r#"{"additionalProperties":true}"#,
        &[],
    ),
    (
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"additionalProperties":{"type":"number"}}"#,
        &["TYPE_CHANGED #/additionalProperties"],
    ),
];

pub(crate) const OTHER_KEYWORDS_OF_OBJECTS: &[Case] = &[
    (
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        r#"{"properties":{"a":{}}}"#,
        &[],
    ),
    (
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        &["REQUIRED_ATTRIBUTE_ADDED #/required/a"],
    ),
    (
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{"a":{"default":1}},"required":["a"]}"#,
        &[],
    ),
    (
        r#"{"properties":{},"maxProperties":1}"#,
        r#"{"properties":{}}"#,
        &[],
    ),
    (r#"{"maxProperties":1}"#, r#"{"maxProperties":2}"#, &[]),
    (
        r#"{"maxProperties":2}"#,
        r#"{"maxProperties":1}"#,
        &["MAX_PROPERTIES_DECREASED #/maxProperties"],
    ),
    (
        r#"{"properties":{},"minProperties":1}"#,
        r#"{"properties":{}}"#,
        &[],
    ),
    (
        r#"{"minProperties":1}"#,
        r#"{"minProperties":2}"#,
        &["MIN_PROPERTIES_INCREASED #/minProperties"],
    ),
    (r#"{"minProperties":2}"#, r#"{"minProperties":1}"#, &[]),
    (
        r#"{"dependencies":{"a":["b"]}}"#,
        r#"{"dependencies":{"b":["a"]}}"#,
        &["DEPENDENCY_ARRAY_ADDED #/dependencies/b"],
    ),
    (
        r#"{"dependencies":{"a":["b"]}}"#,
        r#"{"dependencies":{"a":["b","c"]}}"#,
        &["DEPENDENCY_ARRAY_EXTENDED #/dependencies/a"],
    ),
    (
        r#"{"dependencies":{"a":["b","c"]}}"#,
        r#"{"dependencies":{"a":["b"]}}"#,
        &[],
    ),
    (
        r#"{"dependencies":{"a":["b"]}}"#,
        r#"{"dependencies":{"a":["c"]}}"#,
        &["DEPENDENCY_ARRAY_CHANGED #/dependencies/a"],
    ),
    (
        r#"{"dependencies":{"a":{"type":"string"},"b":{"type":"string"}}}"#,
        r#"{"dependencies":{"a":{"type":"string"}}}"#,
        &[],
    ),
    (
        r#"{"dependencies":{"a":{"type":"string"}}}"#,
        r#"{"dependencies":{"a":{"type":"number"}}}"#,
        &["TYPE_CHANGED #/dependencies/a"],
    ),
    (
        r#"{"dependencies":{"a":{"type":"string"}}}"#,
        r#"{"dependencies":{"b":{"type":"string"}}}"#,
        &["DEPENDENCY_SCHEMA_ADDED #/dependencies/b"],
    ),
];

pub(crate) const ARRAYS: &[Case] = &[
    (
        r#"{"type":"array"}"#,
        r#"{"type":"array","items":{"type":"string"}}"#,
        &["SCHEMA_ADDED #/items"],
    ),
    (
        r#"{"type":"array","items":{"type":"string"}}"#,
        r#"{"type":"array"}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"},{"type":"number"}]}"#,
        r#"{"type":"array"}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"}],"additionalItems":{"type":"string"}}"#,
        r#"{"type":"array","items":[{"type":"string"},{"type":"string"}],"additionalItems":{"type":"string"}}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"}],"additionalItems":{"type":"string"}}"#,
        r#"{"type":"array","items":[{"type":"string"},{"type":"number"}],"additionalItems":{"type":"string"}}"#,
        &[
            "TYPE_CHANGED #/items/1",
            "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1",
        ],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"},{"type":"number"}],"additionalItems":{"type":"string"}}"#,
        r#"{"type":"array","items":[{"type":"string"}],"additionalItems":{"type":"string"}}"#,
        &[
            "TYPE_CHANGED #/items/1",
            "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1",
        ],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"}]}"#,
        r#"{"type":"array","items":[{"type":"number"}]}"#,
        &["TYPE_CHANGED #/items/0"],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"}]}"#,
        r#"{"type":"array","items":[{"type":"string"},{"type":"string"}]}"#,
        &["ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"],
    ),
    (
        r#"{"type":"array","items":[{"type":"string"}]}"#,
        r#"{"type":"array","items":[{"type":"string"},true]}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{}],"additionalItems":false}"#,
        r#"{"type":"array","items":[{},{"type":"number"}],"additionalItems":false}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{},{"type":"number"}],"additionalItems":false}"#,
        r#"{"type":"array","items":[{}],"additionalItems":false}"#,
        &["ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"],
    ),
    (
        r#"{"type":"array","items":[{},false],"additionalItems":false}"#,
        r#"{"type":"array","items":[{}],"additionalItems":false}"#,
        &[],
    ),
    (
        r#"{"type":"array","items":[{}],"additionalItems":true}"#,
        r#"{"type":"array","items":[{}],"additionalItems":false}"#,
        &["ADDITIONAL_ITEMS_REMOVED #/additionalItems"],
    ),
    (
        r#"{"type":"array","items":[{}],"additionalItems":{"type":"string"}}"#,
        r#"{"type":"array","items":[{}],"additionalItems":{"type":"number"}}"#,
        &["TYPE_CHANGED #/additionalItems"],
    ),
    (
        r#"{"type":"array","maxItems":2}"#,
        r#"{"type":"array","maxItems":1}"#,
        &["MAX_ITEMS_DECREASED #/maxItems"],
    ),
    (
        r#"{"type":"array","minItems":1}"#,
        r#"{"type":"array"}"#,
        &[],
    ),
    (
        r#"{"type":"array","minItems":1}"#,
        r#"{"type":"array","minItems":2}"#,
        &["MIN_ITEMS_INCREASED #/minItems"],
    ),
    (
        r#"{"type":"array","uniqueItems":true}"#,
        r#"{"type":"array"}"#,
        &[],
    ),
    (
        r#"{"type":"array"}"#,
        r#"{"type":"array","uniqueItems":true}"#,
        &["UNIQUE_ITEMS_ADDED #/uniqueItems"],
    ),
];

pub(crate) const COMBINATIONS: &[Case] = &[
    (
        r#"{"oneOf":[{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"number"}]}"#,
        &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
    ),
    (
        r#"{"oneOf":[{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"oneOf":[{"type":"number"},{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"string"}]}"#,
        &["SUM_TYPE_NARROWED #/"],
    ),
    (
        r#"{"allOf":[{"type":"string"},{"maxLength":5}]}"#,
        r#"{"allOf":[{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"allOf":[{"type":"string"}]}"#,
        r#"{"allOf":[{"type":"string"},{"enum":["a"]}]}"#,
        &["PRODUCT_TYPE_EXTENDED #/"],
    ),
    (
        r#"{"allOf":[{"type":"string"},{"type":"string"}]}"#,
        r#"{"allOf":[{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"allOf":[{"type":"string"}]}"#,
        r#"{"allOf":[{"type":"string"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"oneOf":[{"type":"string"}]}"#,
        r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"allOf":[{"type":"string"}]}"#,
        r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"anyOf":[{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"string"}]}"#,
        &["COMBINED_TYPE_CHANGED #/"],
    ),
    (
        r#"{"anyOf":[{"type":"string"}]}"#,
        r#"{"allOf":[{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"oneOf":[{"type":"string"}]}"#,
        r#"{"allOf":[{"type":"number"},{"type":"string"}]}"#,
        &["COMBINED_TYPE_CHANGED #/"],
    ),
    (
        r#"{"type":"string"}"#,
        r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"type":"null"}"#,
        r#"{"oneOf":[{"type":"number"},{"type":"null"}]}"#,
        &[],
    ),
    (
        r#"{"type":"string","maxLength":3}"#,
        r#"{"oneOf":[{"type":"number"},{"type":"string"}]}"#,
        &[],
    ),
    (
        r#"{"oneOf":[{"properties":{"a":{"type":"string"}}}]}"#,
        r#"{"oneOf":[{"properties":{"a":{"type":"number"}}}]}"#,
        &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
    ),
    (
        r#"{"anyOf":[{"type":"integer"},{"type":"number"}]}"#,
        r#"{"anyOf":[{"type":"number"},{"type":"integer"}]}"#,
        &[],
    ),
];

pub(crate) const REFERENCES: &[Case] = &[
    (
        r##"{"type":"array","items":{"$ref":"#/definitions/a"},"definitions":{"a":{"type":"string"}}}"##,
        r##"{"type":"array","items":{"$ref":"#/definitions/a"},"definitions":{"a":{"type":"number"}}}"##,
        &["TYPE_CHANGED #/items"],
    ),
    (
        r#"{"type":"string"}"#,
        r##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}}"##,
        &[],
    ),
    (
        r##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}}"##,
        r#"{"type":"string"}"#,
        &[],
    ),
    (
        r##"{"type":"object","properties":{"next":{"$ref":"#"},"n":{"type":"integer"}}}"##,
        r##"{"type":"object","properties":{"next":{"$ref":"#"},"n":{"type":"number"}}}"##,
        &[],
    ),
    (
        r##"{"type":"object","properties":{"next":{"$ref":"#"},"n":{"type":"number"}}}"##,
        r##"{"type":"object","properties":{"next":{"$ref":"#"},"n":{"type":"integer"}}}"##,
        &["TYPE_NARROWED #/properties/n"],
    ),
    (
        r##"{"oneOf":[{"type":"array","items":{"$ref":"#"}},{"type":"object","additionalProperties":{"$ref":"#"}},{"type":"string"}]}"##,
        r##"{"oneOf":[{"type":"string"},{"type":"object","additionalProperties":{"$ref":"#"}},{"type":"array","items":{"$ref":"#"}}]}"##,
        &[],
    ),
    (
        r##"{"oneOf":[{"type":"array","items":{"$ref":"#"}},{"type":"string"}]}"##,
        r##"{"oneOf":[{"type":"array","items":{"$ref":"#"}},{"type":"string","maxLength":1}]}"##,
        &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
    ),
];

pub(crate) const DRAFT_2020_12: &[Case] = &[
    (
        r#"{"type":"array","prefixItems":[{"type":"string"}]}"#,
        r#"{"type":"array","prefixItems":[{"type":"number"}]}"#,
        &["TYPE_CHANGED #/items/0"],
    ),
    (
        r#"{"type":"array","prefixItems":[{"type":"string"}],"items":false}"#,
        r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"items":false}"#,
        &[],
    ),
    (
        r#"{"type":"array","prefixItems":[{}]}"#,
        r#"{"type":"array","prefixItems":[{}],"items":false}"#,
        &["ADDITIONAL_ITEMS_REMOVED #/additionalItems"],
    ),
    (
        r#"{"type":"array","items":{"type":"number"}}"#,
        r#"{"type":"array","items":{"type":"integer"}}"#,
        &["TYPE_NARROWED #/items"],
    ),
    (
        r#"{"dependentRequired":{"a":["b"]}}"#,
        r#"{"dependentRequired":{"a":["b","c"]}}"#,
        &["DEPENDENCY_ARRAY_EXTENDED #/dependentRequired/a"],
    ),
    (
        r#"{"dependentSchemas":{"a":{"type":"object"}}}"#,
        r#"{"dependentSchemas":{"b":{"type":"object"}}}"#,
        &["DEPENDENCY_SCHEMA_ADDED #/dependentSchemas/b"],
    ),
    (
        r##"{"$ref":"#/$defs/a","maxLength":5,"$defs":{"a":{"type":"string"}}}"##,
        r##"{"$ref":"#/$defs/a","maxLength":6,"$defs":{"a":{"type":"string"}}}"##,
        &[],
    ),
    (
        r##"{"$ref":"#/$defs/a","maxLength":6,"$defs":{"a":{"type":"string"}}}"##,
        r##"{"$ref":"#/$defs/a","maxLength":5,"$defs":{"a":{"type":"string"}}}"##,
        &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
    ),
    (
        r#"{"type":"object","unevaluatedProperties":true}"#,
        r#"{"type":"object","unevaluatedProperties":false}"#,
        &["UNEVALUATED_PROPERTIES_REMOVED #/unevaluatedProperties"],
    ),
    (
        r#"{"type":"array","contains":{},"maxContains":3}"#,
        r#"{"type":"array","contains":{},"maxContains":2}"#,
        &["MAX_CONTAINS_DECREASED #/maxContains"],
    ),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"date-time"}"#,
        &[],
    ),
];

pub(crate) const STRICTER_THAN_CONFLUENT: &[Case] = &[
    // Its rules look at `required` only for properties that both list.
    (
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        r#"{"properties":{"a":{}},"required":["b"]}"#,
        &["REQUIRED_ATTRIBUTE_ADDED #/required/b"],
    ),
    (
        r#"{"additionalProperties":true}"#,
        r#"{"properties":{"a":true},"required":["a"]}"#,
        &["REQUIRED_ATTRIBUTE_ADDED #/required/a"],
    ),
    // They take keywords of a type for the type itself: strings were allowed before.
    (
        r#"{"properties":{}}"#,
        r#"{"type":"object","properties":{}}"#,
        &["TYPE_NARROWED #/"],
    ),
    // They know no formats, which drafts up to 7 assert.
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"email"}"#,
        &["FORMAT_ADDED #/format"],
    ),
    (
        r#"{"type":"string","format":"email"}"#,
        r#"{"type":"string","format":"uri"}"#,
        &["FORMAT_CHANGED #/format"],
    ),
    // (An unknown format asserts nothing.)
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"my-own"}"#,
        &[],
    ),
    // They do not compare pattern properties.
    (
        r#"{"patternProperties":{"^a":{"type":"string"}}}"#,
        r#"{"patternProperties":{"^a":{"type":"number"}}}"#,
        &["TYPE_CHANGED #/patternProperties/^a"],
    ),
    (
        r#"{"type":"object"}"#,
        r#"{"type":"object","patternProperties":{"^a":{"type":"number"}}}"#,
        &["PATTERN_PROPERTY_ADDED #/patternProperties/^a"],
    ),
    (
        r#"{"patternProperties":{"^a":{}},"additionalProperties":false}"#,
        r#"{"patternProperties":{},"additionalProperties":false}"#,
        &["PATTERN_PROPERTY_REMOVED #/patternProperties/^a"],
    ),
    // Nor names of properties, what an array must contain, or conditions.
    (
        r#"{"type":"object","propertyNames":{"maxLength":5}}"#,
        r#"{"type":"object","propertyNames":{"pattern":"^a+$"}}"#,
        &["UNDECIDED #/propertyNames"],
    ),
    (
        r#"{"type":"array","contains":{"type":"string"}}"#,
        r#"{"type":"array","contains":{"type":"number"}}"#,
        &["UNDECIDED #/contains"],
    ),
    (
        r#"{"if":{"type":"string"},"then":{"maxLength":5}}"#,
        r#"{"if":{"type":"string"},"then":{"maxLength":4}}"#,
        &["UNDECIDED #/then"],
    ),
];

pub(crate) const WHAT_CAN_BE_PROVEN_IS_COMPATIBLE: &[Case] = &[
    (
        r#"{"type":"object","propertyNames":{"maxLength":5}}"#,
        r#"{"type":"object","propertyNames":{"maxLength":6}}"#,
        &[],
    ),
    (
        r#"{"type":"array","contains":{"type":"integer"}}"#,
        r#"{"type":"array","contains":{"type":"integer"}}"#,
        &[],
    ),
];
