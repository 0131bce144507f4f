//! `demo`: Kafka, a registry and three orders, all in this process.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::Args;
use wireform::registry::serve;
use wireform_producer::EmbeddedCluster;

use crate::exit::{Error, Outcome};
use crate::registry::in_memory;
use crate::{Cli, Result};

/// Run a demonstration with Kafka and a registry in this process.
///
/// Starts Kafka and a registry in memory, writes three orders and reads them back. Leaves no files.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform demo")]
pub(crate) struct Demo {}

const SCHEMA: &str = r#"{"type": "record", "name": "Order", "namespace": "shop", "fields": [
  {"name": "id", "type": "string"},
  {"name": "quantity", "type": "int"},
  {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "note", "type": ["null", "string"], "default": null}]}
"#;
const ORDERS: &str = r#"{"id":"ORD-001","quantity":2,"placed":"2026-11-23T16:44:49.123Z"}
{"id":"ORD-002","quantity":1,"placed":"2026-11-23T16:45:00Z","note":"a gift"}
{"id":"ORD-003","quantity":7,"placed":"2026-11-23T16:45:01.5Z"}
"#;

impl Demo {
    #[allow(clippy::unused_self, reason = "as every verb")]
    pub(crate) fn run(&self) -> Result {
        let io = |error: &dyn std::error::Error| Error::io(error);
        let cluster = EmbeddedCluster::start().map_err(|error| io(&error))?;
        cluster
            .create_topic("orders", 3)
            .map_err(|error| io(&error))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| io(&error))?;
        let server = runtime.block_on(serve(in_memory(), ([127, 0, 0, 1], 0).into()));
        let server = server.map_err(|error| io(&error))?;
        let folder = std::env::temp_dir().join(format!("wireform-demo-{}", std::process::id()));
        let shown = show(&folder, cluster.brokers(), &server.url());
        let _ = fs::remove_dir_all(&folder);
        runtime.block_on(server.stop());
        shown
    }
}

fn show(folder: &Path, brokers: &str, registry: &str) -> Result {
    let failed = |error: io::Error| Error::file(folder.display(), &error);
    let file = |name: &str| folder.join(name).display().to_string();
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join("order.avsc"), SCHEMA).map_err(failed)?;
    fs::write(folder.join("orders.jsonl"), ORDERS).map_err(failed)?;
    say("A schema, order.avsc:\n")?;
    say(SCHEMA)?;
    say(
        "\n$ wireform produce --topic orders --schema order.avsc --register --key id orders.jsonl\n",
    )?;
    let (schema, orders) = (file("order.avsc"), file("orders.jsonl"));
    run(&[
        "produce",
        "--brokers",
        brokers,
        "--registry",
        registry,
        "--topic",
        "orders",
        "--schema",
        &schema,
        "--register",
        "--key",
        "id",
        &orders,
    ])?;
    say("\n$ wireform registry list\n")?;
    run(&["registry", "--registry", registry, "list"])?;
    say("\n$ wireform consume --topic orders --until-end --hex\n")?;
    run(&[
        "consume",
        "--brokers",
        brokers,
        "--registry",
        registry,
        "--topic",
        "orders",
        "--until-end",
        "--hex",
    ])?;
    say("
Next, with Kafka and a registry in WIREFORM_BROKERS and WIREFORM_REGISTRY_URL:
  wireform check --level full v1.avsc v2.avsc    may one follow the other?
  wireform generate --out src/events schemas/    Rust types for your schemas
  wireform registry serve                        a registry for development
")?;
    Ok(Outcome::Fine)
}

/// Runs a command line as if it was typed.
fn run(arguments: &[&str]) -> Result {
    let line = ["wireform"].iter().chain(arguments);
    let cli = Cli::from_line(line).map_err(|error| Error::usage(&error))?;
    cli.run()
}

fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
