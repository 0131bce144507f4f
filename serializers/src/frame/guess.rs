//! Guesses at unframed bytes, for error messages: their kind, never their content.

/// A few words on what `bytes` might be.
pub(super) fn describe(bytes: &[u8]) -> String {
    let Some(&first) = bytes.first() else {
        return "it is empty".to_owned();
    };
    match bytes {
        [0 | 1, ..] => format!("it is cut short ({} bytes)", bytes.len()),
        // https://github.com/awslabs/aws-glue-schema-registry, AWSSchemaRegistryConstants.java
        [3, 0 | 5, ..] => "it looks like an AWS Glue Schema Registry frame".to_owned(),
        // https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
        [0xc3, 0x01, ..] => "it looks like an Avro single object (C3 01)".to_owned(),
        // https://avro.apache.org/docs/1.12.0/specification/#object-container-files
        [b'O', b'b', b'j', 1, ..] => "it looks like an Avro container file (Obj1)".to_owned(),
        _ if is_json(bytes) => "it looks like JSON text".to_owned(),
        _ => format!("its first byte is 0x{first:02x}, expected 0x00 or 0x01"),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(start, Some(b'{' | b'[' | b'"'))
}
