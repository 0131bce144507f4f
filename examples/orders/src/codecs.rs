//! One function a codec: what a program has to choose, and nothing else.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use wireform::avro::SerdeAvro;
use wireform::protobuf::Protobuf;
use wireform::registry::Registry;
use wireform::{DatetimeJson, Framed, Json, Reader, Subject};
use wireform_producer::Producer;

use crate::args::Codec;
use crate::order::{Order, orders};
use crate::{proto, read, send};

/// The schema of `Order`; version 2 adds a currency with a default.
pub(crate) const SCHEMA: &str = include_str!("../../../schemas/orders-value/v1.avsc");

/// Sends the three orders in one codec, and reads them back.
pub(crate) async fn send_and_read(
    codec: Codec,
    producer: &Producer,
    registry: &Arc<dyn Registry>,
) -> Result<(), Box<dyn Error>> {
    let topic = codec.topic();
    let orders = orders(now());
    match codec {
        Codec::Json => {
            let json = Json::<Order>::new().version("1.0");
            let sent = send::all(codec, producer, json.clone(), &orders, id).await?;
            let reader = Reader::offline().with(json).build();
            read::back(producer, &sent, &reader).await
        }
        Codec::DatetimeJson => {
            let json = DatetimeJson::<Order<Timestamp>>::default().version("1.0");
            let orders = orders
                .into_iter()
                .map(|order| {
                    let at = Timestamp::from_millisecond(order.created_at)?;
                    Ok(order.map_time(|_| at))
                })
                .collect::<Result<Vec<_>, jiff::Error>>()?;
            let sent = send::all(codec, producer, json.clone(), &orders, id).await?;
            let reader = Reader::offline().with(json).build();
            read::back(producer, &sent, &reader).await
        }
        Codec::Avro => {
            let avro = SerdeAvro::<Order>::new(SCHEMA)?;
            let framed = Framed::register(avro.clone(), registry, Subject::value(&topic)).await?;
            let sent = send::all(codec, producer, framed, &orders, id).await?;
            let reader = Reader::builder(registry.clone()).with(avro).build();
            read::back(producer, &sent, &reader).await
        }
        Codec::Protobuf => {
            let protobuf = Protobuf::<proto::Order>::new();
            let framed =
                Framed::register(protobuf.clone(), registry, Subject::value(&topic)).await?;
            let orders: Vec<proto::Order> = orders.into_iter().map(Into::into).collect();
            let sent = send::all(codec, producer, framed, &orders, |o| &o.order_id).await?;
            let reader = Reader::builder(registry.clone()).with(protobuf).build();
            read::back(producer, &sent, &reader).await
        }
    }
}

fn id<T>(order: &Order<T>) -> &str {
    &order.order_id
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
