use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use reqwest::{Proxy, RequestBuilder, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::http::secret::Secrets;

/// One address of the registry, and the credentials for it.
pub(super) struct Endpoint {
    /// Without user, query, fragment and the slash at the end.
    base: String,
    /// Scheme, host and port, which messages may show.
    origin: String,
    credentials: Option<Credentials>,
    is_https: bool,
    is_loopback: bool,
}

/// Never printed.
#[derive(Clone)]
pub(super) enum Credentials {
    Basic { user: String, password: String },
    Bearer(String),
}

impl Endpoint {
    /// Reads `text`; `credentials` count where the URL names no user of its own.
    ///
    /// Messages do not quote the URL: it may hold a password.
    pub(super) fn parse(text: &str, credentials: Option<&Credentials>) -> Result<Self> {
        let mut url = Url::parse(text).map_err(|_| config("the registry's URL is no URL"))?;
        check_shape(&url)?;
        let own = user_info(&url)?;
        // Neither can fail: the URL has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let endpoint = Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
            credentials: own.or_else(|| credentials.cloned()),
            is_https: url.scheme() == "https",
            is_loopback: is_loopback(&url),
        };
        if endpoint.credentials.is_some() {
            endpoint.check_secret()?;
        }
        Ok(endpoint)
    }

    /// The URL of `path`, which starts with a slash and is encoded.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(super) fn authorize_proxy(&self, proxy: Proxy) -> Proxy {
        match &self.credentials {
            Some(Credentials::Basic { user, password }) => proxy.basic_auth(user, password),
            _ => proxy,
        }
    }

    /// Marks the endpoint as reached through a proxy on another machine: clear text sent to a
    /// loopback address then leaves this machine.
    pub(super) fn through_far_proxy(mut self) -> Result<Self> {
        self.is_loopback = false;
        if self.credentials.is_some() {
            self.check_secret()?;
        }
        Ok(self)
    }

    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.credentials {
            None => request,
            Some(Credentials::Basic { user, password }) => request.basic_auth(user, Some(password)),
            Some(Credentials::Bearer(token)) => request.bearer_auth(token),
        }
    }

    /// Adds the endpoint's secrets to `secrets`.
    pub(super) fn tell(&self, secrets: &mut Secrets) {
        match &self.credentials {
            None => {}
            Some(Credentials::Basic { user, password }) => {
                secrets.add_name(user);
                secrets.add(password);
            }
            Some(Credentials::Bearer(token)) => secrets.add(token),
        }
    }

    /// Fails if a secret sent here could be read on the way.
    pub(super) fn check_secret(&self) -> Result<()> {
        if self.is_https || self.is_loopback {
            return Ok(());
        }
        let message = format!(
            "credentials for {} would travel in clear text: use https",
            self.origin
        );
        Err(Error::new(ErrorKind::Config, message))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}

fn check_shape(url: &Url) -> Result<()> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(config(
            "the registry's URL starts with neither http:// nor https://",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(config(
            "the registry's URL holds a ? or #; in a password, write them as %3F and %23",
        ));
    }
    // `http://user:12/34@host` is a path for the parser, but its author meant a password.
    if url.path().contains('@') {
        return Err(config(
            "the registry's URL holds an @ behind its host; in a password, write / as %2F",
        ));
    }
    Ok(())
}

fn user_info(url: &Url) -> Result<Option<Credentials>> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded
            .map(String::from)
            .map_err(|_| config("the user or password in the registry's URL is not UTF-8"))
    };
    Ok(Some(Credentials::Basic {
        user: decode(url.username())?,
        password: decode(url.password().unwrap_or_default())?,
    }))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback())
        || host == "localhost"
}

fn config(message: &'static str) -> Error {
    Error::new(ErrorKind::Config, message)
}
