//! How long a record waits for its verdict, by linger and batch size.

use std::fmt::Write as _;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wireform::Utf8;
use wireform_producer::{Producer, Record, Topic};

use crate::Failure;

/// Milliseconds.
const LINGERS: [u64; 3] = [0, 5, 50];
/// Bytes.
const BATCHES: [usize; 4] = [4 << 10, 16 << 10, 128 << 10, 1_000_000];
/// Records of 200 bytes, spread evenly over two seconds.
const SENDS: u32 = 40_000;
const LASTING: Duration = Duration::from_secs(2);

struct Point {
    linger: u64,
    batch: usize,
    median: f64,
    slow: f64,
}

/// Measures, and writes `path` and the same name with `.svg`.
pub fn run(brokers: &str, path: &str) -> Result<(), Failure> {
    // Broker and process warm up.
    measure(brokers, 5, 16 << 10)?;
    let mut points = Vec::new();
    for linger in LINGERS {
        for batch in BATCHES {
            points.push(measure(brokers, linger, batch)?);
        }
    }
    let mut csv = String::from("linger_ms,batch_bytes,median_ms,p99_ms\n");
    for point in &points {
        let Point {
            linger,
            batch,
            median,
            slow,
        } = point;
        writeln!(csv, "{linger},{batch},{median:.2},{slow:.2}")?;
    }
    print!("{csv}");
    std::fs::write(path, csv)?;
    std::fs::write(path.replace(".csv", ".svg"), plot(&points)?)?;
    Ok(())
}

fn measure(brokers: &str, linger: u64, batch: usize) -> Result<Point, Failure> {
    let producer = Producer::builder()
        .brokers(brokers)
        .linger(Duration::from_millis(linger))
        .batch_size(batch)
        .build()?;
    let topic: Topic<str, str> = producer.topic("latency", Utf8, Utf8)?;
    let mut first = topic.send_blocking(Record::new("x"))?;
    first
        .wait(LASTING * 10)
        .ok_or("the first record has no result")??;
    let value = "x".repeat(200);
    let (told, heard) = mpsc::channel();
    let started = Instant::now();
    for number in 0..SENDS {
        let due = LASTING * number / SENDS;
        if number % 20 == 0 {
            thread::sleep(due.saturating_sub(started.elapsed()));
        }
        let (told, sent) = (told.clone(), Instant::now());
        topic.send_with(Record::new(&*value), move |outcome| {
            if outcome.is_ok() {
                let _ = told.send(sent.elapsed());
            }
        })?;
    }
    let report = producer.close_blocking(LASTING * 10)?;
    if !report.is_complete() {
        return Err(format!("{report:?}").into());
    }
    drop(told);
    let mut took: Vec<_> = heard.iter().map(|took| took.as_secs_f64() * 1e3).collect();
    took.sort_by(f64::total_cmp);
    let at = |part: usize| took.get(took.len() * part / 100).copied();
    Ok(Point {
        linger,
        batch,
        median: at(50).unwrap_or(f64::NAN),
        slow: at(99).unwrap_or(f64::NAN),
    })
}

/// Batch size to the right, milliseconds upwards, both by powers; a line for each linger.
fn plot(points: &[Point]) -> Result<String, Failure> {
    let mut svg = String::from(concat!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" ",
        "font-family=\"sans-serif\" font-size=\"12\">\n",
        "<rect width=\"640\" height=\"400\" fill=\"white\"/>\n",
        "<text x=\"60\" y=\"20\">time from send to verdict in ms: median, and dashed 99 of 100",
        "</text>\n"
    ));
    for millis in [0.1_f64, 1.0, 10.0, 100.0, 1000.0] {
        let y = height(millis);
        writeln!(
            svg,
            "<path d=\"M60 {y:.0}H560\" stroke=\"#ddd\"/><text x=\"20\" y=\"{y:.0}\">{millis}</text>"
        )?;
    }
    for batch in BATCHES {
        let (x, size) = (across(batch), batch >> 10);
        writeln!(svg, "<text x=\"{x:.0}\" y=\"390\">{size} KiB</text>")?;
    }
    for (linger, colour) in LINGERS.iter().zip(["#1b9e77", "#d95f02", "#7570b3"]) {
        let line: Vec<_> = points.iter().filter(|p| p.linger == *linger).collect();
        let path = |of: fn(&Point) -> f64| -> String {
            let steps = line
                .iter()
                .map(|p| format!("{:.0} {:.0}", across(p.batch), height(of(p))));
            format!("M{}", steps.collect::<Vec<_>>().join("L"))
        };
        for (d, dashes) in [(path(|p| p.median), "none"), (path(|p| p.slow), "5 4")] {
            writeln!(
                svg,
                "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
                 stroke-dasharray=\"{dashes}\"/>"
            )?;
        }
        let end = line.last().map_or(0.0, |point| height(point.median));
        writeln!(
            svg,
            "<text x=\"565\" y=\"{end:.0}\" fill=\"{colour}\">linger {linger}</text>"
        )?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn across(batch: usize) -> f64 {
    let bytes = u32::try_from(batch).map_or(1e6, f64::from);
    80.0 + (bytes.log2() - 12.0) * 58.0
}

fn height(millis: f64) -> f64 {
    360.0 - (millis.max(0.1).log10() + 1.0) * 80.0
}
