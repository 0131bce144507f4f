use wireform_registry::Incompatibility;

/// One thing that is not the same in both schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Difference {
    pub(in super::super) change: Change,
    /// As Confluent's server has it: `#/Order/Item/3`.
    pub(in super::super) path: String,
    pub(super) what: String,
}

impl Difference {
    pub(in super::super) fn is_compatible(&self) -> bool {
        self.change.is_compatible()
    }
}

impl From<Difference> for Incompatibility {
    fn from(difference: Difference) -> Self {
        Self::new(difference.path, difference.change.name(), difference.what)
    }
}

macro_rules! changes {
    ($($variant:ident $name:literal $verdict:ident,)+) => {
        /// Confluent's `Difference.Type`; the two of `reserved` are ours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(in super::super) enum Change { $($variant,)+ }

        impl Change {
            pub(in super::super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            pub(in super::super) fn is_compatible(self) -> bool {
                enum Verdict { Breaks, Fits }
                use Verdict::{Breaks, Fits};
                matches!(match self { $(Self::$variant => $verdict,)+ }, Fits)
            }
        }
    };
}

changes! {
    // Since February 2024 (pull request 3004, versions 7.6.1 and 7.7).
    PackageChanged "PACKAGE_CHANGED" Breaks,
    MessageAdded "MESSAGE_ADDED" Fits,
    MessageRemoved "MESSAGE_REMOVED" Breaks,
    // A message index counts in the schema of its own id.
    MessageMoved "MESSAGE_MOVED" Fits,
    EnumAdded "ENUM_ADDED" Fits,
    EnumRemoved "ENUM_REMOVED" Fits,
    EnumConstAdded "ENUM_CONST_ADDED" Fits,
    EnumConstChanged "ENUM_CONST_CHANGED" Fits,
    EnumConstRemoved "ENUM_CONST_REMOVED" Fits,
    FieldAdded "FIELD_ADDED" Fits,
    FieldRemoved "FIELD_REMOVED" Fits,
    FieldNameChanged "FIELD_NAME_CHANGED" Fits,
    FieldKindChanged "FIELD_KIND_CHANGED" Breaks,
    FieldScalarKindChanged "FIELD_SCALAR_KIND_CHANGED" Breaks,
    FieldNamedTypeChanged "FIELD_NAMED_TYPE_CHANGED" Breaks,
    FieldNumericLabelChanged "FIELD_NUMERIC_LABEL_CHANGED" Breaks,
    FieldStringOrBytesLabelChanged "FIELD_STRING_OR_BYTES_LABEL_CHANGED" Fits,
    RequiredFieldAdded "REQUIRED_FIELD_ADDED" Breaks,
    RequiredFieldRemoved "REQUIRED_FIELD_REMOVED" Breaks,
    OneofAdded "ONEOF_ADDED" Fits,
    OneofRemoved "ONEOF_REMOVED" Fits,
    OneofFieldAdded "ONEOF_FIELD_ADDED" Fits,
    OneofFieldRemoved "ONEOF_FIELD_REMOVED" Breaks,
    MultipleFieldsMovedToOneof "MULTIPLE_FIELDS_MOVED_TO_ONEOF" Breaks,
    FieldMovedToExistingOneof "FIELD_MOVED_TO_EXISTING_ONEOF" Breaks,
    // A number that is reserved on one side and used on the other. No finding: seen from the other
    // side it is what one should do, a field removed and its number reserved.
    ReservedNumberUsed "RESERVED_NUMBER_USED" Fits,
}
