//! Payloads and headers of records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::frame::{Frame, MessageIndex};
use wireform::{ContentType, Json, Reader, SchemaKind};

fuzz_target!(|input: (&[u8], &[u8], &[u8])| {
    let (payload, id, content_type) = input;
    for frame in [Frame::from_payload(payload), Frame::from_header(id, payload)].into_iter().flatten()
    {
        for kind in [SchemaKind::Avro, SchemaKind::Json, SchemaKind::Protobuf] {
            let _ = frame.body(kind);
        }
    }
    if let Ok((index, rest)) = MessageIndex::read(payload) {
        let mut out = Vec::new();
        index.write(&mut out);
        assert_eq!(MessageIndex::read(&out).unwrap().0, index);
        assert!(rest.len() < payload.len());
    }
    if let Some(content_type) = ContentType::from_header(content_type) {
        let _ = (content_type.is_avro(), content_type.is_json(), content_type.is_protobuf());
    }
    let reader = Reader::<u64>::offline().with(Json::<u64>::new()).build();
    let headers = [("__value_schema_id", id), ("content-type", content_type)];
    let _ = reader.decode(&headers, Some(payload));
});
