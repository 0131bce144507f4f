//! A schema registry in memory over Confluent's REST API, for clients in any language.
#![forbid(unsafe_code)]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use wireform_registry::serve;
use wireform_tests::rules;

/// Serves an empty schema registry in memory until Ctrl-C.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Register this folder's `<subject>/v<version>.{avsc,json,proto}` first.
    #[arg(long, value_name = "DIR")]
    seed: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run(Args::parse()).await else {
        return ExitCode::SUCCESS;
    };
    eprint!("registry-server: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
    ExitCode::FAILURE
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let registry = rules::registry();
    if let Some(folder) = &args.seed {
        let count = registry.seed(folder)?;
        println!("registered {count} schemas of {}", folder.display());
    }
    let server = serve(registry, args.listen).await?;
    println!("listening on {}", server.url());
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(())
}
