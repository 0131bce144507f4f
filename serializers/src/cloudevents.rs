//! CloudEvents 1.0 on Kafka: in binary mode the attributes are headers beside any payload, in
//! structured mode they are JSON around it.
//!
//! Source of everything in here: the
//! [specification](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md), its
//! [JSON format](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md)
//! and its
//! [Kafka binding](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md).

mod attributes;
mod structured;

pub use attributes::EventAttributes;
pub use structured::{CloudEvent, StructuredEvents};
