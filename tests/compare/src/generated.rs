//! What `wireform-build` makes of the order's schema: a fixture, until its generator is here.

pub mod shop {
    pub mod orders {
        #[derive(Clone, Debug, PartialEq, ::wireform::Avro)]
        #[avro(namespace = "shop.orders")]
        pub struct Order {
            pub order_id: ::std::string::String,
            pub customer: ::std::string::String,
            pub items: ::std::vec::Vec<Item>,
            pub total: f64,
            pub status: Status,
            pub created_at: i64,
            pub note: ::core::option::Option<::std::string::String>,
            pub tags: ::std::collections::HashMap<::std::string::String, ::std::string::String>,
        }

        #[derive(Clone, Debug, PartialEq, ::wireform::Avro)]
        #[avro(namespace = "shop.orders")]
        pub struct Item {
            pub sku: ::std::string::String,
            pub quantity: i32,
            pub price: f64,
        }

        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ::wireform::Avro)]
        #[avro(namespace = "shop.orders")]
        pub enum Status {
            #[avro(rename = "PENDING")]
            Pending,
            #[avro(rename = "PAID")]
            Paid,
            #[avro(rename = "SHIPPED")]
            Shipped,
        }
    }
}
