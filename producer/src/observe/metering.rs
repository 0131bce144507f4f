//! Metrics for the program's recorder.

use std::time::Instant;

use crate::outcome::CloseReport;

/// When a record was packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Started(Instant);

impl Started {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// The verdict is there.
    pub(crate) fn done(self) {
        metrics::histogram!("wireform_producer_delivery_seconds")
            .record(self.0.elapsed().as_secs_f64());
    }
}

/// Verdicts were handed over.
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
