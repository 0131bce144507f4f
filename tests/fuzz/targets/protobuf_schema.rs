//! Protobuf schemas as a registry gives them: text or base64, with what they import.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::protobuf::{Payload, ProtobufRules, ProtobufSchema};
use wireform::registry::{NamedText, ResolvedSchema, SchemaKind, SchemaRules};

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (text, import, payload) = input;
    let mut schema = ResolvedSchema::new(SchemaKind::Protobuf, text);
    schema.references.push(NamedText {
        name: "a.proto".to_owned(),
        text: import.into(),
    });
    let rules = ProtobufRules;
    let Ok(parsed) = rules.parse(&schema) else {
        return;
    };
    assert_eq!(rules.check(&schema, &schema).unwrap(), []);
    // The normal form is a schema of the same meaning.
    let normal = ResolvedSchema {
        text: rules.normalize(&schema).unwrap().into(),
        ..schema.clone()
    };
    assert_eq!(rules.parse(&normal).unwrap(), parsed);
    assert_eq!(rules.check(&normal, &schema).unwrap(), []);

    let compiled = ProtobufSchema::parse(&schema).unwrap();
    for message in compiled.messages() {
        let Ok(read) = compiled.decode(Payload::Body(payload), Some(message)) else {
            continue;
        };
        let again = compiled.decode(Payload::Body(&read.body), Some(message)).unwrap();
        assert_eq!((again.body, again.json), (read.body, read.json));
    }
});
