use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::fault::Fault;

/// Lets a fault happen to a request; `None` if the right answer comes after all.
pub(super) async fn answer_of(fault: Fault) -> Option<Response> {
    match fault {
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            None
        }
        Fault::Garbage(text) => Some(page(200, text)),
        Fault::Hang => std::future::pending().await,
        Fault::Nothing => None,
        Fault::Status(status) => Some(page(status, format!("<h1>{status}</h1>"))),
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
