use super::*;
use crate::from_fn::from_fn;
use crate::serializer::SerializerExt;

/// Bytes as they are, called `content`.
#[derive(Debug)]
struct Raw(&'static str);

impl Format for Raw {
    fn content_type(&self) -> ContentType {
        ContentType::new(self.0)
    }

    fn version(&self) -> Option<&str> {
        None
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl Serializer<Vec<u8>> for Raw {
    fn format(&self, _value: &Vec<u8>) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &Vec<u8>, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(value);
        Ok(())
    }
}

impl Deserializer<Vec<u8>> for Raw {
    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(bytes.to_vec())
    }
}

fn attributes() -> EventAttributes {
    EventAttributes::new("1", "/s", "t").unwrap()
}

const START: &str = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t""#;

#[track_caller]
fn check(content: &'static str, data: &[u8], expected: &str) {
    let codec = StructuredEvents::new(Raw(content));
    let event = CloudEvent {
        attributes: attributes(),
        data: Some(data.to_vec()),
    };
    let bytes = codec.to_vec(&event).unwrap();
    let expected = format!(r#"{START},"datacontenttype":"{content}",{expected}}}"#);
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
    assert_eq!(codec.deserialize(&bytes).unwrap(), event);
}

#[test]
fn data_is_json_text_or_base64() {
    check("application/json", b"[1, 2]", r#""data":[1, 2]"#);
    check("application/x+json", b"null", r#""data":null"#);
    check("text/plain", b"a \"b\"", r#""data":"a \"b\"""#);
    check("text/plain", b"\xff", r#""data_base64":"/w==""#);
    check("application/avro", b"\x00\x01", r#""data_base64":"AAE=""#);
}

#[test]
fn no_data_is_no_member() {
    let codec = StructuredEvents::new(Raw("application/avro"));
    let event = CloudEvent {
        attributes: attributes(),
        data: None,
    };
    let bytes = codec.to_vec(&event).unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), format!("{START}}}"));
    assert_eq!(codec.deserialize(&bytes).unwrap(), event);
}

#[track_caller]
fn check_foreign(rest: &str, expected: Result<&[u8], ErrorKind>) {
    let codec = StructuredEvents::new(Raw("application/json"));
    let read = codec.deserialize(format!("{START}{rest}}}").as_bytes());
    let read = read.map(|event| event.data.unwrap_or_default());
    assert_eq!(
        read.as_deref().map_err(Error::kind),
        expected.as_ref().map(|data| *data).map_err(|kind| *kind),
        "{rest}"
    );
}

#[test]
fn events_of_others_are_read() {
    check_foreign(r#","data":{"a":1}"#, Ok(b"{\"a\":1}"));
    check_foreign(r#","data_base64":"e30=""#, Ok(b"{}"));
    check_foreign(
        r#","count":7,"flag":true,"subject":null,"data":1"#,
        Ok(b"1"),
    );
    check_foreign("", Ok(b""));
    check_foreign(r#","data_base64":"!""#, Err(ErrorKind::Decode));
    check_foreign(r#","count":{}"#, Err(ErrorKind::Decode));
    check_foreign(r#","time":"now""#, Err(ErrorKind::Decode));
    check_foreign(
        r#","datacontenttype":"text/xml","data":"<a/>""#,
        Err(ErrorKind::UnsupportedContent),
    );
    check_foreign("} ", Err(ErrorKind::Decode));
}

/// Every name that the format reserves, as a header of a record in binary mode, and the event in
/// structured mode.
#[test]
fn no_member_is_written_twice() {
    let mut headers: Vec<(&str, &str)> = vec![
        ("ce_specversion", "1.0"),
        ("ce_id", "1"),
        ("ce_source", "/s"),
        ("ce_type", "t"),
        ("ce_time", "2026-11-23T21:50:03Z"),
        ("ce_subject", "s"),
        ("ce_dataschema", "urn:s"),
        ("ce_datacontenttype", "text/plain"),
        ("ce_data", "x"),
        ("ce_data_base64", "eA=="),
        ("ce_tenant", "acme"),
    ];
    headers.extend(headers.clone());
    let attributes = EventAttributes::from_headers(&headers).unwrap().unwrap();
    for content in ["application/json", "text/plain", "application/avro"] {
        let codec = StructuredEvents::new(Raw(content));
        let event = CloudEvent {
            attributes: attributes.clone(),
            data: Some(b"1".to_vec()),
        };
        let text = String::from_utf8(codec.to_vec(&event).unwrap()).unwrap();
        for name in [
            "specversion",
            "id",
            "source",
            "type",
            "time",
            "subject",
            "dataschema",
            "datacontenttype",
            "tenant",
        ] {
            assert_eq!(text.matches(&format!("\"{name}\":")).count(), 1, "{text}");
        }
        let data = text.matches("\"data\":").count() + text.matches("\"data_base64\":").count();
        assert_eq!(data, 1, "{text}");
        let read = codec.deserialize(text.as_bytes()).unwrap();
        assert_eq!(read, event);
        assert_eq!(read.attributes.headers().count(), 8);
    }
}

#[test]
fn a_member_that_is_given_twice_is_an_error() {
    check_foreign(r#","data":1,"data":2"#, Err(ErrorKind::Decode));
    check_foreign(r#","id":"2""#, Err(ErrorKind::Decode));
    check_foreign(r#","data":1,"data_base64":"MQ==""#, Err(ErrorKind::Decode));
    check_foreign(r#","data_base64":null,"data":1"#, Ok(b"1"));
}

#[test]
fn names_of_members_are_not_in_error_texts() {
    let codec = StructuredEvents::new(Raw("application/json"));
    for member in [
        r#""n4111":{}"#,
        r#""N4111":"x""#,
        r#""n4111":"""#,
        r#""n4111":"\u0001""#,
    ] {
        let error = codec.deserialize(format!("{START},{member}}}").as_bytes());
        let text = format!("{:?}", error.unwrap_err());
        assert!(!text.contains("4111"), "{text}");
    }
}

#[test]
fn failed_data_leaves_nothing() {
    let failing = from_fn(ContentType::JSON, |_: &u8, out: &mut Vec<u8>| {
        out.push(b'x');
        Err(Error::new(ErrorKind::Encode, "no"))
    });
    let event = CloudEvent {
        attributes: attributes(),
        data: Some(1),
    };
    let mut out = b"before".to_vec();
    let codec = StructuredEvents::new(failing);
    assert!(codec.serialize(&event, &mut out).is_err());
    assert_eq!(out, b"before");
}
