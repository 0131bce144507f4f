//! Any registry over Confluent's REST API. Source of paths, codes and sentences:
//! <https://docs.confluent.io/platform/current/schema-registry/develop/api.html>, and the
//! resources in confluentinc/schema-registry
//! `core/src/main/java/io/confluent/kafka/schemaregistry/rest/resources/`.

mod answer;
mod body;
mod media;
mod mishap;
mod resource;
mod schemas;
mod settings;
mod subjects;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::admin::RegistryAdmin;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Faults;
use crate::server::answer::{Answer, Refusal};
use crate::server::body::Body;
use crate::server::media::MediaType;
use crate::server::resource::{Query, Resource};

/// A registry that is being served; see [`serve`].
///
/// It stops when it is dropped: no new connection is taken, and calls under way are finished.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Server {
    addr: SocketAddr,
    faults: Faults,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// State shared by all requests.
struct Shared {
    registry: Box<dyn RegistryAdmin>,
    faults: Faults,
}

/// One request, taken apart.
struct Call<'a> {
    registry: &'a dyn RegistryAdmin,
    method: Method,
    query: Query,
    body: Body,
}

/// Serves `registry` over Confluent's REST API (version 1) at `addr`; port 0 takes a free one.
///
/// For tests in any language and for development: give it an address on loopback. It knows no
/// authentication and no TLS, and keeps what its backend keeps. In production, use Confluent,
/// Apicurio, Redpanda or Karapace.
///
/// It answers as Confluent's server (version 8) does: status, error code, message and order of
/// lists. It refuses what it does not support: metadata and rule sets of schemas, settings other
/// than the level and `normalize`, associations, exporters, encryption.
///
/// With an [`InMemoryRegistry`](crate::InMemoryRegistry) as its backend, it differs in the
/// following:
/// - Texts stay as they were registered, where Confluent's server rewrites Avro and Protobuf; a
///   Protobuf schema that was registered as a descriptor stays one.
/// - The GUID of a schema is different.
/// - Findings name every earlier version that does not fit, not only the first, and name the reader
///   and the writer; they do not quote the earlier schema.
/// - `fetchMaxId` is ignored.
///
/// ```
/// use wireform_registry::{InMemoryRegistry, SchemaKind, Unchecked, serve};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let registry = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Json)).build();
/// let server = serve(registry, ([127, 0, 0, 1], 0).into()).await?;
/// println!("listening on {}", server.url());
/// server.stop().await;
/// # Ok::<(), wireform_registry::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `Config` if the address cannot be listened on.
pub async fn serve(registry: impl RegistryAdmin + 'static, addr: SocketAddr) -> Result<Server> {
    let cannot = |error| {
        let message = format!("cannot listen on {addr}");
        Error::new(ErrorKind::Config, message).with_source(error)
    };
    let listener = TcpListener::bind(addr).await.map_err(cannot)?;
    let addr = listener.local_addr().map_err(cannot)?;
    let faults = Faults::default();
    let shared = Shared {
        registry: Box::new(registry),
        faults: faults.clone(),
    };
    // One handler for all: Jersey's answers to paths and methods it does not know are its own.
    let router = Router::new().fallback(answer).with_state(Arc::new(shared));
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        // Sent or dropped: both mean stop.
        let signal = async move { drop(stopped.await) };
        let serving = axum::serve(listener, router).with_graceful_shutdown(signal);
        // It only ends by the signal.
        drop(serving.await);
    });
    Ok(Server {
        addr,
        faults,
        stop,
        task,
    })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the faults that the server makes on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Stops, and waits until calls under way are finished, but not for more than 5 seconds:
    /// one of them may be made to [hang](crate::Fault::Hang). The port is free then.
    pub async fn stop(self) {
        // Fails if the server has stopped, which is what is wanted.
        let _ = self.stop.send(());
        let abort = self.task.abort_handle();
        if timeout(STOP_LIMIT, self.task).await.is_err() {
            abort.abort();
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Some(fault) = shared.faults.next()
        && let Some(response) = mishap::answer_of(fault).await
    {
        return response;
    }
    let media = MediaType::accepted(request.headers());
    let answered = respond(&*shared.registry, request).await;
    let answer = answered.unwrap_or_else(Answer::from);
    match media {
        Some(media) => answer.into_response(media),
        None => Answer::from(Refusal::status(406)).into_response(MediaType::default()),
    }
}

/// Refuses in Jersey's order: path, method, media type, body.
async fn respond(registry: &dyn RegistryAdmin, request: Request) -> Result<Answer, Refusal> {
    let (parts, body) = request.into_parts();
    let mut query = Query::parse(parts.uri.query().unwrap_or_default());
    let resource = Resource::parse(parts.uri.path(), &mut query);
    let resource = resource.ok_or_else(|| Refusal::status(404))?;
    let method = match parts.method {
        Method::HEAD => Method::GET,
        method => method,
    };
    if !resource.methods().contains(&method) {
        return Err(Refusal::status(405));
    }
    let body = match method {
        Method::POST | Method::PUT => {
            media::check_sent(&parts.headers)?;
            Body::read(&parts.headers, body).await?
        }
        _ => Body::empty(),
    };
    let call = Call {
        registry,
        method,
        query,
        body,
    };
    resource.answer(&call).await
}

const STOP_LIMIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
