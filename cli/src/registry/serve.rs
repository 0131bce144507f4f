//! `registry serve`: a registry in memory.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use wireform::avro::AvroRules;
use wireform::json_schema::JsonSchemaRules;
use wireform::protobuf::ProtobufRules;
use wireform::registry::{InMemoryRegistry, serve};

use super::failed;
use crate::Result;
use crate::exit::{Error, Outcome};

/// Serve a registry in memory over Confluent's REST API, until Ctrl-C.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Address to listen on; port 0 takes a free port
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// First register the schemas of this folder, <subject>/v<version>.{avsc,json,proto}
    #[arg(long, value_name = "DIR")]
    seed: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(&self) -> Result {
        let registry = in_memory();
        if let Some(folder) = &self.seed {
            let count = registry.seed(folder).map_err(|error| failed(&error))?;
            crate::encode::eprintln(&format!(
                "registered {count} schemas of {}",
                folder.display()
            ));
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::io(&error))?;
        runtime.block_on(async {
            let server = serve(registry, self.listen)
                .await
                .map_err(|error| Error::io(&error))?;
            writeln!(io::stdout(), "listening on {}", server.url())?;
            tokio::signal::ctrl_c()
                .await
                .map_err(|error| Error::io(&error))?;
            server.stop().await;
            Ok(Outcome::Fine)
        })
    }
}

/// Returns a registry in memory with the rules of every format.
pub(crate) fn in_memory() -> InMemoryRegistry {
    InMemoryRegistry::builder()
        .rules(AvroRules)
        .rules(JsonSchemaRules)
        .rules(ProtobufRules)
        .build()
}
