use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::endpoint::Endpoint;

/// The addresses of a registry: one is in use until it fails, then another one is.
#[derive(Debug)]
pub(super) struct Nodes {
    endpoints: Vec<Endpoint>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    current: usize,
    /// Until when each is not used unless all are like that; `None` for one that did not fail.
    penalties: Vec<Option<Instant>>,
}

/// The result of [`Nodes::fail`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change<'a> {
    /// There is only one, or every other one has failed a moment ago, too.
    NoneBetter,
    /// Another call has changed the node already.
    Done,
    /// From here on, this one is in use.
    To(&'a str),
}

impl Nodes {
    pub(super) fn new(endpoints: Vec<Endpoint>) -> Self {
        let state = State {
            current: 0,
            penalties: vec![None; endpoints.len()],
        };
        Self {
            endpoints,
            state: Mutex::new(state),
        }
    }

    /// The node in use and its place.
    pub(super) fn current(&self) -> Option<(usize, &Endpoint)> {
        let place = self.state().current;
        Some((place, self.endpoints.get(place)?))
    }

    /// Says that the node at `place` failed, and changes over to the next one.
    pub(super) fn fail(&self, place: usize, penalty: Duration) -> Change<'_> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(until) = state.penalties.get_mut(place) {
            *until = Some(now + penalty.clamp(MIN_PENALTY, MAX_PENALTY));
        }
        if state.current != place {
            let is_better = state.is_free(state.current, now);
            return if is_better {
                Change::Done
            } else {
                Change::NoneBetter
            };
        }
        let count = self.endpoints.len();
        let others = (1..count).map(|step| (place + step) % count);
        // Of several under a penalty, the one whose penalty ends first.
        let next = others.min_by_key(|other| state.penalty(*other, now));
        let Some(next) = next else {
            return Change::NoneBetter;
        };
        let is_better = state.is_free(next, now);
        state.current = next;
        match self.endpoints.get(next) {
            Some(endpoint) if is_better => Change::To(endpoint.origin()),
            _ => Change::NoneBetter,
        }
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the remaining time of a node's penalty.
    fn penalty(&self, place: usize, now: Instant) -> Duration {
        let until = self.penalties.get(place).copied().flatten();
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn is_free(&self, place: usize, now: Instant) -> bool {
        self.penalty(place, now).is_zero()
    }
}

/// Of a node that named no time of its own.
pub(super) const PENALTY: Duration = Duration::from_secs(30);
const MIN_PENALTY: Duration = Duration::from_secs(1);
const MAX_PENALTY: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(count: usize) -> Nodes {
        let endpoints = (0..count).map(|number| {
            let url = format!("http://127.0.0.1:{}", number + 1);
            Endpoint::parse(&url, None).unwrap()
        });
        Nodes::new(endpoints.collect())
    }

    /// Fails the nodes at `places` in turn; the node in use then, and whether it is better.
    #[track_caller]
    fn check(count: usize, places: &[usize], current: usize, is_better: bool) {
        let nodes = nodes(count);
        let mut last = false;
        for place in places {
            last = nodes.fail(*place, PENALTY) != Change::NoneBetter;
        }
        let found = nodes.current().map(|(place, _)| place);
        assert_eq!((found, last), (Some(current), is_better), "{places:?}");
    }

    #[test]
    fn the_next_free_node_takes_over_and_stays() {
        check(1, &[0], 0, false);
        check(3, &[0], 1, true);
        check(3, &[0, 0], 1, true);
        check(3, &[0, 1], 2, true);
        check(3, &[1, 0], 2, true);
        check(3, &[0, 1, 2], 0, false);
    }
}
