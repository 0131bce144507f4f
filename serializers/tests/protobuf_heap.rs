//! What decoding takes, measured: never over what the limits allow.
#![allow(
    unsafe_code,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test, and an allocator that counts"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use wireform::protobuf::ProtobufDynamic;
use wireform::{Deserializer, Limits};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator, as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TEXT: &str = r#"syntax = "proto3";
message All {
  repeated int32 packed = 1; repeated All all = 2; map<int32, All> tags = 3; All one = 4;
  repeated string texts = 5; map<int32, bool> flags = 6; bytes raw = 7; repeated bool yes = 8;
}
"#;

/// Repeats `part`, with the number in it counting up, and reads all of it.
#[track_caller]
fn check(name: &str, times: u32, part: impl Fn(u32) -> Vec<u8>) {
    let codec = ProtobufDynamic::new(TEXT, None).unwrap();
    let payload: Vec<u8> = (0..times).flat_map(part).collect();
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let read = codec.deserialize(&payload);
    let taken = PEAK.load(Ordering::Relaxed) - before;
    assert!(times > 10 || read.is_ok(), "{name}: {read:?}");
    let allowed = Limits::default().heap_for(payload.len());
    assert!(
        taken <= allowed,
        "{name}: {taken} of {allowed} bytes, {:?}",
        read.is_ok()
    );
}

fn varint(mut value: u32) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn delimited(key: u8, inner: &[u8]) -> Vec<u8> {
    [&[key][..], &varint(inner.len() as u32), inner].concat()
}

// One test: they share the counters.
#[test]
fn memory_stays_within_the_limits() {
    for times in [1, 10, 300, 5_000, 100_000] {
        check("packed", times, |_| vec![8, 1]);
        check("one packed", 1, |_| delimited(10, &vec![1; times as usize]));
        check("flags packed", 1, |_| {
            delimited(66, &vec![1; times as usize])
        });
        check("empty messages", times, |_| vec![18, 0]);
        check("small messages", times, |_| delimited(18, &[8, 1]));
        check("messages in messages", times, |_| {
            delimited(18, &delimited(34, &[34, 0]))
        });
        check("texts", times, |_| vec![42, 1, b'x']);
        check("empty texts", times, |_| vec![42, 0]);
        check("entries", times, |n| {
            delimited(50, &[&[8], &*varint(n)].concat())
        });
        check("entries of messages", times, |n| {
            delimited(26, &[&[8], &*varint(n)].concat())
        });
        check("full entries", times, |n| {
            delimited(26, &[&[8], &*varint(n), &delimited(18, &[8, 1])].concat())
        });
        check("unknown", times, |n| {
            [&varint(800 + 8 * (n % 1000)), &[1][..]].concat()
        });
        check("unknown far", times, |n| {
            [varint((100 + n) << 3), vec![1]].concat()
        });
        check("unknown bytes", times, |_| vec![0xfa, 1, 1, 1]);
        check("groups", times, |_| vec![0xfb, 1, 8, 1, 0xfc, 1]);
        check("empty groups", times, |_| vec![0xfb, 1, 0xfc, 1]);
        check("bytes", 1, |_| delimited(58, &vec![1; times as usize]));
        check("bytes again", times, |_| delimited(58, &[1; 9]));
    }
}
