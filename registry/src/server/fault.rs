use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// What a served registry does wrong on purpose, to try clients out: see
/// [`Server::faults`](crate::Server::faults). Clones share their script.
/// ```
/// use wireform_registry::{Fault, Faults};
///
/// let faults = Faults::default();
/// faults.push(Fault::Status(503)); // the next request fails
/// faults.always(Some(Fault::Hang)); // and all after it get no answer
/// faults.clear();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The right answer, this much later.
    Delay(Duration),
    /// Status 200 and this text, which is no registry's answer.
    Garbage(String),
    /// No answer, with the connection left open.
    Hang,
    /// This status without a registry's error code, as a proxy in front would answer.
    Status(u16),
    /// Nothing goes wrong with this request.
    Nothing,
}

impl Faults {
    /// What happens to the next request that nothing happens to yet.
    pub fn push(&self, fault: Fault) {
        self.with(|script| script.next.push_back(fault));
    }

    /// What happens to all requests after those that [`push`](Self::push) named.
    pub fn always(&self, fault: Option<Fault>) {
        self.with(|script| script.always = fault);
    }

    /// Nothing goes wrong from now on.
    pub fn clear(&self) {
        self.with(|script| *script = Script::default());
    }

    pub(super) fn next(&self) -> Option<Fault> {
        self.with(|script| script.next.pop_front().or_else(|| script.always.clone()))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Script) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Fault {
    /// Lets it happen; `None` if the right answer comes after all.
    pub(super) async fn happen(self) -> Option<Response> {
        match self {
            Self::Delay(time) => {
                tokio::time::sleep(time).await;
                None
            }
            Self::Garbage(text) => Some(page(200, text)),
            Self::Hang => std::future::pending().await,
            Self::Status(status) => Some(page(status, format!("<h1>{status}</h1>"))),
            Self::Nothing => None,
        }
    }
}

fn page(status: u16, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}
