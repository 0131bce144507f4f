//! serde's `Serializer` over another one: everything but datetimes passes through unchanged.
//!
//! The serializer is generic over the one it wraps, so that serde_json's own ways in (numbers of
//! arbitrary precision, raw values, map keys) stay what they are.

use std::cell::RefCell;
use std::fmt;
use std::fmt::Write as _;

use serde::Serialize;
use serde::ser::Error as _;

use super::fault::Fault;
use super::policy::DatetimePolicy;
use super::recognise::{self, Written};
use super::stack_text::StackText;
use crate::error::{Error, ErrorKind};

mod compound;
mod system_time;

use compound::{Compound, Variant};
use system_time::Struct;

/// The state of one call of `serialize`: the policy, and the fault and its path.
pub(super) struct Context {
    policy: DatetimePolicy,
    failure: RefCell<Failure>,
}

#[derive(Default)]
struct Failure {
    fault: Option<Fault>,
    /// Innermost first, as `Error::at` takes them.
    path: Vec<Place>,
}

enum Place {
    /// An entry of a map, by its number from 1: its key is payload.
    Entry(usize),
    Item(usize),
    Name(&'static str),
}

impl Context {
    pub(super) fn new(policy: DatetimePolicy) -> Self {
        Self {
            policy,
            failure: RefCell::default(),
        }
    }

    /// The error that the serializer failed with: a datetime's fault, or else `otherwise`.
    #[cold]
    pub(super) fn into_error(self, otherwise: impl FnOnce() -> Error) -> Error {
        let failure = self.failure.into_inner();
        let error = failure
            .fault
            .map_or_else(otherwise, |fault| fault.error(ErrorKind::Encode));
        failure
            .path
            .into_iter()
            .fold(error, |error, place| match place {
                Place::Entry(nth) => error.at(format!("[entry {nth}]")),
                Place::Item(index) => error.at(format!("[{index}]")),
                Place::Name(name) => error.at(name),
            })
    }

    #[cold]
    fn fail<E: serde::ser::Error>(&self, fault: Fault) -> E {
        *self.failure.borrow_mut() = Failure {
            fault: Some(fault),
            path: Vec::new(),
        };
        E::custom(fault)
    }

    #[cold]
    fn at(&self, place: Place) {
        self.failure.borrow_mut().path.push(place);
    }

    #[inline]
    fn write<S: serde::Serializer>(
        &self,
        written: Result<Written, Fault>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match written {
            Ok(Written::Integer(units)) => serializer.serialize_i64(units),
            Ok(Written::Text(text)) => serializer.serialize_str(text.as_str()),
            Err(fault) => Err(self.fail(fault)),
        }
    }
}

/// A value whose datetimes follow the policy, whatever serializer it is given.
pub(super) struct Value<'a, T: ?Sized> {
    value: &'a T,
    context: &'a Context,
}

impl<'a, T: ?Sized> Value<'a, T> {
    #[inline]
    pub(super) fn new(value: &'a T, context: &'a Context) -> Self {
        Self { value, context }
    }
}

impl<T: Serialize + ?Sized> Serialize for Value<'_, T> {
    #[inline]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Datetimes {
            inner: serializer,
            context: self.context,
        })
    }
}

struct Datetimes<'a, S> {
    inner: S,
    context: &'a Context,
}

macro_rules! as_it_is {
    ($($method:ident($value:ty)),+ $(,)?) => {$(
        #[inline]
        fn $method(self, value: $value) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        }
    )+};
}

/// `collect_seq` and `collect_map` are serde's own, over `serialize_seq` and `serialize_map`.
impl<'a, S: serde::Serializer> serde::Serializer for Datetimes<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'a, S::SerializeSeq>;
    type SerializeTuple = Compound<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Variant<'a, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'a, S::SerializeMap>;
    type SerializeStruct = Struct<'a, S>;
    type SerializeStructVariant = Variant<'a, S::SerializeStructVariant>;

    as_it_is! {
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str),
    }

    #[inline]
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&Value::new(value, self.context))
    }

    #[inline]
    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Value::new(value, self.context);
        self.inner.serialize_newtype_struct(name, &value)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Value::new(value, self.context);
        self.inner
            .serialize_newtype_variant(name, index, variant, &value)
            .inspect_err(|_| self.context.at(Place::Name(variant)))
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let inner = self.inner.serialize_seq(len)?;
        Ok(Compound::new(inner, self.context))
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        let inner = self.inner.serialize_tuple(len)?;
        Ok(Compound::new(inner, self.context))
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        let inner = self.inner.serialize_tuple_struct(name, len)?;
        Ok(Compound::new(inner, self.context))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let inner = self
            .inner
            .serialize_tuple_variant(name, index, variant, len)?;
        Ok(Variant::new(inner, self.context, variant))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let inner = self.inner.serialize_map(len)?;
        Ok(Compound::new(inner, self.context))
    }

    #[inline]
    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        Struct::begin(self.inner, self.context, name, len)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let inner = self
            .inner
            .serialize_struct_variant(name, index, variant, len)?;
        Ok(Variant::new(inner, self.context, variant))
    }

    /// chrono's and jiff's types call this.
    #[inline]
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let mut text = StackText::<LONGEST_RECOGNISED>::new();
        let written = write!(text, "{value}");
        // Asked first: a `Display` may ignore that its text did not fit, and report success.
        if text.overflowed() {
            return self.inner.collect_str(value);
        }
        if written.is_err() {
            return Err(S::Error::custom("a `Display` implementation failed"));
        }
        if recognise::is_written(text.as_bytes(), self.context.policy) {
            return self.inner.serialize_str(text.as_str());
        }
        match recognise::rewrite(text.as_str(), self.context.policy) {
            Some(written) => self.context.write(written, self.inner),
            None => self.inner.serialize_str(text.as_str()),
        }
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// A datetime of 38 bytes and its zone's name, of which the longest in the tz database has 32.
const LONGEST_RECOGNISED: usize = 128;
