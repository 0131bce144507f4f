"""Protobuf messages as ProtoJSON, that golden.py and frames.py write and read."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ORDER = {
    "order_id": "ORD-0012345",
    "customer": "Alice Liddell",
    "items": [
        {"sku": "laptop-15", "quantity": 1, "price": 999.99},
        {"sku": "mouse-usb", "quantity": 2, "price": 19.5},
        {"sku": "cable-2m", "quantity": 3, "price": 7.25},
    ],
    "total": 1060.74,
    "status": "PAID",
    "created_at": 1795000000123,
    "note": "leave at the door",
    "tags": {"channel": "web", "region": "eu-west"},
}

# Maps have one entry each: Python writes several in an order of its own.
PART = {"name": "bolt", "lasts": "1.500s", "holes": [{"width": 0.25}, {}]}
PROTOBUF = {
    "kinds": [
        ("numbers", "Numbers", {"whole": {"i32": -1}, "fixed": {"yes": True}}),
        ("whole-least", "Numbers.Whole", {
            "i32": -(2**31), "i64": str(-(2**63)), "u32": 1, "u64": "1", "s32": -(2**31),
            "s64": str(-(2**63))}),
        ("whole-most", "Numbers.Whole", {
            "i32": 2**31 - 1, "i64": str(2**63 - 1), "u32": 2**32 - 1, "u64": str(2**64 - 1),
            "s32": 2**31 - 1, "s64": str(2**63 - 1)}),
        ("whole-empty", "Numbers.Whole", {}),
        ("fixed", "Numbers.Fixed", {
            "f32": 2**32 - 1, "f64": str(2**64 - 1), "s32": -1, "s64": "-1", "single": 1.5,
            "twice": -0.1, "yes": True}),
        ("fixed-special", "Numbers.Fixed", {"single": "NaN", "twice": "-Infinity"}),
        ("lists", "Lists", {
            "packed": [0, 1, -1, 300], "loose": ["-1", "5"], "texts": ["", "grüße 🦀"],
            "raws": ["", "AP8="], "sizes": ["SIZE_LARGE", "SIZE_UNSPECIFIED", 7],
            "nested": [{}, {"packed": [1]}, {"nested": [{"texts": ["x"]}]}]}),
        ("lists-long", "Lists", {"packed": list(range(200))}),
        ("maps", "Maps", {
            "counts": {"k": 5}, "entries": {"-5": {"note": "x"}}, "parts": {"4294967295": PART},
            "sizes": {"s": "SIZE_SMALL"}, "raws": {"-1": "AQI="}}),
        ("maps-empty", "Maps", {}),
        ("maps-entry", "Maps.Entry", {"note": "y"}),
        ("maps-inner", "Maps.Inner", {"texts": {"k": "v"}}),
        ("maps-deepest", "Maps.Inner.Deepest", {"flags": {"true": {"note": "z"}}}),
        # Python writes keys and values that are the default, prost does not.
        ("maps-defaults", "Maps", {"counts": {"": 0}, "raws": {"0": ""}}),
        ("maps-deepest-defaults", "Maps.Inner.Deepest", {"flags": {"false": {}}}),
        ("choice-text", "Choice", {"text": ""}),
        ("choice-number", "Choice", {"number": "-9", "maybe": "", "zero": 0}),
        ("choice-part", "Choice", {"part": PART}),
        ("choice-nothing", "Choice", {"nothing": {}}),
        ("choice-size", "Choice", {"size": "SIZE_UNSPECIFIED"}),
        ("choice-none", "Choice", {}),
        ("known", "Known", {
            "at": "2026-11-23T12:34:56.789012345Z", "lasts": "-3.000000001s",
            "object": {"a": [1.0, None, "x", True, {"b": {}}]}, "text": "", "number": "0",
            "flag": False, "mask": "a.b,cD", "value": None, "list": [0.5]}),
        ("known-any", "Known", {"any": {
            "@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}),
        ("known-first-second", "Known", {"at": "0001-01-01T00:00:00Z", "lasts": "0s"}),
        ("known-last-nano", "Known", {"at": "9999-12-31T23:59:59.999999999Z"}),
        ("names", "Names", {"camelCase": "a", "snakeCase2": "b", "kind": "c", "far": 1}),
    ],
    "parts": [("part", "Part", PART), ("hole", "Part.Hole", {"width": 0.5}),
              ("hole-negative-zero", "Part.Hole", {"width": -0.0})],
    "legacy": [
        ("old", "Old", {
            "id": "x", "count": 7, "extra": {"note": "n"}, "after": {"yes": False},
            "loose": [1, 2], "packed": [3, 4]}),
        ("old-least", "Old", {"id": ""}),
    ],
    "edges": [
        ("empty", "Empty", {}),
        ("holder", "Holder", {
            "nothing": {}, "several": [{}, {}],
            "times": ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2000-02-29T00:00:00.000001Z"],
            "lasting": {"k": "-0.500s"}, "values": {"k": [None, {"a": False}]}, "any": [
                {"@type": "type.googleapis.com/wireform.interop.edges.Holder.Nothing"},
                {"@type": "type.googleapis.com/wireform.interop.parts.Part", **PART},
                {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": "x"}],
            "old": {"id": "x", "count": 0, "extra": {"note": ""}, "packed": [-1]}}),
        ("holder-deep", "Holder", {"inner": {"inner": {"inner": {"nothing": {}}}}}),
        ("holder-nothing", "Holder.Nothing", {}),
        ("wrapped", "Holder.Wrapped", {
            "twice": 1.5, "single": -0.25, "i64": str(-(2**63)), "u64": str(2**64 - 1),
            "i32": -(2**31), "u32": 2**32 - 1, "flag": True, "text": "grüße", "raw": "AP8="}),
        ("wrapped-zeros", "Holder.Wrapped", {
            "twice": 0.0, "single": 0.0, "i64": "0", "u64": "0", "i32": 0, "u32": 0, "flag": False,
            "text": "", "raw": ""}),
        ("widths", "Widths", {f"n{n}": n for n in (
            15, 16, 2047, 2048, 262143, 262144, 33554431, 33554432)}),
        ("packing", "Packing", {
            f"{loose}{name}": values for loose in ("", "loose_") for name, values in {
                "flags": [True, False], "zigzag": [0, -1, 2**31 - 1, -(2**31)], "fixed": ["0", str(2**64 - 1)],
                "twice": [0.0, 1e300, -5e-324], "sizes": ["SIZE_LARGE", "SIZE_UNSPECIFIED"]}.items()}),
        ("choices", "Choices", {"number": 0, "between": "x", "raw": "", "maybe": False}),
        ("choices-other", "Choices", {"size": "SIZE_SMALL", "between": "x", "twice": 0.0, "maybe": True}),
        ("choices-empty", "Choices", {"empty": {}}),
    ],
}


def cases():
    """Name, file, full name of the message, and value."""
    order_file = ROOT / "proto" / "shop" / "orders" / "v1" / "order.proto"
    nested_file = HERE / "nested.proto"
    order = {**ORDER, "status": "STATUS_PAID", "created_at": "1795000000123",
             "tags": {"channel": "web"}}
    shop, interop = "shop.orders.v1.", "wireform.interop."
    cases = [
        ("order", order_file, shop + "Order", order),
        ("order-empty", order_file, shop + "Order", {}),
        ("item", order_file, shop + "Item", ORDER["items"][0]),
        ("first", nested_file, interop + "First", {"name": "x"}),
        ("second", nested_file, interop + "Second",
         {"inner": {"number": 3, "at": "2026-11-23T00:00:00Z"}}),
        ("second-inner", nested_file, interop + "Second.Inner", {"number": 7}),
        ("third", nested_file, interop + "Third", {"left": {"id": "9"}}),
        ("third-left", nested_file, interop + "Third.Left", {"id": "9"}),
        ("third-right", nested_file, interop + "Third.Right", {"deep": {"text": "x"}}),
        ("third-right-deep", nested_file, interop + "Third.Right.Deep",
         {"values": [-1, 2], "raw": "AP8="}),
    ]
    for file, package in (("kinds", "kinds."), ("parts", "parts."), ("legacy", "legacy."),
                          ("edges", "edges.")):
        cases += [
            (f"{file}-{name}", HERE / f"{file}.proto", interop + package + message, value)
            for name, message, value in PROTOBUF[file]
        ]
    return cases
