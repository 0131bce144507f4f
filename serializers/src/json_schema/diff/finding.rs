use std::fmt;

/// One incompatible change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::json_schema) struct Finding {
    path: String,
    pub(in crate::json_schema) kind: Kind,
}

impl Finding {
    pub(super) fn new(path: String, kind: Kind) -> Self {
        Self { path, kind }
    }

    /// Returns the finding with `prefix` before its path.
    pub(super) fn below(&self, prefix: &str) -> Self {
        Self::new(format!("{prefix}{}", self.path), self.kind)
    }

    /// `#/properties/total`, as Confluent's registry writes it.
    pub(super) fn pointer(&self) -> String {
        match self.path.is_empty() {
            true => "#/".to_owned(),
            false => format!("#{}", self.path),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.pointer())
    }
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident $text:literal $sentence:literal,)+) => {
        /// Names of Confluent's `Difference.Type`, and a few of ours for what it does not look at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(in crate::json_schema) enum Kind {
            $($(#[$meta])* $name,)+
        }

        impl Kind {
            pub(in crate::json_schema) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// For people.
            pub(super) const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)+
                }
            }
        }
    };
}

kinds! {
    AdditionalItemsNarrowed "ADDITIONAL_ITEMS_NARROWED"
        "items beyond the listed ones must fit a schema that they need not fit before",
    AdditionalItemsRemoved "ADDITIONAL_ITEMS_REMOVED"
        "items beyond the listed ones are no longer allowed",
    AdditionalPropertiesNarrowed "ADDITIONAL_PROPERTIES_NARROWED"
        "other properties must fit a schema that they need not fit before",
    AdditionalPropertiesRemoved "ADDITIONAL_PROPERTIES_REMOVED"
        "other properties are no longer allowed",
    CombinedTypeChanged "COMBINED_TYPE_CHANGED"
        "schemas are combined in another way",
    CombinedTypeSubschemasChanged "COMBINED_TYPE_SUBSCHEMAS_CHANGED"
        "the combined schemas do not fit those of the writer",
    DependencyArrayAdded "DEPENDENCY_ARRAY_ADDED"
        "a property requires others, which it did not before",
    DependencyArrayChanged "DEPENDENCY_ARRAY_CHANGED"
        "a property requires other properties than before",
    DependencyArrayExtended "DEPENDENCY_ARRAY_EXTENDED"
        "a property requires more properties than before",
    DependencySchemaAdded "DEPENDENCY_SCHEMA_ADDED"
        "a property brings a schema with it, which it did not before",
    EnumArrayChanged "ENUM_ARRAY_CHANGED"
        "other values are allowed than before",
    EnumArrayNarrowed "ENUM_ARRAY_NARROWED"
        "fewer values are allowed than before",
    ExclusiveMaximumAdded "EXCLUSIVE_MAXIMUM_ADDED"
        "there is a limit that was not there before",
    ExclusiveMaximumDecreased "EXCLUSIVE_MAXIMUM_DECREASED"
        "the limit is lower than before",
    ExclusiveMinimumAdded "EXCLUSIVE_MINIMUM_ADDED"
        "there is a limit that was not there before",
    ExclusiveMinimumIncreased "EXCLUSIVE_MINIMUM_INCREASED"
        "the limit is higher than before",
    /// Ours: Confluent's rules know no formats.
    FormatAdded "FORMAT_ADDED"
        "strings must have a format, which they need not have before",
    /// Ours: Confluent's rules know no formats.
    FormatChanged "FORMAT_CHANGED"
        "strings must have another format than before",
    ItemAddedNotCovered "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
        "an item is listed whose schema does not take what was allowed there before",
    ItemAddedToOpen "ITEM_ADDED_TO_OPEN_CONTENT_MODEL"
        "an item is listed at a place where anything was allowed before",
    ItemRemovedFromClosed "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL"
        "an item is not listed any more, and no others are allowed",
    ItemRemovedNotCovered "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
        "an item is not listed any more, and does not fit the schema of other items",
    MaxContainsAdded "MAX_CONTAINS_ADDED" "there is a limit that was not there before",
    MaxContainsDecreased "MAX_CONTAINS_DECREASED" "the limit is lower than before",
    MaxItemsAdded "MAX_ITEMS_ADDED" "there is a limit that was not there before",
    MaxItemsDecreased "MAX_ITEMS_DECREASED" "the limit is lower than before",
    MaxLengthAdded "MAX_LENGTH_ADDED" "there is a limit that was not there before",
    MaxLengthDecreased "MAX_LENGTH_DECREASED" "the limit is lower than before",
    MaxPropertiesAdded "MAX_PROPERTIES_ADDED" "there is a limit that was not there before",
    MaxPropertiesDecreased "MAX_PROPERTIES_DECREASED" "the limit is lower than before",
    MaximumAdded "MAXIMUM_ADDED" "there is a limit that was not there before",
    MaximumDecreased "MAXIMUM_DECREASED" "the limit is lower than before",
    MinContainsAdded "MIN_CONTAINS_ADDED" "there is a limit that was not there before",
    MinContainsIncreased "MIN_CONTAINS_INCREASED" "the limit is higher than before",
    /// Ours: without the keyword one item must match, and 0 had lifted that.
    MinContainsRemoved "MIN_CONTAINS_REMOVED" "an item must match where none had to before",
    MinItemsAdded "MIN_ITEMS_ADDED" "there is a limit that was not there before",
    MinItemsIncreased "MIN_ITEMS_INCREASED" "the limit is higher than before",
    MinLengthAdded "MIN_LENGTH_ADDED" "there is a limit that was not there before",
    MinLengthIncreased "MIN_LENGTH_INCREASED" "the limit is higher than before",
    MinPropertiesAdded "MIN_PROPERTIES_ADDED" "there is a limit that was not there before",
    MinPropertiesIncreased "MIN_PROPERTIES_INCREASED" "the limit is higher than before",
    MinimumAdded "MINIMUM_ADDED" "there is a limit that was not there before",
    MinimumIncreased "MINIMUM_INCREASED" "the limit is higher than before",
    MultipleOfAdded "MULTIPLE_OF_ADDED" "numbers must be multiples, which they need not be before",
    MultipleOfChanged "MULTIPLE_OF_CHANGED" "numbers must be multiples of another number",
    MultipleOfExpanded "MULTIPLE_OF_EXPANDED" "numbers must be multiples of a larger number",
    NotTypeExtended "NOT_TYPE_EXTENDED" "more is excluded than before",
    PatternAdded "PATTERN_ADDED" "strings must match a pattern, which they need not match before",
    PatternChanged "PATTERN_CHANGED" "strings must match another pattern than before",
    /// Ours: Confluent's rules do not compare pattern properties.
    PatternPropertyAdded "PATTERN_PROPERTY_ADDED"
        "properties whose names match must fit a schema that they need not fit before",
    /// Ours: Confluent's rules do not compare pattern properties.
    PatternPropertyRemoved "PATTERN_PROPERTY_REMOVED"
        "properties whose names match are no longer allowed, or must fit another schema",
    ProductTypeExtended "PRODUCT_TYPE_EXTENDED" "more schemas must be satisfied than before",
    PropertyAddedNotCovered "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
        "a property is listed whose schema does not take what was allowed there before",
    PropertyAddedToOpen "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"
        "a property is listed where anything was allowed before",
    PropertyRemovedFromClosed "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"
        "a property is not listed any more, and no others are allowed",
    PropertyRemovedNotCovered "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
        "a property is not listed any more, and does not fit the schema of other properties",
    RequiredAttributeAdded "REQUIRED_ATTRIBUTE_ADDED"
        "a property is required that was optional before",
    /// Compatible for Confluent, though records without the property are not valid.
    RequiredAttributeWithDefaultAdded "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED"
        "a property is required that was optional before; it has a default",
    RequiredPropertyAdded "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"
        "a property is required that did not exist before",
    /// Compatible for Confluent, though records without the property are not valid.
    RequiredPropertyWithDefaultAdded "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL"
        "a property is required that did not exist before; it has a default",
    SchemaAdded "SCHEMA_ADDED" "there is a schema where there was none before",
    SumTypeNarrowed "SUM_TYPE_NARROWED" "there are fewer alternatives than before",
    TypeChanged "TYPE_CHANGED" "the type is another one than before",
    TypeNarrowed "TYPE_NARROWED" "the type allows less than before",
    /// Ours: the change cannot be judged, which counts as incompatible.
    Undecided "UNDECIDED" "whether the change is compatible cannot be decided",
    UnevaluatedItemsNarrowed "UNEVALUATED_ITEMS_NARROWED"
        "other items must fit a schema that they need not fit before",
    UnevaluatedItemsRemoved "UNEVALUATED_ITEMS_REMOVED" "other items are no longer allowed",
    UnevaluatedPropertiesNarrowed "UNEVALUATED_PROPERTIES_NARROWED"
        "other properties must fit a schema that they need not fit before",
    UnevaluatedPropertiesRemoved "UNEVALUATED_PROPERTIES_REMOVED"
        "other properties are no longer allowed",
    UniqueItemsAdded "UNIQUE_ITEMS_ADDED" "items must be different, which they need not be before",
}

impl Kind {
    /// Returns whether Confluent's registry accepts it.
    pub(in crate::json_schema) const fn is_tolerated(self) -> bool {
        matches!(
            self,
            Self::RequiredAttributeWithDefaultAdded | Self::RequiredPropertyWithDefaultAdded
        )
    }
}
