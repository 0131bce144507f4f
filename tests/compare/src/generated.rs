//! What `wireform-build` makes of the schemas; see `build.rs`.

mod today {
    include!(concat!(env!("OUT_DIR"), "/order.rs"));
}

mod evolved {
    include!(concat!(env!("OUT_DIR"), "/new_order.rs"));
}

pub use self::evolved::shop::orders as new;
pub use self::today::shop::orders::{Item, ItemRef, Order, OrderRef, Status};
