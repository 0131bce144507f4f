//! How cost grows: with the size of the record, the number of writer schemas, and threads.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use wireform::avro::Avro;
use wireform::registry::{ResolvedSchema, SchemaId, SchemaKind};
use wireform::{Deserializer, NoHeaders, Reader, Serializer};

use crate::avro::datum;
use crate::hand_written;
use crate::measure::{Row, batch, median};
use crate::options::Options;
use crate::order::{Order, SCHEMA, order};
use crate::rows::leaked;

pub fn print(options: &Options) {
    let rounds = options.rounds() / 10;
    settle_allocator();
    sizes(rounds);
    schemas(rounds);
    threads(rounds);
}

/// Frees one large block. From then on glibc keeps what is freed at the end of its heap, as it does
/// in a process that has run for a while; before, it gives large records' memory back to the kernel
/// each time, and most of the time goes into getting it again.
fn settle_allocator() {
    drop(black_box(Vec::<u8>::with_capacity(31 << 20)));
}

fn time(rounds: usize, row: &mut Row) -> f64 {
    let times = batch(row);
    let mut sample = || {
        let start = Instant::now();
        (row.run)(times);
        start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    };
    sample();
    median((0..rounds.max(5)).map(|_| sample()).collect())
}

fn sizes(rounds: usize) {
    println!("\nnanoseconds for a byte, by size");
    println!(
        "  {:>9} {:>12} {:>14} {:>12} {:>14}",
        "bytes", "encode", "hand-written", "decode", "hand-written"
    );
    for items in [0, 40, 450, 4_500, 45_000] {
        let order = leaked(order_of(items));
        let codec = Avro::<Order>::new();
        let datum = leaked(wireform::SerializerExt::to_vec(&codec, order).expect("valid"));
        let len = datum.len() as f64;
        let (writer, reader) = (codec.clone(), codec);
        let mut out = Vec::with_capacity(datum.len());
        let mut by_hand = out.clone();
        let mut rows = [
            Row::new("encode", move || {
                out.clear();
                writer.serialize(order, &mut out).expect("valid");
            }),
            Row::new("hand", move || {
                by_hand.clear();
                hand_written::encode(order, &mut by_hand);
            }),
            Row::new("decode", move || reader.deserialize(datum).expect("valid")),
            Row::new("hand", move || hand_written::decode(datum).expect("valid")),
        ];
        let [encode, hand_encode, decode, hand_decode] =
            rows.each_mut().map(|row| time(rounds, row) / len);
        println!(
            "  {len:>9} {encode:>12.3} {hand_encode:>14.3} {decode:>12.3} {hand_decode:>14.3}"
        );
    }
}

/// An order with so many items; without any, also without the rest that makes it long.
fn order_of(items: usize) -> Order {
    let mut order = order();
    order.items = order.items.iter().cycle().take(items).cloned().collect();
    order
}

fn reader_of(schemas: u32) -> Reader<Order> {
    let reader = Reader::offline().with(Avro::<Order>::new()).build();
    for id in 0..schemas {
        // Every one is a text of its own.
        let text = SCHEMA.replacen('{', &format!("{{\"doc\":\"{id}\","), 1);
        let schema = ResolvedSchema::new(SchemaKind::Avro, text);
        reader.add(SchemaId::new(id), &schema).expect("compatible");
    }
    reader
}

fn frames(schemas: u32) -> Vec<Vec<u8>> {
    let (_, datum) = datum();
    let ids = (0..64).map(|n: u32| n.wrapping_mul(2_654_435_761) % schemas);
    ids.map(|id| [&[0], &id.to_be_bytes()[..], &datum].concat())
        .collect()
}

fn schemas(rounds: usize) {
    println!("\nnanoseconds for a framed record, by writer schemas (64 of them in turn)");
    for schemas in [1, 10, 100, 1_000, 10_000] {
        let (reader, frames) = (reader_of(schemas), frames(schemas));
        let mut turn = 0;
        let mut row = Row::new("decode", move || {
            turn = (turn + 1) % frames.len();
            let frame = black_box(&frames[turn]);
            reader.decode(&NoHeaders, Some(frame)).expect("valid")
        });
        println!("  {schemas:>9} {:>12.1}", time(rounds, &mut row));
    }
}

fn threads(rounds: usize) {
    println!("\nnanoseconds for a framed record on each thread, by threads that share a reader");
    let reader = Arc::new(reader_of(100));
    for threads in [1, 2] {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (reader, frames) = (reader.clone(), frames(100));
                std::thread::spawn(move || {
                    let mut turn = 0;
                    let mut row = Row::new("decode", move || {
                        turn = (turn + 1) % frames.len();
                        let frame = black_box(&frames[turn]);
                        reader.decode(&NoHeaders, Some(frame)).expect("valid")
                    });
                    time(rounds * 10, &mut row)
                })
            })
            .collect();
        let times = workers
            .into_iter()
            .map(|worker| worker.join().expect("no panic"));
        println!("  {threads:>9} {:>12.1}", median(times.collect()));
    }
}
