use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::unit::{Micros, Millis};

/// A [`Datetime`](super::Datetime) that is written as RFC 3339 text with the digits of `P`, and
/// read back strictly, as [`rfc3339`](super::rfc3339) says.
///
/// It says so in its type, so it goes where an attribute cannot: into an `Option`, a `Vec`, a map,
/// as its key too, and a generic parameter.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::time::{Duration, SystemTime};
/// use wireform::datetime::{Rfc3339, Seconds};
///
/// type At = Rfc3339<SystemTime, Seconds>;
///
/// let json = r#"{"paid":["2024-01-02T03:04:05Z"],"sent":[]}"#;
/// let log: BTreeMap<String, Vec<At>> = serde_json::from_str(json)?;
/// assert_eq!(*log["paid"][0], SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_164_645));
/// assert_eq!(serde_json::to_string(&log)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Rfc3339<T, P = Micros>(T, PhantomData<fn() -> P>);

/// A [`Datetime`](super::Datetime) that is written as an integer of `U` since
/// 1970-01-01T00:00:00Z, and read back strictly, as [`epoch`](super::epoch) says.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use wireform::datetime::{Epoch, Millis};
///
/// let at: Vec<Option<Epoch<SystemTime, Millis>>> = serde_json::from_str("[-1,null]")?;
/// let last_of_1969 = SystemTime::UNIX_EPOCH - Duration::from_millis(1);
/// assert_eq!(at, [Some(last_of_1969.into()), None]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Epoch<T, U = Millis>(T, PhantomData<fn() -> U>);

/// A [`CivilDatetime`](super::CivilDatetime), a date, a time of day or both without a time zone,
/// that is written as text with the digits of `P`, and read back strictly, as
/// [`civil`](super::civil) says. A date has no digits of a second, whatever `P` is.
#[cfg_attr(
    feature = "jiff",
    doc = "
```
use wireform::datetime::{Civil, Millis};

type Shift = (Civil<jiff::civil::Date>, Civil<jiff::civil::Time, Millis>);

let json = r#\"[\"2024-01-02\",\"03:04:05.006\"]\"#;
let shift: Shift = serde_json::from_str(json)?;
assert_eq!(*shift.0, jiff::civil::date(2024, 1, 2));
assert_eq!(serde_json::to_string(&shift)?, json);
# Ok::<(), serde_json::Error>(())
```
"
)]
pub struct Civil<T, P = Micros>(T, PhantomData<fn() -> P>);

macro_rules! newtypes {
    ($($name:ident),+) => {$(
        impl<T, P> $name<T, P> {
            /// Wraps it.
            #[must_use]
            pub const fn new(datetime: T) -> Self {
                Self(datetime, PhantomData)
            }

            /// Returns the wrapped value.
            #[must_use]
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T, P> From<T> for $name<T, P> {
            fn from(datetime: T) -> Self {
                Self::new(datetime)
            }
        }

        impl<T, P> Deref for $name<T, P> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T, P> DerefMut for $name<T, P> {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }

        impl<T: Clone, P> Clone for $name<T, P> {
            fn clone(&self) -> Self {
                Self::new(self.0.clone())
            }
        }

        impl<T: Copy, P> Copy for $name<T, P> {}

        impl<T: Default, P> Default for $name<T, P> {
            fn default() -> Self {
                Self::new(T::default())
            }
        }

        impl<T: PartialEq, P> PartialEq for $name<T, P> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<T: Eq, P> Eq for $name<T, P> {}

        impl<T: PartialOrd, P> PartialOrd for $name<T, P> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.0.partial_cmp(&other.0)
            }
        }

        impl<T: Ord, P> Ord for $name<T, P> {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }

        impl<T: Hash, P> Hash for $name<T, P> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }

        impl<T: fmt::Debug, P> fmt::Debug for $name<T, P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }
    )+};
}

newtypes!(Civil, Epoch, Rfc3339);
