//! Sixteen secrets, and everywhere that a program may print: none of them is there.

use std::error::Error as StdError;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::cached::Cached;
use crate::http::OAuth;

/// Everything that was logged since it was last taken, at every level.
static LOGGED: Mutex<String> = Mutex::new(String::new());

fn log(line: &str) {
    let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    logged.push_str(line);
    logged.push('\n');
}

/// Keeps every event of `tracing`, and every field of it.
struct Everything;

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        log(&fields.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        log(&fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().target().to_owned());
        event.record(&mut fields);
        log(&fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// And every line of `log`, which reqwest writes to.
struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        log(&format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Everything).unwrap();
        log::set_logger(&Lines).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            log(&panic.to_string());
            before(panic);
        }));
    });
}

/// A server's answers, and the requests that it got, which hold the secret or not.
async fn answers() -> Vec<Stub> {
    let quoting = |status| {
        let message = format!(
            "no entry: {CANARY}, Basic bWU6{CANARY}, Bearer {CANARY}: Authorization={CANARY}"
        );
        Reply::with(
            status,
            "application/json",
            "Retry-After: 0\r\n",
            &format!(r#"{{"error_code":{status}01,"message":"{message}"}}"#),
        )
    };
    let location = format!("Location: http://127.0.0.1:1/?token={CANARY}\r\n");
    let replies = [
        Reply::json(200, STORED),
        Reply::json(200, &format!("{{\"schema\":{CANARY}}}")),
        quoting(401),
        quoting(422),
        quoting(500),
        Reply::with(502, "text/html", "Retry-After: 0\r\n", CANARY),
        Reply::with(302, "text/html", &location, ""),
        Reply::Reset,
        Reply::Hang,
    ];
    let mut stubs = Vec::new();
    for reply in replies {
        stubs.push(Stub::start([reply]).await);
    }
    stubs
}

/// Everything that can be printed of a registry that is set up so, and of its failures.
async fn printed(set_up: &SetUp, url: &str, outlet: &Outlet) -> String {
    let mut out = String::new();
    let builder = set_up(url, outlet);
    let _ = write!(out, "{builder:?} {builder:#?}");
    let registry = builder.timeout(Duration::from_secs(1)).build().unwrap();
    let cached = Cached::new(registry.clone());
    let _ = write!(out, "{registry:?} {registry:#?} {cached:?}");
    #[cfg(feature = "blocking")]
    let _ = write!(
        out,
        "{:?}",
        crate::blocking::Blocking::new(registry.clone())
    );
    let found = cached.by_id(SchemaId::new(7)).await;
    if let Err(error) = &found {
        let _ = write!(out, "{error} {error:?} {error:#?}");
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(out, "{cause} {cause:?}");
            source = cause.source();
        }
        let panicked = catch_unwind(AssertUnwindSafe(|| found.as_ref().unwrap().id));
        let panicked = panicked.unwrap_err();
        out.push_str(panicked.downcast_ref::<String>().unwrap());
    }
    out
}

/// Other servers that secrets go to.
struct Outlet {
    tokens: String,
    proxy: String,
}

type SetUp = dyn Fn(&str, &Outlet) -> HttpRegistryBuilder;

/// Has the same text in a URL, a header and a form.
const CANARY: &str = "canary-7d1f4c0a";

#[allow(clippy::too_many_lines, reason = "a table")]
fn secrets() -> Vec<(&'static str, Box<SetUp>)> {
    let at = |url: &str| HttpRegistry::builder(url);
    let inside = |url: &str, user: &str| url.replace("http://", &format!("http://{user}@"));
    let oauth = |outlet: &Outlet, id: &str, secret: &str| {
        OAuth::client_credentials(&outlet.tokens, id, secret)
    };
    let mut all: Vec<(&'static str, Box<SetUp>)> = vec![
        (
            "user",
            Box::new(move |url, _| at(url).basic_auth(CANARY, "x")),
        ),
        (
            "password",
            Box::new(move |url, _| at(url).basic_auth("x", CANARY)),
        ),
        (
            "bearer token",
            Box::new(move |url, _| at(url).bearer(CANARY)),
        ),
        (
            "user in the URL",
            Box::new(move |url, _| at(&inside(url, CANARY))),
        ),
        (
            "password in the URL",
            Box::new(move |url, _| at(&inside(url, &format!("me:{CANARY}")))),
        ),
        (
            "password in the second URL",
            Box::new(move |url, _| at(url).url(inside(url, &format!("me:{CANARY}")))),
        ),
        (
            "client's id",
            Box::new(move |url, outlet| at(url).oauth(oauth(outlet, CANARY, "x"))),
        ),
        (
            "client's secret",
            Box::new(move |url, outlet| at(url).oauth(oauth(outlet, "x", CANARY))),
        ),
        (
            "parameter for the token",
            Box::new(move |url, outlet| {
                at(url).oauth(oauth(outlet, "x", "y").param("assertion", CANARY))
            }),
        ),
        (
            "token that was issued",
            Box::new(move |url, outlet| at(url).oauth(oauth(outlet, "x", "y"))),
        ),
        (
            "user of the proxy",
            Box::new(move |url, outlet| at(url).proxy(inside(&outlet.proxy, CANARY))),
        ),
        (
            "password of the proxy",
            Box::new(move |url, outlet| {
                at(url).proxy(inside(&outlet.proxy, &format!("me:{CANARY}")))
            }),
        ),
    ];
    for name in ["Authorization", "X-Api-Key", "Cookie", "X-Tenant"] {
        all.push((name, Box::new(move |url, _| at(url).header(name, CANARY))));
    }
    all
}

#[test]
fn no_secret_is_printed_anywhere() {
    listen();
    let secrets = secrets();
    assert_eq!(secrets.len(), 16);
    block_on(async {
        let token = format!(r#"{{"access_token":"{CANARY}","expires_in":3600}}"#);
        let tokens = Stub::start([Reply::with(200, "application/json", "", &token)]).await;
        for (name, set_up) in &secrets {
            let stubs = answers().await;
            for stub in &stubs {
                // A proxy answers for every host.
                let outlet = Outlet {
                    tokens: format!("{}/token", tokens.url),
                    proxy: stub.url.clone(),
                };
                let printed = printed(set_up, &stub.url, &outlet).await;
                assert!(!printed.contains("canary"), "{name}: {printed}");
                assert!(stub.count() > 0, "{name}: nothing was sent");
            }
            let logged = std::mem::take(&mut *LOGGED.lock().unwrap());
            assert!(!logged.contains("canary"), "{name}: {logged}");
            for heard in ["wireform_registry ", "reqwest"] {
                assert!(logged.contains(heard), "{name}: {heard}: {logged}");
            }
        }
    });
}
