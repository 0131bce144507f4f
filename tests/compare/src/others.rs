//! Rows from other languages: programs that measure the same in the same minutes.

use crate::measure::Results;
use crate::options::Options;

/// A row that another program measured.
pub struct Other;

/// Builds and runs the programs that were asked for.
pub fn groups(_options: &Options) -> Vec<Other> {
    Vec::new()
}

/// Adds the rows to their groups.
pub fn add(_results: &mut [Results], _others: &[Other]) {}
