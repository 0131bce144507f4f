//! How a registry is reached.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use wireform::registry::{Blocking, HttpRegistry};

use super::{Open, failed};
use crate::Result;
use crate::exit::Error;

/// Where the registry is, and who asks.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// The registry; several URLs of one cluster are separated by commas
    #[arg(long, global = true, value_name = "URL", env = "WIREFORM_REGISTRY_URL")]
    registry: Option<String>,
    /// Whom it knows
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "WIREFORM_REGISTRY_USER"
    )]
    registry_user: Option<String>,
    /// The password of --registry-user
    #[arg(
        long,
        global = true,
        value_name = "TEXT",
        env = "WIREFORM_REGISTRY_PASSWORD",
        hide_env_values = true
    )]
    registry_password: Option<Secret>,
    /// A bearer token
    #[arg(
        long,
        global = true,
        value_name = "TEXT",
        env = "WIREFORM_REGISTRY_TOKEN",
        hide_env_values = true
    )]
    registry_token: Option<Secret>,
    /// Certificates of the authority that signed the registry's, as PEM
    #[arg(long, global = true, value_name = "FILE", env = "WIREFORM_REGISTRY_CA")]
    registry_ca: Option<PathBuf>,
}

/// Never shown.
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
    #[cfg(feature = "kafka")]
    pub(crate) fn is_given(&self) -> bool {
        self.registry.is_some()
    }

    pub(crate) fn open(&self) -> Result<Open> {
        let registry = self.registry()?;
        Blocking::new(registry).map_err(|error| failed(&error))
    }

    fn registry(&self) -> Result<HttpRegistry> {
        let urls = self.registry.as_deref().ok_or_else(|| {
            Error::Usage(
                "say where the registry is: --registry, or WIREFORM_REGISTRY_URL".to_owned(),
            )
        })?;
        let mut urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
        let mut builder = HttpRegistry::builder(urls.next().unwrap_or_default());
        for url in urls {
            builder = builder.url(url);
        }
        if let Some(user) = &self.registry_user {
            let password = self
                .registry_password
                .as_ref()
                .map_or("", |secret| &secret.0);
            builder = builder.basic_auth(user, password);
        }
        if let Some(Secret(token)) = &self.registry_token {
            builder = builder.bearer(token);
        }
        if let Some(file) = &self.registry_ca {
            let pem = fs::read(file).map_err(|error| Error::file(file.display(), &error))?;
            builder = builder.ca_pem(pem);
        }
        builder.build().map_err(|error| failed(&error))
    }
}
