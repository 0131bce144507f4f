"""Texts and instants that datetimes.py asks about. No chance in it: the same every time."""

import itertools

DATE, TIME = "2024-01-02", "03:04:05"


def texts():
    """Every text once, in an order."""
    groups = [
        days(), clocks(), fractions(), offsets(), years(), letters(), shortened(), other_forms(),
        spaces(), digits_of_others(), cuts(), swept(),
    ]
    return list(dict.fromkeys(itertools.chain(*groups)))


def days():
    """Days that there are, and days that there are not."""
    for day in (
        "2024-02-29", "2023-02-28", "2023-02-29", "1900-02-28", "1900-02-29", "2000-02-29",
        "2100-02-29", "2400-02-29", "2024-02-30", "2024-04-30", "2024-04-31", "2024-06-31",
        "2024-09-31", "2024-11-31", "2024-12-31", "2024-12-32", "2024-01-00", "2024-01-32",
        "2024-00-01", "2024-13-01", "2024-99-99", "0000-00-00", "1582-10-10", "1752-09-05",
        "0000-02-29", "0004-02-29", "0100-02-29", "1970-01-01", "1969-12-31", "2038-01-19",
    ):
        yield f"{day}T{TIME}Z"
        yield f"{day}T00:00:00+01:00"


def clocks():
    """Hours, minutes and seconds to their ends and beyond; leap seconds where they were and not."""
    for clock in (
        "00:00:00", "23:59:59", "24:00:00", "24:00:01", "24:01:00", "25:00:00", "99:00:00",
        "12:59:59", "12:60:00", "12:61:00", "12:99:00", "12:00:59", "12:00:60", "12:00:61",
        "12:00:62", "12:00:99", "23:59:60", "23:59:61", "23:60:00", "24:00:60",
    ):
        for zone in ("Z", "+00:00", "-08:00"):
            yield f"{DATE}T{clock}{zone}"
    yield from (
        "2016-12-31T23:59:60Z", "2015-06-30T23:59:60Z", "1990-12-31T23:59:60Z", "1972-06-30T23:59:60Z",
        "1990-12-31T15:59:60-08:00", "2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60.5Z",
        "2016-12-31T23:59:60.000Z", "2016-12-31T23:59:60", "2016-12-31T23:59:59.999999999Z",
        "9999-12-31T24:00:00Z", "2024-12-31T24:00:00Z", "2024-02-29T24:00:00.0Z",
        "2024-02-29T24:00:00.000000001Z", "2024-02-29T24:00:00+01:00", "2024-02-29T24:00:00",
    )


def fractions():
    """0 to 12 digits of a second, of three kinds, and what is no fraction."""
    for count in range(13):
        for digits in ("123456789012", "000000000000", "999999999999", "100000000000"):
            yield f"{DATE}T{TIME}.{digits[:count]}Z"
        yield f"{DATE}T{TIME}.{'123456789012'[:count]}+01:00"
    yield from (f"{DATE}T{TIME}.{digits}Z" for digits in (
        "000000001", "0000000001", "000001", "0000001", "0000005", "1234565", "9999995", "1234567890",
        "1" * 30, "0" * 30, "+1", "-1", "1e3", "1.5", "1_000", "a", "1a", " 5", "5 ",
    ))
    yield from (f"{DATE}T{TIME},{digits}Z" for digits in ("", "1", "123", "123456", "123456789"))
    yield from (f"1969-12-31T23:59:59.{digits}Z" for digits in ("9", "999", "999999999", "000000001"))
    yield from (f"{DATE}T03:04.5Z", f"{DATE}T03.5Z")


def offsets():
    for minutes in (0, 1, 15, 30, 59, 60, 345, 525, 720, 780, 840, 1079, 1080, 1081, 1140, 1200, 1439):
        for sign in "+-":
            yield f"{DATE}T{TIME}{sign}{minutes // 60:02}:{minutes % 60:02}"
    yield from (f"{DATE}T{TIME}{zone}" for zone in (
        "+24:00", "-24:00", "+23:60", "-23:60", "+25:00", "+25:59", "+26:00", "+99:00", "-99:59",
        "+01:60", "+01:99", "+1:00", "+01:0", "+01", "-08", "+0100", "-0800", "+100", "+0", "+1", "-0",
        "+01:00:00", "+01:00:01", "-01:00:30", "+00:00:01", "+01:00:00.5", "+01:00:60", "+010000",
        "+18:00:00", "+18:00:01", "-18:00:00", "-18:00:01", "+01.5", "+01:30Z", "Z+01:00", "ZZ", "+Z",
        "+", "-", "++01:00", "+-01:00", "UTC", "GMT", "EST", "UTC+01:00", "GMT+1", "A", "J",
        "+01:00[Europe/Berlin]", "Z[UTC]", "[Europe/Berlin]", "[+01:00]", "+01:00[u-ca=hebrew]",
        "\u221201:00", "\u201301:00", "\uff0b01:00", " +01:00", " Z", "+ 01:00", "+01 :00", "+01-00",
    ))
    yield from (f"{DATE}T03:04{zone}" for zone in ("Z", "+01:00", "+01", "-0130"))
    yield from (f"1900-01-01T00:00:00{zone}" for zone in ("+00:53", "+00:53:28", "-00:44:30", "-04:56:02"))


def years():
    """From 0000 to 9999, with offsets that lead beyond them, with signs and more digits."""
    for year in (
        "0000", "0001", "0002", "0099", "0100", "0999", "1000", "1582", "1677", "1678", "1900", "1901",
        "2261", "2262", "2263", "2286", "9998", "9999",
    ):
        yield f"{year}-01-01T00:00:00Z"
        yield f"{year}-12-31T23:59:59.999999999Z"
    yield from (
        "0000-01-01T00:00:00+00:01", "0000-01-01T00:00:00+18:00", "0000-01-01T00:00:00-00:01",
        "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00-01:00", "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59-18:00", "9999-12-31T23:59:59+00:01",
        "9999-12-31T23:59:59.999999999-23:59", "9999-12-31T23:59:59-23:59",
    )
    yield from (f"{year}-01-01T00:00:00Z" for year in (
        "", "1", "24", "024", "10000", "02024", "12024", "99999", "100000", "999999", "1000000000",
        "1000000001", "+2024", "-2024", "+0000", "-0000", "+10000", "-10000", "+02024", "-02024", "-0001",
        "-1", "+1", "+24", "-24", "+999999", "-999999", "+999999999", "-999999999", "+1000000000",
        "-1000000000", "+1000000001", "++2024", "2O24", "20.4", "2e03", "0x7e8", "2 24", "    ",
    ))


def letters():
    """Lower case, and other letters than T and Z."""
    for t, z in itertools.product(("T", "t", " ", "_", "", "  ", "-", ":", "/", "TT", "\t", "U"), ("Z", "z", "")):
        yield f"{DATE}{t}{TIME}{z}"
    yield from (
        f"{DATE}t{TIME}+01:00", f"{DATE}t{TIME}.5z", f"{DATE}T{TIME}.5z", f"{DATE} {TIME}+01:00",
        f"{DATE}\u00a0{TIME}Z", f"{DATE}\U0001f980{TIME}Z", f"{DATE}\u0422{TIME}Z", f"{DATE}T{TIME}\uff3a",
    )


def shortened():
    """Without seconds, minutes, a clock or a date."""
    yield from (
        "2024-01-02T03:04Z", "2024-01-02T03Z", "2024-01-02TZ", "2024-01-02Z", "2024-01-02T", "2024-01-02",
        "2024-01-02T03:04", "2024-01-02T03", "2024-01", "2024", "2024-01T03:04:05Z", "2024T03:04:05Z",
        "03:04:05Z", "03:04:05", "03:04", "T03:04:05Z", "T03:04:05", "--01-02", "---02", "01-02T03:04:05Z",
        "2024-01-02+01:00", "23:59:60", "24:00:00", "24:00", "00:00:00.000000000", "23:59:59.999999999",
        "03:04:05.1234567891", "0000-01-01", "9999-12-31", "10000-01-01", "+10000-01-01", "-0001-01-01",
        "2023-02-29", "0000-01-01T00:00:00", "9999-12-31T23:59:59.999999999",
        "+10000-01-01T00:00:00", "2024-01-02T03:04:05.5", "2024-01-02T03:04:05.1234567890",
    )


def other_forms():
    """Other forms of ISO 8601, of RFC 5322, 7231 and 9557, epochs, and what is none."""
    yield from (
        "20240102T030405Z", "20240102T030405", "20240102T030405.5Z", "20240102T030405+0100",
        "20240102T0304Z", "20240102", "2024-01-02T030405Z", "20240102T03:04:05Z", "20240102 030405Z",
        "2024-002T03:04:05Z", "2024002T030405Z", "2024-002", "2024-366T03:04:05Z", "2023-366T03:04:05Z",
        "2024-W01-2T03:04:05Z", "2024W012T030405Z", "2024-W01T03:04:05Z", "2024-W01-2", "2024-W53-1T03:04:05Z",
        "2020-W53-1T03:04:05Z", "2024-W00-1T03:04:05Z", "2024-W01-0T03:04:05Z", "2024-W01-8T03:04:05Z",
        "2024-w01-2T03:04:05Z", "2020-W53-7T23:59:59.999999999+01:00", "0001-W01-1T00:00:00Z",
        "9999-W52-5T00:00:00Z", "2024-W1-2T03:04:05Z",
        "2024-1-2T03:04:05Z", "2024-01-02T3:04:05Z", "2024-01-02T3:4:5Z", "2024-001-02T03:04:05Z",
        "2024-01-02T003:04:05Z", "24-01-02T03:04:05Z", "2024/01/02T03:04:05Z", "2024.01.02T03:04:05Z",
        "2024-01-02T03-04-05Z", "2024-01-02T03.04.05Z", "02-01-2024T03:04:05Z", "01/02/2024 03:04:05",
        "2024-Jan-02T03:04:05Z", "Tue, 02 Jan 2024 03:04:05 GMT", "Tue, 2 Jan 2024 03:04:05 +0000",
        "Tuesday, 02-Jan-24 03:04:05 GMT", "Tue Jan  2 03:04:05 2024", "2024-01-02T03:04:05 UTC",
        "2024-01-02 03:04:05 UTC", "2024-01-02 03:04:05 +0000 UTC", "2024-01-02T03:04:05Z/PT1H",
        "2024-01-02T03:04:05Z--2024-01-03T00:00:00Z", "2024-01-02T03:04:05Z;", "PT1H", "P1D",
        "0", "1704164645", "1704164645.5", "1704164645000", "-1", "@1704164645", "NaN", "null", "now",
        "", "Z", "T", "-", "+", "true", "{}", "2024-01-02T03:04:05Z2024-01-02T03:04:05Z",
        "0000-00-00T00:00:00Z", "9999-99-99T99:99:99Z", "-999999999-01-01T00:00:00Z",
        "+1000000000-12-31T23:59:59.999999999Z", "YYYY-MM-DDTHH:MM:SSZ", "0x07e8-01-02T03:04:05Z",
    )


def spaces():
    whole = f"{DATE}T{TIME}Z"
    for space in (" ", "\t", "\n", "\r\n", "\0", "\u00a0", "\u200b", "\ufeff"):
        yield space + whole
        yield whole + space
    yield from (" ", "\n", "2024 -01-02T03:04:05Z", "2024- 1-02T03:04:05Z", "2024-01-02T 3:04:05Z",
                "2024-01-02T03: 4:05Z", "2024-01-02T03:04: 5Z", "2024-01-02 T03:04:05Z")


def digits_of_others():
    """Digits, signs and marks that are not ASCII, one at each place."""
    whole = f"{DATE}T{TIME}.123+01:00"
    numerals = {name: {chr(ord("0") + n): chr(zero + n) for n in range(10)} for name, zero in (
        ("arabic", 0x660), ("devanagari", 0x966), ("full width", 0xff10), ("bold", 0x1d7ce))}
    for numeral in numerals.values():
        yield "".join(numeral.get(letter, letter) for letter in whole)
        yield "".join(numeral.get(letter, letter) for letter in f"{DATE}T{TIME}Z")
    arabic = numerals["arabic"]
    for place, letter in enumerate(whole):
        if letter in arabic:
            yield whole[:place] + arabic[letter] + whole[place + 1:]
    yield from (f"2024\u201001-02T{TIME}Z", f"2024\u221201\u221202T{TIME}Z", f"{DATE}T03\uff1a04:05Z",
                f"{DATE}T03\u223604:05Z", f"{DATE}T{TIME}\u066b5Z", "\u00b2024-01-02T03:04:05Z", "\u2024-01-02T03:04:05Z")


def cuts():
    """A text that ends too early, and one with a letter too many."""
    whole = f"{DATE}T{TIME}.123+01:00"
    for place in range(len(whole)):
        yield whole[:place]
        yield whole[:place] + "x" + whole[place + 1:]
        yield whole[:place] + whole[place + 1:]
    yield whole


def swept():
    """Instants all over the years, at offsets, with digits: what everybody ought to agree on."""
    number = 7
    for round in range(100):
        parts = []
        for limit in (9999, 12, 28, 24, 60, 60, 2 * 1080, 10**9):
            # MMIX of Knuth, whose higher bits are good enough.
            number = (number * 6364136223846793005 + 1442695040888963407) % 2**64
            parts.append((number >> 33) % limit)
        year, month, day, hour, minute, second, offset, nanos = parts
        digits = (3, 6, 9, 0)[round % 4]
        fraction = f".{nanos:09}"[: digits + 1] if digits else ""
        sign, offset = "+-"[offset >= 1080], offset % 1080
        zone = "Z" if round % 3 == 0 else f"{sign}{offset // 60:02}:{offset % 60:02}"
        yield (f"{year + 1:04}-{month + 1:02}-{day + 1:02}T{hour:02}:{minute:02}:{second:02}"
               f"{fraction}{zone}")


def instants():
    """Seconds and nanoseconds since 1970, and an offset in minutes to tell them at."""
    edges = (
        -62167219201, -62167219200, -62167219199, -62135596801, -62135596800, -30610224000, -12219292800, -2208988800,
        -9223372037, -2147483649, -2147483648, -86401, -86400, -1, 0, 1, 59, 60, 3599, 86399, 86400,
        951782400, 1000000000, 1330473600, 1483228799, 1483228800, 1704164645, 2147483647, 2147483648,
        4102444800, 4294967296, 9223372036, 32503680000, 253402300798, 253402300799, 253402300800,
    )
    nanos = (0, 1, 999, 1000, 1500, 999999, 1000000, 1500000, 123456789, 500000000, 999000000, 999999000,
             999999999)
    offsets = (0, 60, -90, 345, 840, -720, 1080, -1080)
    turns = itertools.cycle(offsets)
    for place, seconds in enumerate(edges):
        for step in range(4):
            yield seconds, nanos[(place * 4 + step) % len(nanos)], next(turns)
    for nano in nanos:
        for seconds in (-1, 0, 1704164645):
            yield seconds, nano, next(turns)
