//! What a server can do wrong, and what is to be made of it.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use wireform_registry::ErrorKind;

use super::server::{Mood, REGISTERED, Reaction, Then, answer, good};
use super::{ALL, Call};

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) mood: Mood,
    pub(super) calls: &'static [Call],
    /// The error; none if the server does nothing that counts.
    pub(super) kind: Option<ErrorKind>,
    /// Requests that came.
    pub(super) attempts: RangeInclusive<usize>,
    pub(super) timeout: Duration,
    /// Whether much is sent: its calls are made one by one then, to see what each takes.
    pub(super) is_big: bool,
}

impl Case {
    fn new(name: &'static str, mood: Mood) -> Self {
        Self {
            name,
            mood,
            calls: ALL,
            kind: None,
            attempts: 1..=1,
            timeout: Duration::from_secs(8),
            is_big: false,
        }
    }

    fn calls(self, calls: &'static [Call]) -> Self {
        Self { calls, ..self }
    }

    /// Every request is answered so.
    fn always(name: &'static str, bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        let bytes = bytes.into();
        let act = move |_: &str| Reaction {
            bytes: bytes.clone(),
            then: then.clone(),
        };
        Self::new(name, Mood::Answer(Arc::new(act)))
    }

    fn is(self, kind: ErrorKind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }

    /// The connection fails each time it is tried.
    fn unreachable(self) -> Self {
        Self {
            attempts: 4..=4,
            ..self.is(ErrorKind::Unreachable)
        }
    }

    fn tried_four_times(self) -> Self {
        Self {
            attempts: 4..=4,
            ..self
        }
    }

    /// No answer, however often it is asked.
    fn timing_out(self) -> Self {
        Self {
            attempts: 1..=4,
            timeout: Duration::from_secs(1),
            ..self.is(ErrorKind::Timeout)
        }
    }

    fn big(self) -> Self {
        Self {
            is_big: true,
            ..self
        }
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = connections();
    cases.extend(slow());
    cases.extend(bodies());
    cases.extend(no_registrys_answers());
    cases.extend(redirects());
    cases.extend(statuses());
    cases.extend(retry_after());
    cases.extend(contradictions());
    cases.extend(references());
    cases
}

/// The connection fails.
fn connections() -> Vec<Case> {
    let half = "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{\"schema\":";
    vec![
        Case {
            attempts: 0..=0,
            ..Case::new("refuses connections", Mood::Refuse).unreachable()
        },
        Case::new("closes at once", Mood::CloseAtOnce).unreachable(),
        Case::always("resets instead of an answer", "", Then::Reset).unreachable(),
        Case::always("closes instead of an answer", "", Then::Close).unreachable(),
        Case::always("resets within the head", "HTTP/1.1 200", Then::Reset).unreachable(),
        Case::always("resets within the body", half, Then::Reset).unreachable(),
        Case::always("sends a short body", half, Then::Close).unreachable(),
        Case::always("speaks another protocol", "SSH-2.0-x\r\n", Then::Hang).unreachable(),
        Case::always("sends bytes", b"\0\x01\x02\xff\xfe".repeat(9), Then::Close).unreachable(),
        Case::always(
            "breaks its chunks",
            "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            Then::Close,
        )
        .unreachable(),
        Case::always(
            "has two lengths",
            "HTTP/1.1 200 X\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            Then::Close,
        )
        .unreachable(),
        Case::always(
            "sends headers for ever",
            "HTTP/1.1 200 X\r\n",
            Then::Forever(HEADERS),
        )
        .unreachable()
        .big(),
    ]
}

/// There is time enough for nothing.
fn slow() -> Vec<Case> {
    let head = "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n";
    vec![
        Case::new("reads nothing", Mood::Ignore).timing_out(),
        Case::always("hangs", "", Then::Hang).timing_out(),
        Case::always("hangs behind the head", head, Then::Hang).timing_out(),
        Case::always(
            "sends its head byte by byte",
            "",
            Then::Drip(b"HTTP/1.1 200 X\r\n"),
        )
        .timing_out(),
        Case::always(
            "sends its body byte by byte",
            head,
            Then::Drip(b"{\"schema\""),
        )
        .timing_out(),
        Case::always(
            "continues for ever",
            "",
            Then::Drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
        )
        .timing_out(),
    ]
}

/// More than anybody asked for.
fn bodies() -> Vec<Case> {
    let over = |name, head: &str, then| {
        let head = format!("HTTP/1.1 200 X\r\n{head}\r\n");
        Case::always(name, head, then)
            .is(ErrorKind::LimitExceeded)
            .big()
    };
    let nine = "Content-Length: 9437184\r\n";
    let huge = "Content-Length: 9223372036854775807\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let failing = "HTTP/1.1 500 X\r\nRetry-After: 0\r\n\r\n";
    let broken = |name, body: String| {
        Case::always(name, answer(200, "", body.as_bytes()), Then::Close)
            .is(ErrorKind::InvalidResponse)
            .big()
    };
    vec![
        over("sends a body for ever", "", Then::Forever(SPACES)),
        over("sends chunks for ever", chunked, Then::Forever(chunk())),
        over("sends nine MiB", nine, Then::Forever(SPACES)),
        over("announces the longest body", huge, Then::Forever(SPACES)),
        Case::always("fails for ever", failing, Then::Forever(SPACES))
            .is(ErrorKind::Server)
            .tried_four_times()
            .big(),
        broken("nests JSON 1e6 deep", "[".repeat(1_000_000)),
        broken(
            "nests JSON 1e6 deep in a field",
            format!("{{\"schema\":{}", "[".repeat(1_000_000)),
        ),
        broken(
            "nests JSON 1e6 deep beside the fields",
            format!("{{\"x\":{}", "{\"x\":".repeat(1_000_000)),
        ),
    ]
}

/// A good status, and no registry's body.
fn no_registrys_answers() -> Vec<Case> {
    let with = |name, headers: &str, body: &[u8]| {
        Case::always(name, answer(200, headers, body), Then::Continue)
            .is(ErrorKind::InvalidResponse)
    };
    let html = "Content-Type: text/html\r\n";
    let login = b"<!doctype html><title>Log in</title><form method=post>";
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\xae\x05\0";
    vec![
        with("shows a login page", html, login),
        with("answers nothing", "", b""),
        with("answers null", "", b"null"),
        with("answers a number", "", b"7"),
        with("answers an object without fields", "", b"{}").calls(NOT_A_LIST),
        with("answers a list", "", b"[[]]"),
        with(
            "answers wrong types",
            "",
            br#"{"schema":7,"id":"x","version":[],"is_compatible":"yes"}"#,
        ),
        with("answers half of it", "", br#"{"schema":"\"str"#),
        with(
            "answers twice the same field",
            "",
            br#"{"schema":"x","schema":"y"}"#,
        )
        .calls(&[Call::ById]),
        with("answers no UTF-8", "", b"{\"schema\":\"\xff\xfe\"}"),
        with("compresses unasked", "Content-Encoding: gzip\r\n", gzip),
        Case::always("has no content", "HTTP/1.1 204 X\r\n\r\n", Then::Continue)
            .is(ErrorKind::InvalidResponse),
        Case::always(
            "changes the protocol",
            "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
            Then::Close,
        )
        .is(ErrorKind::InvalidResponse),
        // The second would be the answer to the next question, if it were kept.
        Case::new(
            "answers twice",
            Mood::Answer(Arc::new(|line| {
                let wrong = answer(200, "", br#"{"id":666,"schema":"wrong"}"#);
                let good = good(line);
                Reaction {
                    bytes: [good.bytes, wrong].concat(),
                    then: Then::Continue,
                }
            })),
        ),
    ]
}

/// Nothing is followed: what is there hears of nobody, and is not asked for anything.
fn redirects() -> Vec<Case> {
    let to = |name, status, location: &str| {
        let location = format!("Location: {location}\r\n");
        Case::always(name, answer(status, &location, b""), Then::Continue)
            .is(ErrorKind::InvalidResponse)
    };
    vec![
        to(
            "redirects to a cloud's metadata",
            302,
            "http://169.254.169.254/latest/meta-data/",
        ),
        to(
            "redirects to another host",
            301,
            "http://registry.example/schemas/ids/7",
        ),
        to("redirects to itself", 307, "/schemas/ids/7"),
        to("redirects to a file", 303, "file:///etc/passwd"),
        to("redirects nowhere", 308, ""),
    ]
}

fn statuses() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in 400..600 {
        let kind = match status {
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::InvalidResponse,
            408 => ErrorKind::Timeout,
            409 => ErrorKind::Incompatible,
            425 | 429 => ErrorKind::RateLimited,
            400..=499 => ErrorKind::Rejected,
            _ => ErrorKind::Server,
        };
        let answer = answer(status, "Retry-After: 0\r\n", b"<h1>no</h1>");
        let case = Case::always("answers with a status", answer, Then::Continue).is(kind);
        let is_again = matches!(status, 408 | 425 | 429 | 500..);
        let case = case.calls(&[Call::ById]);
        cases.push(if is_again {
            case.tried_four_times()
        } else {
            case
        });
    }
    cases
}

/// Every form of it, also those that are none.
fn retry_after() -> Vec<Case> {
    let failing = |name, value: &str| {
        let header = format!("Retry-After: {value}\r\n");
        Case::always(name, answer(503, &header, b""), Then::Continue)
            .is(ErrorKind::Server)
            .calls(&[Call::ById, Call::Register])
    };
    let now = "Sun, 06 Nov 1994 08:49:37 GMT";
    let later = "Tue, 31 Dec 2999 23:59:59 GMT";
    vec![
        failing("is there again now", "0").tried_four_times(),
        failing("was there again long ago", now).tried_four_times(),
        failing("is there again some day", "soon").tried_four_times(),
        failing("was there again before", "-1").tried_four_times(),
        failing("is there again in parts", "0.5").tried_four_times(),
        failing("says nothing of when", "").tried_four_times(),
        failing("is there again in an hour", "3600"),
        failing("is there again in an age", "18446744073709551615"),
        failing("is there again next millennium", later),
    ]
}

/// Answers to another question.
fn contradictions() -> Vec<Case> {
    let with = |name, body: &str, calls| {
        Case::always(name, answer(200, "", body.as_bytes()), Then::Continue)
            .is(ErrorKind::InvalidResponse)
            .calls(calls)
    };
    let subject = REGISTERED.replace("orders-value", "others-value");
    let version = REGISTERED.replace(":3", ":0");
    let big = REGISTERED.replace(":3", ":4294967296");
    let id = REGISTERED.replace(":7", ":4294967296");
    let guid = REGISTERED.replace("{", r#"{"guid":"no guid","#);
    vec![
        with(
            "answers another id",
            r#"{"id":8,"schema":"x"}"#,
            &[Call::ById],
        ),
        with("answers another subject", &subject, NAMED),
        with("answers a version that is none", &version, NAMED),
        with("answers a version beyond all", &big, NAMED),
        with("answers an id beyond all", &id, NAMED),
        with("answers a GUID that is none", &guid, NAMED),
    ]
}

/// What a schema refers to is missing, goes round in a circle, or never ends.
fn references() -> Vec<Case> {
    let refers = |name, kind: Option<ErrorKind>, attempts, act: fn(&str) -> String| {
        let act = move |line: &str| Reaction {
            bytes: match act(line) {
                body if body.contains("error_code") => answer(404, "", body.as_bytes()),
                body => answer(200, "", body.as_bytes()),
            },
            then: Then::Continue,
        };
        Case {
            kind,
            attempts,
            ..Case::new(name, Mood::Answer(Arc::new(act))).calls(&[Call::Resolve])
        }
    };
    vec![
        refers(
            "refers to what is missing",
            Some(ErrorKind::SubjectNotFound),
            2..=2,
            |line| {
                if line.contains("/ids/") {
                    referring_to("gone", "x")
                } else {
                    r#"{"error_code":40401,"message":"Subject 'gone' not found."}"#.to_owned()
                }
            },
        ),
        refers("refers to itself", None, 3..=3, |line| {
            if line.contains("/subjects/a/") {
                referring_to("b", "a")
            } else {
                referring_to("a", "b")
            }
        }),
        refers(
            "never ends to refer",
            Some(ErrorKind::LimitExceeded),
            60..=70,
            |line| {
                let number = line.split('/').find_map(|part| part.strip_prefix('n'));
                let number: u32 = number.map_or(0, |number| number.parse().unwrap());
                let subject = format!("n{number}");
                referring_to(&format!("n{}", number + 1), &subject)
            },
        ),
    ]
}

fn referring_to(name: &str, subject: &str) -> String {
    format!(
        r#"{{"subject":"{subject}","version":1,"id":7,"schema":"x","references":[
            {{"name":"{name}","subject":"{name}","version":1}}]}}"#
    )
}

/// 4 KiB of spaces as a chunk.
fn chunk() -> &'static [u8] {
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
    chunk.into_bytes().leak()
}

/// Those whose answer is an object.
const NOT_A_LIST: &[Call] = &[
    Call::ById,
    Call::Check,
    Call::Latest,
    Call::Lookup,
    Call::Register,
];

/// Those whose answer names a subject, a version and an id.
const NAMED: &[Call] = &[Call::Latest, Call::Lookup, Call::Register];

const SPACES: &[u8] = &[b' '; 64 * 1024];
const HEADERS: &[u8] = b"X-Header: and so on, and so on, and so on, and so on, and so on\r\n";
