use std::mem;

use serde::Serialize;
use serde::ser::{Error as _, SerializeStruct};

use super::{Context, Place, Value};
use crate::datetime::fault::Fault;
use crate::datetime::moment::{Moment, NANOS_PER_SECOND};
use crate::datetime::recognise::{self, Written};

/// A struct; one that turns out to be a `SystemTime` as serde writes it becomes a datetime.
///
/// serde: `impl Serialize for SystemTime`, `serde_core/src/ser/impls.rs`: a struct of that name
/// with the seconds and nanoseconds since the epoch, in this order.
pub(super) struct Struct<'a, S: serde::Serializer> {
    state: State<S>,
    context: &'a Context,
}

enum State<S: serde::Serializer> {
    /// Any other struct.
    Plain(S::SerializeStruct),
    /// A `SystemTime` as far as was seen; nothing is written yet.
    Clock(Clock<S>),
    /// Between the two, and after an error.
    Gone,
}

struct Clock<S> {
    inner: S,
    seconds: Option<u64>,
    nanos: Option<u32>,
}

impl<'a, S: serde::Serializer> Struct<'a, S> {
    #[inline]
    pub(super) fn begin(
        inner: S,
        context: &'a Context,
        name: &'static str,
        len: usize,
    ) -> Result<Self, S::Error> {
        let state = if len == FIELDS && name == NAME {
            State::Clock(Clock {
                inner,
                seconds: None,
                nanos: None,
            })
        } else {
            State::Plain(inner.serialize_struct(name, len)?)
        };
        Ok(Self { state, context })
    }

    /// Keeps the field back if it is a `SystemTime`'s next one.
    fn keep_back<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> bool {
        let State::Clock(clock) = &mut self.state else {
            return false;
        };
        match (key, clock.seconds, clock.nanos) {
            (SECONDS, None, None) => {
                clock.seconds = integer(value);
                clock.seconds.is_some()
            }
            (NANOS, Some(_), None) => {
                clock.nanos = integer(value)
                    .and_then(|nanos| u32::try_from(nanos).ok())
                    .filter(|nanos| *nanos < NANOS_PER_SECOND);
                clock.nanos.is_some()
            }
            _ => false,
        }
    }

    /// The struct that is being written; what was kept back is written first.
    #[inline]
    fn plain(&mut self) -> Result<&mut S::SerializeStruct, S::Error> {
        if !matches!(self.state, State::Plain(_)) {
            self.state = match mem::replace(&mut self.state, State::Gone) {
                State::Clock(clock) => State::Plain(clock.into_plain()?),
                other => other,
            };
        }
        match &mut self.state {
            State::Plain(inner) => Ok(inner),
            _ => Err(S::Error::custom("a struct goes on after an error")),
        }
    }
}

impl<S: serde::Serializer> Clock<S> {
    #[cold]
    fn into_plain(self) -> Result<S::SerializeStruct, S::Error> {
        let mut inner = self.inner.serialize_struct(NAME, FIELDS)?;
        if let Some(seconds) = self.seconds {
            inner.serialize_field(SECONDS, &seconds)?;
        }
        if let Some(nanos) = self.nanos {
            inner.serialize_field(NANOS, &nanos)?;
        }
        Ok(inner)
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: serde::Serializer> SerializeStruct for Struct<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        if self.keep_back(key, value) {
            return Ok(());
        }
        let context = self.context;
        self.plain()?
            .serialize_field(key, &Value::new(value, context))
            .inspect_err(|_| context.at(Place::Name(key)))
    }

    #[inline]
    fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
        self.plain()?.skip_field(key)
    }

    #[inline]
    fn end(mut self) -> Result<S::Ok, S::Error> {
        self.state = match self.state {
            State::Clock(Clock {
                inner,
                seconds: Some(seconds),
                nanos: Some(nanos),
            }) => {
                let written = written(seconds, nanos, self.context);
                return self.context.write(written, inner);
            }
            state => state,
        };
        self.plain()?;
        match self.state {
            State::Plain(inner) => inner.end(),
            _ => Err(S::Error::custom("a struct ends after an error")),
        }
    }
}

fn written(seconds: u64, nanos: u32, context: &Context) -> Result<Written, Fault> {
    let seconds = i64::try_from(seconds).map_err(|_| Fault::Range)?;
    let moment = Moment::checked(seconds, nanos).ok_or(Fault::Range)?;
    recognise::write(moment, 0, context.policy)
}

/// The value, if it is a whole number from 0 on. It is written on the stack to be seen, which
/// leaves it to `value` itself what it is.
fn integer<T: Serialize + ?Sized>(value: &T) -> Option<u64> {
    let mut room = [0; LONGEST_INTEGER];
    let mut left = room.as_mut_slice();
    serde_json::to_writer(&mut left, value).ok()?;
    let len = LONGEST_INTEGER - left.len();
    std::str::from_utf8(room.get(..len)?).ok()?.parse().ok()
}

const NAME: &str = "SystemTime";
const FIELDS: usize = 2;
const SECONDS: &str = "secs_since_epoch";
const NANOS: &str = "nanos_since_epoch";
/// Of `u64::MAX`.
const LONGEST_INTEGER: usize = 20;
