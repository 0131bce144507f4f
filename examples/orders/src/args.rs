use std::fmt;

use clap::{Parser, ValueEnum};

/// Sends three orders in each codec, and reads them back.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Only this codec.
    #[arg(long)]
    pub(crate) codec: Option<Codec>,
    /// Kafka's bootstrap servers; without it, an in-process mock cluster.
    #[arg(long, value_name = "HOST:PORT,…")]
    pub(crate) brokers: Option<String>,
    /// The schema registry's URL; without it, one in memory.
    #[arg(long, value_name = "URL")]
    pub(crate) registry: Option<String>,
    /// How long a record may take before its send has failed.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) delivery_timeout: u64,
    /// Instead: send this many orders in one codec (avro unless named) and tell the rate.
    #[arg(long, value_name = "COUNT")]
    pub(crate) load: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Codec {
    Json,
    DatetimeJson,
    Avro,
    Protobuf,
}

impl Codec {
    pub(crate) const ALL: [Self; 4] = [Self::Json, Self::DatetimeJson, Self::Avro, Self::Protobuf];

    pub(crate) fn needs_registry(self) -> bool {
        matches!(self, Self::Avro | Self::Protobuf)
    }

    /// The topic for this codec's orders.
    pub(crate) fn topic(self) -> String {
        format!("orders-{self}")
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::DatetimeJson => "datetime-json",
            Self::Avro => "avro",
            Self::Protobuf => "protobuf",
        })
    }
}
