//! The order example of every Kafka tutorial, grown up.
//!
//! Sends three orders in each codec, prints where each landed, and reads them back with their
//! headers. Without arguments it needs nothing: Kafka is librdkafka's in-process mock cluster, the
//! registry is in memory.
#![forbid(unsafe_code)]

mod args;
mod codecs;
mod load;
mod order;
mod read;
mod send;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use wireform::avro::AvroRules;
use wireform::protobuf::ProtobufRules;
use wireform::registry::Registry;
use wireform_producer::Producer;
use wireform_registry::{Cached, HttpRegistry, InMemoryRegistry};

use crate::args::{Args, Codec};

/// Protobuf messages, generated from `proto/` by `build.rs`.
mod proto {
    include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));
    pub(crate) use self::shop::orders::v1::{Item, Order, Status};
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("orders: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let registry = registry(&args)?;
    let producer = producer(&args)?;
    if let Some(count) = args.load {
        load::run(
            &producer,
            &registry,
            args.codec.unwrap_or(Codec::Avro),
            count,
        )
        .await?;
    } else {
        for codec in Codec::ALL
            .into_iter()
            .filter(|codec| args.codec.is_none_or(|c| c == *codec))
        {
            codecs::send_and_read(codec, &producer, &registry).await?;
        }
    }
    let report = producer.close(Duration::from_secs(30)).await?;
    println!(
        "closed: {} delivered, {} not written, {} unknown",
        report.delivered, report.not_written, report.unknown
    );
    Ok(())
}

/// The real registry if one was named, else one in memory that checks the rules of Avro and Protobuf.
fn registry(args: &Args) -> Result<Arc<dyn Registry>, Box<dyn Error>> {
    match (&args.registry, &args.brokers) {
        (Some(url), _) => Ok(Arc::new(Cached::new(HttpRegistry::builder(url).build()?))),
        (None, Some(_)) if args.codec.is_none_or(Codec::needs_registry) => {
            Err("--brokers also needs --registry, or the ids in the records mean nothing".into())
        }
        (None, _) => Ok(Arc::new(
            InMemoryRegistry::builder()
                .rules(AvroRules)
                .rules(ProtobufRules)
                .build(),
        )),
    }
}

fn producer(args: &Args) -> Result<Producer, Box<dyn Error>> {
    let builder = match &args.brokers {
        Some(brokers) => Producer::builder().brokers(brokers),
        None => Producer::builder().embedded(),
    };
    Ok(builder
        .linger(Duration::from_millis(5))
        .delivery_timeout(Duration::from_secs(args.delivery_timeout))
        .header("source", "order-service")
        .build()?)
}
