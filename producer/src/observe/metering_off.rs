//! No metrics.

use crate::engine::ledger::Settlement;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Started;

impl Started {
    pub(crate) const fn now() -> Self {
        Self
    }

    pub(crate) const fn done(self) {}
}

pub(crate) const fn settled(_: &Settlement) {}
