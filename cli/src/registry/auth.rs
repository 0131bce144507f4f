//! The connection to a registry: URL, credentials, TLS.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use wireform::registry::{Blocking, HttpRegistry, HttpRegistryBuilder, OAuth};

use super::{Open, failed};
use crate::Result;
use crate::exit::Error;

/// The connection to a registry.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// URL of the registry; separate several URLs of one cluster by commas
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "URL",
        env = "WIREFORM_REGISTRY_URL"
    )]
    registry: Option<String>,
    /// User name or API key
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "NAME",
        env = "WIREFORM_REGISTRY_USER",
        hide_short_help = true
    )]
    registry_user: Option<String>,
    /// Password of --registry-user, or secret of the API key
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "TEXT",
        env = "WIREFORM_REGISTRY_PASSWORD",
        hide_env_values = true,
        hide_short_help = true
    )]
    registry_password: Option<Secret>,
    /// Bearer token
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "TEXT",
        env = "WIREFORM_REGISTRY_TOKEN",
        hide_env_values = true,
        hide_short_help = true
    )]
    registry_token: Option<Secret>,
    /// OAuth 2.0 token endpoint (client credentials, RFC 6749 §4.4)
    #[arg(long, global = true, help_heading = "Registry", value_name = "URL", env = "WIREFORM_REGISTRY_OAUTH", hide_short_help = true, requires_all = ["registry_oauth_client", "registry_oauth_secret"], conflicts_with_all = ["registry_user", "registry_token"])]
    registry_oauth: Option<String>,
    /// OAuth client id, for --registry-oauth
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "ID",
        env = "WIREFORM_REGISTRY_OAUTH_CLIENT",
        hide_short_help = true
    )]
    registry_oauth_client: Option<String>,
    /// OAuth client secret, for --registry-oauth
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "TEXT",
        env = "WIREFORM_REGISTRY_OAUTH_SECRET",
        hide_env_values = true,
        hide_short_help = true
    )]
    registry_oauth_secret: Option<Secret>,
    /// OAuth scope, or an extra parameter such as audience=NAME; repeatable
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "SCOPE",
        env = "WIREFORM_REGISTRY_OAUTH_SCOPE",
        hide_short_help = true,
        value_delimiter = ','
    )]
    registry_oauth_scope: Vec<String>,
    /// CA certificates to trust, a PEM file
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "FILE",
        env = "WIREFORM_REGISTRY_CA",
        hide_short_help = true
    )]
    registry_ca: Option<PathBuf>,
    /// Client certificate chain for mutual TLS, a PEM file
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "FILE",
        env = "WIREFORM_REGISTRY_CERT",
        hide_short_help = true,
        requires = "registry_key"
    )]
    registry_cert: Option<PathBuf>,
    /// Private key of --registry-cert, a PEM file
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "FILE",
        env = "WIREFORM_REGISTRY_KEY",
        hide_short_help = true,
        requires = "registry_cert"
    )]
    registry_key: Option<PathBuf>,
    /// A header of every request, such as Confluent-Identity-Pool-Id=pool-1; repeatable
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "NAME=VALUE",
        env = "WIREFORM_REGISTRY_HEADER",
        hide_env_values = true,
        hide_short_help = true
    )]
    registry_header: Vec<Secret>,
    /// URL of a proxy for all requests
    #[arg(
        long,
        global = true,
        help_heading = "Registry",
        value_name = "URL",
        env = "WIREFORM_REGISTRY_PROXY",
        hide_env_values = true,
        hide_short_help = true
    )]
    registry_proxy: Option<Secret>,
    /// Seconds until a call fails, including retries [default: 15]
    #[arg(long, global = true, help_heading = "Registry", value_name = "SECONDS", env = "WIREFORM_REGISTRY_TIMEOUT", hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    registry_timeout: Option<u64>,
}

/// A value that is never shown.
#[derive(Clone)]
struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Connection {
    pub(crate) fn is_given(&self) -> bool {
        self.registry.is_some()
    }

    pub(crate) fn open(&self) -> Result<Open> {
        let registry = self.registry()?;
        Blocking::new(registry).map_err(|error| failed(&error))
    }

    fn registry(&self) -> Result<HttpRegistry> {
        let urls = self.registry.as_deref().ok_or_else(|| {
            Error::Usage("no registry: give --registry, or set WIREFORM_REGISTRY_URL".to_owned())
        })?;
        let mut urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
        let mut builder = HttpRegistry::builder(urls.next().unwrap_or_default());
        for url in urls {
            builder = builder.url(url);
        }
        for Secret(header) in &self.registry_header {
            // The value may be secret: it is not shown.
            let (name, value) = header
                .split_once('=')
                .ok_or_else(|| Error::Usage("--registry-header: expected NAME=VALUE".to_owned()))?;
            builder = builder.header(name, value);
        }
        if let Some(Secret(proxy)) = &self.registry_proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(seconds) = self.registry_timeout {
            builder = builder.timeout(Duration::from_secs(seconds));
        }
        let builder = self.add_identity(self.add_credentials(builder))?;
        builder.build().map_err(|error| failed(&error))
    }

    fn add_credentials(&self, mut builder: HttpRegistryBuilder) -> HttpRegistryBuilder {
        if let Some(user) = &self.registry_user {
            let password = self.registry_password.as_ref();
            let password = password.map_or("", |secret| &secret.0);
            builder = builder.basic_auth(user, password);
        }
        if let Some(Secret(token)) = &self.registry_token {
            builder = builder.bearer(token);
        }
        if let (Some(url), Some(client), Some(Secret(secret))) = (
            &self.registry_oauth,
            &self.registry_oauth_client,
            &self.registry_oauth_secret,
        ) {
            builder = builder.oauth(self.oauth(url, client, secret));
        }
        builder
    }

    fn oauth(&self, url: &str, client: &str, secret: &str) -> OAuth {
        let oauth = OAuth::client_credentials(url, client, secret);
        let (params, scopes): (Vec<&str>, Vec<&str>) = self
            .registry_oauth_scope
            .iter()
            .map(String::as_str)
            .partition(|text| text.contains('='));
        let oauth = match scopes.is_empty() {
            true => oauth,
            false => oauth.scope(scopes.join(" ")),
        };
        let params = params.iter().filter_map(|text| text.split_once('='));
        params.fold(oauth, |oauth, (name, value)| oauth.param(name, value))
    }

    fn add_identity(&self, mut builder: HttpRegistryBuilder) -> Result<HttpRegistryBuilder> {
        if let Some(file) = &self.registry_ca {
            builder = builder.ca_pem(read(file)?);
        }
        if let (Some(cert), Some(key)) = (&self.registry_cert, &self.registry_key) {
            builder = builder.client_certificate_pem(read(cert)?, read(key)?);
        }
        Ok(builder)
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| Error::file(file.display(), &error))
}
