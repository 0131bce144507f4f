//! The registry clients: what their rows have in common.

use std::rc::Rc;

use schema_registry_client::rest::client_config::ClientConfig;
use schema_registry_client::rest::schema_registry_client::{Client, SchemaRegistryClient};
use schema_registry_client::serdes::config::{DeserializerConfig, SerializerConfig};
use schema_registry_client::serdes::serde::{
    SerdeFormat, SerdeType, SerializationContext, SubjectNameStrategyType,
};
use schema_registry_converter::schema_registry_common::SubjectNameStrategy;
use tokio::runtime::Runtime;

use crate::rows::leaked;

pub const CONVERTER: &str = "schema_registry_converter 6";
pub const CLIENT: &str = "schema-registry-client 0.4.2";
pub const SCHEMREG: &str = "schemreg 0.6";

/// A row whose operation is asynchronous, on a runtime of one thread; a batch is one `block_on`,
/// and what it returns, read as an order, is checked first.
macro_rules! awaited {
    ($name:expr, $runtime:expr, $order:expr, $to_order:expr, $operation:expr) => {{
        let (runtime, operation) = ($runtime.clone(), $operation);
        assert_eq!(
            $to_order(runtime.block_on(operation())),
            *$order,
            "{}",
            $name
        );
        $crate::measure::Row {
            name: $name,
            run: Box::new(move |times| {
                runtime.block_on(async {
                    for _ in 0..times {
                        std::hint::black_box(operation().await);
                    }
                });
            }),
        }
    }};
}

pub(crate) use awaited;

pub fn runtime() -> Rc<Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    Rc::new(runtime.expect("a runtime"))
}

/// `schema_registry_converter`'s subject.
pub fn subject() -> SubjectNameStrategy {
    SubjectNameStrategy::TopicNameStrategy("orders".to_owned(), false)
}

/// Where `schema-registry-client` asks.
pub fn client(url: &str) -> &'static SchemaRegistryClient {
    leaked(SchemaRegistryClient::new(ClientConfig::new(vec![
        url.to_owned(),
    ])))
}

pub fn context(serde_format: SerdeFormat) -> &'static SerializationContext {
    leaked(SerializationContext {
        topic: "orders".to_owned(),
        serde_type: SerdeType::Value,
        serde_format,
        headers: None,
    })
}

/// Without registering, which would ask the registry for each record.
pub fn writes_as(validate: bool) -> SerializerConfig {
    let mut config = SerializerConfig::new(false, None, false, validate, Default::default());
    config.subject_name_strategy_type = SubjectNameStrategyType::Topic;
    config
}

pub fn reads_as(validate: bool) -> DeserializerConfig {
    let mut config = DeserializerConfig::new(None, validate, Default::default());
    config.subject_name_strategy_type = SubjectNameStrategyType::Topic;
    config
}
