//! Metrics for the program's recorder.

use std::time::Instant;

use crate::outcome::CloseReport;

/// The time at which a record was encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Started(Instant);

impl Started {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// Records the time to the delivery result.
    pub(crate) fn done(self) {
        metrics::histogram!("wireform_producer_delivery_seconds")
            .record(self.0.elapsed().as_secs_f64());
    }
}

/// Counts delivery results that were handed over.
pub(crate) fn settled(report: CloseReport) {
    for (verdict, count) in [
        ("delivered", report.delivered),
        ("not_written", report.not_written),
        ("unknown", report.unknown),
    ] {
        if count > 0 {
            metrics::counter!("wireform_producer_records_total", "verdict" => verdict)
                .increment(count);
        }
    }
}
