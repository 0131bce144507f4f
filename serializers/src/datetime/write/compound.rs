use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};

use super::{Context, Place, Value};

/// A sequence, tuple or map. It counts its items, so that an error can name one.
pub(super) struct Compound<'a, C> {
    inner: C,
    context: &'a Context,
    index: usize,
}

impl<'a, C> Compound<'a, C> {
    #[inline]
    pub(super) fn new(inner: C, context: &'a Context) -> Self {
        Self {
            inner,
            context,
            index: 0,
        }
    }

    #[inline]
    fn counted<E>(&mut self, written: Result<(), E>) -> Result<(), E> {
        if written.is_err() {
            self.context.at(Place::Item(self.index));
        }
        self.index += 1;
        written
    }
}

/// An enum variant with fields.
pub(super) struct Variant<'a, C> {
    fields: Compound<'a, C>,
    variant: &'static str,
}

impl<'a, C> Variant<'a, C> {
    #[inline]
    pub(super) fn new(inner: C, context: &'a Context, variant: &'static str) -> Self {
        Self {
            fields: Compound::new(inner, context),
            variant,
        }
    }
}

macro_rules! items {
    ($($compound:ident::$method:ident),+) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<C: $compound> $compound for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let written = self.inner.$method(&Value::new(value, self.context));
                self.counted(written)
            }

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )+};
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field
);

#[deny(clippy::missing_trait_methods)]
impl<C: SerializeTupleVariant> SerializeTupleVariant for Variant<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let value = Value::new(value, self.fields.context);
        let written = self.fields.inner.serialize_field(&value);
        let context = self.fields.context;
        self.fields
            .counted(written)
            .inspect_err(|_| context.at(Place::Name(self.variant)))
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.fields.inner.end()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<C: SerializeStructVariant> SerializeStructVariant for Variant<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), C::Error> {
        let context = self.fields.context;
        self.fields
            .inner
            .serialize_field(key, &Value::new(value, context))
            .inspect_err(|_| {
                context.at(Place::Name(key));
                context.at(Place::Name(self.variant));
            })
    }

    #[inline]
    fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
        self.fields.inner.skip_field(key)
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.fields.inner.end()
    }
}

/// Keys are written unchanged: a key is a name that readers look up.
#[deny(clippy::missing_trait_methods)]
impl<C: SerializeMap> SerializeMap for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let value = Value::new(value, self.context);
        let written = self.inner.serialize_value(&value);
        self.index += 1;
        written.inspect_err(|_| self.context.at(Place::Entry(self.index)))
    }

    #[inline]
    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), C::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        let value = Value::new(value, self.context);
        let written = self.inner.serialize_entry(key, &value);
        self.index += 1;
        written.inspect_err(|_| self.context.at(Place::Entry(self.index)))
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}
