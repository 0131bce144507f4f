use schemars::generate::SchemaSettings;

use super::codec::JsonSchema;
use super::rules::write_sorted;
use crate::error::{Error, ErrorKind, Result};

impl<T: schemars::JsonSchema + ?Sized> JsonSchema<T> {
    /// A codec with the schema that `#[derive(schemars::JsonSchema)]` gives the type, as draft 7,
    /// which every client of Confluent's reads.
    ///
    /// The text says what the type can read (schemars' `Deserialize` contract), so that a field
    /// with `#[serde(default)]` is not required. It is the same for every build: keys in order.
    ///
    /// # Errors
    /// As [`new`](Self::new), for types whose schema was made by hand.
    ///
    /// ```
    /// use wireform::{ErrorKind, JsonSchema, SchemaFormat, SerializerExt};
    ///
    /// #[derive(serde::Serialize, schemars::JsonSchema)]
    /// struct Ping {
    ///     #[schemars(range(max = 9))]
    ///     n: u32,
    /// }
    ///
    /// let pings = JsonSchema::<Ping>::derived()?;
    /// assert_eq!(pings.source().record.as_deref(), Some("Ping"));
    /// assert_eq!(pings.to_vec(&Ping { n: 10 }).unwrap_err().kind(), ErrorKind::Encode);
    /// # Ok::<(), wireform::Error>(())
    /// ```
    pub fn derived() -> Result<Self> {
        let schema = SchemaSettings::draft07()
            .into_generator()
            .into_root_schema_for::<T>();
        let value = serde_json::to_value(schema).map_err(|error| {
            let message = "the type's schema cannot be written as JSON";
            Error::new(ErrorKind::InvalidSchema, message).with_source(error)
        })?;
        let mut text = String::new();
        write_sorted(&value, &mut text);
        Self::new(&text)
    }
}
