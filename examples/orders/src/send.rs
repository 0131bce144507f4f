use std::error::Error;

use wireform::{Serializer, Utf8};
use wireform_producer::{Placed, Producer, Record, Timestamp};

use crate::args::Codec;
use crate::codecs::now;

/// Sends orders keyed `order-<id>`, all at once, and waits for each; prints where each landed.
pub(crate) async fn all<T>(
    codec: Codec,
    producer: &Producer,
    serializer: impl Serializer<T> + 'static,
    orders: &[T],
    id: impl Fn(&T) -> &str,
) -> Result<Vec<Placed>, Box<dyn Error>> {
    let topic = producer.topic(&codec.topic(), Utf8, serializer)?;
    let failed = |order: &T, error| format!("{codec}: order {} was not sent: {error}", id(order));
    let mut deliveries = Vec::with_capacity(orders.len());
    for order in orders {
        let (key, trace) = (
            format!("order-{}", id(order)),
            format!("trace-{}", id(order)),
        );
        let record = Record::new(order)
            .key(key.as_str())
            .timestamp(Timestamp::from_millis(now())?)
            .header("trace-id", &trace);
        deliveries.push(
            topic
                .send(record)
                .await
                .map_err(|error| failed(order, error))?,
        );
    }
    let mut sent = Vec::with_capacity(orders.len());
    for (order, delivery) in orders.iter().zip(deliveries) {
        let placed = delivery.await.map_err(|error| failed(order, error))?;
        // A broker that got a retry of what it had already does not tell the offset again.
        let offset = placed
            .offset
            .map_or_else(|| "unknown".to_owned(), |o| o.to_string());
        println!(
            "{codec}: order {} sent to partition {}, offset {offset}",
            id(order),
            placed.partition,
        );
        sent.push(placed);
    }
    Ok(sent)
}
