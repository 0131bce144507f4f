//! What Apicurio says to the cases of `JsonSchemaRules`, and where it disagrees.

use wireform::json_schema::JsonSchemaRules;
use wireform::registry::{ResolvedSchema, SchemaRules};
use wireform::{SchemaKind, Subject};
use wireform_registry::{HttpRegistry, RegisterOptions, Registry, SchemaDef, VersionRef};
use wireform_tests::servers::{registry_url, unique};
use wireform_tests::workspace::root;

use self::cases::{
    ARRAYS, COMBINATIONS, Case, DRAFT_2020_12, ENUMS_AND_CONSTANTS, NUMBERS,
    OTHER_KEYWORDS_OF_OBJECTS, PROPERTIES_AND_CONTENT_MODELS, REFERENCES, STRICTER_THAN_CONFLUENT,
    STRINGS, TYPES, WHAT_CAN_BE_PROVEN_IS_COMPATIBLE, WHAT_SAYS_NOTHING_MAY_CHANGE,
};

#[path = "../../serializers/src/json_schema/diff/tests/cases.rs"]
mod cases;

const TABLES: [&[Case]; 12] = [
    WHAT_SAYS_NOTHING_MAY_CHANGE,
    TYPES,
    STRINGS,
    NUMBERS,
    ENUMS_AND_CONSTANTS,
    PROPERTIES_AND_CONTENT_MODELS,
    OTHER_KEYWORDS_OF_OBJECTS,
    ARRAYS,
    COMBINATIONS,
    REFERENCES,
    STRICTER_THAN_CONFLUENT,
    WHAT_CAN_BE_PROVEN_IS_COMPATIBLE,
];

/// Apicurio guesses the draft of a text that names none.
fn with_draft(text: &str, draft: &str) -> String {
    if text.contains("\"$schema\"") || !text.starts_with('{') {
        return text.to_owned();
    }
    let schema = format!("{{\"$schema\":\"{draft}\",");
    text.replacen('{', &schema, 1).replace(",}", "}")
}

/// Whether our rules let `reader` follow `writer`.
fn ours(writer: &str, reader: &str) -> bool {
    let schema = |text: &str| ResolvedSchema::new(SchemaKind::Json, text);
    let found = JsonSchemaRules.check(&schema(reader), &schema(writer));
    found.unwrap().is_empty()
}

/// Whether the registry does; `None` if it does not even take what was written.
async fn theirs(registry: &HttpRegistry, writer: &str, reader: &str) -> Option<bool> {
    let subject = Subject::new(unique("json")).unwrap();
    let def = |text: &str| SchemaDef::new(SchemaKind::Json, text);
    let options = RegisterOptions::default();
    let registered = registry.register(&subject, &def(writer), options).await;
    registered.ok()?;
    let reader = def(reader);
    let verdict = registry.check(&subject, VersionRef::Latest, &reader).await;
    Some(verdict.is_ok_and(|verdict| verdict.is_compatible))
}

#[tokio::test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
async fn apicurio_disagrees_where_it_is_known_to() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let registry = HttpRegistry::builder(registry_url()).build().unwrap();
    let draft_7 = TABLES.iter().copied().flatten().map(|case| (case, DRAFT_7));
    let newest = DRAFT_2020_12.iter().map(|case| (case, DRAFT_NEWEST));
    let (mut agreed, mut found) = (0, REASONS.to_owned());
    for ((writer, reader, _), draft) in draft_7.chain(newest) {
        let (writer, reader) = (with_draft(writer, draft), with_draft(reader, draft));
        let theirs = theirs(&registry, &writer, &reader).await;
        let who = match (ours(&writer, &reader), theirs) {
            (_, None) => "Apicurio does not know",
            (ours, Some(theirs)) if ours == theirs => {
                agreed += 1;
                continue;
            }
            (true, _) => "Apicurio refuses",
            (false, _) => "Apicurio takes",
        };
        found.push_str(&format!("{who}: {writer}\n  -> {reader}\n"));
    }
    let path = root().join("tests/data/compatibility/json-apicurio.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert!(agreed >= 80, "{agreed}");
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(
        found == expected,
        "other disagreements than in {}:\n{found}",
        path.display()
    );
}

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_NEWEST: &str = "https://json-schema.org/draft/2020-12/schema";

const REASONS: &str = "\
Where Apicurio 3.3.3 and JsonSchemaRules (the strict rules of Confluent's server, and what it
overlooks) disagree, and why.

Apicurio refuses what is compatible for Confluent too: a schema that becomes an alternative or is
combined in another way, a duplicate in `allOf`, items and properties of the schemas `true` and
`false`, a property that moves to `patternProperties` or to an `additionalProperties` of several
types, required properties with a default.
It takes `type` added beside keywords of that type, and `patternProperties` dropped from a closed
object: data that was valid is not any more.
It cannot compare schemas of draft 2020-12.

";
