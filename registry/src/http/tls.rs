use reqwest::ClientBuilder;

use crate::error::{Error, ErrorKind, Result};

/// The trusted authorities and the client's certificate. Never printed: it holds a private key.
#[derive(Default)]
pub(super) struct Tls {
    /// Whether any URL is https.
    #[cfg_attr(
        all(feature = "native-tls", not(feature = "rustls")),
        allow(dead_code, reason = "the system's library opens its store by itself")
    )]
    pub(super) is_needed: bool,
    /// Certificates in PEM, instead of the system's.
    pub(super) authorities: Option<Vec<u8>>,
    pub(super) identity: Option<Identity>,
}

/// Chain and private key in PEM.
#[cfg_attr(
    not(any(feature = "native-tls", feature = "rustls")),
    allow(dead_code, reason = "refused without TLS")
)]
pub(super) struct Identity {
    pub(super) chain: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl Tls {
    /// rustls with the ring provider, and with the operating system's trust store unless there
    /// are authorities.
    ///
    /// It is handed over whole, since reqwest would otherwise take its provider from a global
    /// that the program may not have set.
    #[cfg(feature = "rustls")]
    pub(super) fn set_up(self, builder: ClientBuilder) -> Result<ClientBuilder> {
        use rustls_platform_verifier::BuilderVerifierExt;

        let provider = rustls::crypto::ring::default_provider();
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(no_tls)?;
        let config = match &self.authorities {
            Some(pem) => config.with_root_certificates(roots(pem)?),
            None if self.is_needed => config.with_platform_verifier().map_err(no_tls)?,
            // Nothing will use it, so the trust store is not read.
            None => config.with_root_certificates(rustls::RootCertStore::empty()),
        };
        let config = match self.identity {
            None => config.with_no_client_auth(),
            Some(Identity { chain, key }) => {
                let (chain, key) = (certificates(&chain)?, private_key(&key)?);
                let config = config.with_client_auth_cert(chain, key);
                config.map_err(|error| {
                    refused("the client's certificate and key do not fit").with_source(error)
                })?
            }
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
    pub(super) fn set_up(self, builder: ClientBuilder) -> Result<ClientBuilder> {
        let mut builder = builder.tls_backend_native();
        if let Some(pem) = &self.authorities {
            let found = reqwest::Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|found| !found.is_empty());
            builder = builder.tls_certs_only(found.ok_or_else(no_certificates)?);
        }
        if let Some(Identity { chain, key }) = &self.identity {
            let identity = reqwest::Identity::from_pkcs8_pem(chain, key);
            let identity = identity
                .map_err(|_| refused("the client's certificate and key cannot be read as PEM"))?;
            builder = builder.identity(identity);
        }
        Ok(builder)
    }

    #[cfg(not(any(feature = "native-tls", feature = "rustls")))]
    pub(super) fn set_up(self, builder: ClientBuilder) -> Result<ClientBuilder> {
        if self.is_needed || self.authorities.is_some() || self.identity.is_some() {
            return Err(refused(
                "https and certificates need the feature `rustls` or `native-tls` of \
                 `wireform-registry`",
            ));
        }
        Ok(builder)
    }
}

#[cfg(feature = "rustls")]
fn roots(pem: &[u8]) -> Result<rustls::RootCertStore> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots
            .add(certificate)
            .map_err(|error| refused("an authority's certificate is none").with_source(error))?;
    }
    Ok(roots)
}

#[cfg(feature = "rustls")]
fn certificates(pem: &[u8]) -> Result<Vec<rustls::pki_types::CertificateDer<'static>>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or_else(no_certificates)
}

#[cfg(feature = "rustls")]
fn private_key(pem: &[u8]) -> Result<rustls::pki_types::PrivateKeyDer<'static>> {
    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject;

    // Without the source: it could quote the key.
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| refused("there is no private key in the PEM"))
}

#[cfg(feature = "rustls")]
fn no_tls(error: rustls::Error) -> Error {
    refused("TLS cannot be set up").with_source(error)
}

#[cfg(any(feature = "native-tls", feature = "rustls"))]
fn no_certificates() -> Error {
    refused("there is no certificate in the PEM")
}

fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::Config, message)
}
