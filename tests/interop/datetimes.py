"""Writes tests/data/golden/datetime/{strings,instants}.jsonl: what Java's Instant and OffsetDateTime
and Python's datetime read of texts, and what they and orjson write of instants.

tests/interop/datetimes
"""

import datetime
import json
import os
import pathlib
import subprocess

import orjson

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data/golden/datetime"
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def texts():
    """Every text once, in the order in which it comes up."""
    days = ["2024-02-29", "2023-02-28", "1969-12-31", "1970-01-01", "0000-01-01", "0001-01-01",
            "1582-10-15", "1900-03-01", "2000-12-31", "9999-12-31"]
    clocks = ["00:00:00", "23:59:59", "12:30:45.5", "03:04:05.000001", "21:07:09.123456789"]
    found = [f"{day}T{clock}Z" for day in days for clock in clocks]
    # What is no date or time.
    for day in ["2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-00-10", "2024-13-01",
                "2024-01-00", "2024-01-32", "2024-1-02", "2024-01-2", "24-01-02", "02024-01-02",
                "10000-01-01", "+10000-01-01", "-0001-01-01", "+2024-01-02", "-2024-01-02",
                "+999999-12-31", "2024-001", "2024-W01-1", "2024W011", "20240102", "2024/01/02",
                "2024.01.02", " 2024-01-02", "2024-01-02 "]:
        found += [f"{day}T03:04:05Z", f"{day}T03:04:05+01:00"]
    for clock in ["24:00:00", "24:00:01", "25:00:00", "23:60:00", "23:59:60", "23:59:61",
                  "12:59:60", "3:04:05", "03:4:05", "03:04:5", "03:04", "03", "0304", "030405",
                  "03.04.05", "03:04:05:06", "-3:04:05", "03:04:05,5", "03:04:05.", "03:04:60.5",
                  "24:00:00.0", "24:00:00.000000001", "23:59:60.999"]:
        found += [f"2016-12-31T{clock}Z", f"2016-12-31T{clock}-05:00"]
    # Digits of a second.
    for count in range(0, 13):
        for digits in ("1" * count, "9" * count, "0" * count, "123456789000"[:count]):
            point = "." if count else ""
            found += [f"2024-01-02T03:04:05{point}{digits}Z", f"1969-12-31T23:59:59{point}{digits}+00:30"]
    # Zones.
    for zone in ["Z", "z", "", "+00:00", "-00:00", "+01:00", "-01:00", "+05:30", "+14:00", "-12:00",
                 "+17:59", "+18:00", "-18:00", "+18:01", "-18:01", "+19:00", "+23:59", "-23:59",
                 "+24:00", "+25:00", "+99:59", "+01:60", "+01:99", "+01", "+1", "+1:00", "+0100",
                 "-0530", "+01:00:00", "+01:00:30", "+01:00:00.5", " Z", " +01:00", "UTC", "GMT",
                 "[UTC]", "Z[UTC]", "+01:00[Europe/Paris]", "+01:0", "01:00", "\u221201:00", "ZZ",
                 "Z ", "Zx", "+-1:00", "+ 1:00", "\n", "\u0000"]:
        for clock in ["03:04:05", "03:04:05.250"]:
            found.append(f"2024-01-02T{clock}{zone}")
    # What separates, and letters.
    for separator in ["t", " ", "_", "-", "", "TT", " T ", "\t", "\u00a0", "x"]:
        found += [f"2024-01-02{separator}03:04:05{zone}" for zone in ("Z", "z", "+01:00")]
    # Digits of other scripts, other texts, whole texts alone.
    found += ["\u0662\u0660\u0662\u0664-01-02T03:04:05Z", "2024-01-02T03:04:0\u0665Z",
              "2024-01-02T03:04:05.\u0661Z", "\uff12\uff10\uff12\uff14-01-02T03:04:05Z", "", "T", "Z",
              "now", "0", "1704164645", "1704164645.5", "2024", "2024-01", "2024-01-02", "03:04:05Z",
              "T03:04:05Z", "2024-01-02T", "20240102T030405Z", "20240102T030405+0100",
              "2024-01-02T030405Z", "20240102T03:04:05Z", "Tue, 02 Jan 2024 03:04:05 GMT",
              "2024-01-02T03:04:05.5e1Z", "2024-01-02T03:04:05.-5Z", "2024-01-02T03:04:05+01:00Z",
              "\ufeff2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z\u0301"]
    return list(dict.fromkeys(text for text in found if "\n" not in text and "\u0000" not in text))


def instants():
    """Pairs of seconds and nanoseconds since 1970."""
    seconds = [0, 1, -1, 59, 60, 86399, 86400, -86400, 951782400, 1709164800, 1795000000,
               -2208988800, -62135596800, -62135596801, -62167219200, -62167219201, 253402300799,
               253402300800, 2**31 - 1, 2**31, -2**31, 2**32]
    nanos = [0, 1, 999, 1000, 250481000, 500000000, 999999999]
    return [(second, nano) for second in seconds for nano in nanos]


def ask_java(questions):
    questions = list(questions)
    command = [os.environ["JAVA"], str(HERE / "java/Datetimes.java")]
    text = "".join(f"{question}\n" for question in questions)
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True)
    answers = done.stdout.decode().splitlines()
    assert len(answers) == len(questions)
    return [answer.split("\t") for answer in answers]


def numbers(answer):
    return None if answer == "error" else [int(word) for word in answer.split()]


def python_reads(text):
    """Seconds and nanoseconds; None for an error, "naive" for what has no zone."""
    try:
        read = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None:
        return "naive"
    # An instant before the year 1 is nothing that can be subtracted from.
    offset = read.utcoffset()
    since = read.replace(tzinfo=datetime.timezone.utc) - EPOCH - offset
    micros = since // datetime.timedelta(microseconds=1)
    return [micros // 1_000_000, micros % 1_000_000 * 1000]


def python_writes(second, nano):
    """With microseconds, by isoformat and by orjson; None outside of the years 1 to 9999."""
    try:
        at = EPOCH + datetime.timedelta(seconds=second, microseconds=nano // 1000)
    except OverflowError:
        return None, None
    return at.isoformat(), orjson.dumps(at, option=orjson.OPT_UTC_Z).decode().strip('"')


def main():
    DATA.mkdir(parents=True, exist_ok=True)
    strings = texts()
    with open(DATA / "strings.jsonl", "w", encoding="utf-8") as out:
        for text, (instant, offset) in zip(strings, ask_java(f"read {text}" for text in strings)):
            row = {"text": text, "instant": numbers(instant), "offset": numbers(offset),
                   "python": python_reads(text)}
            out.write(json.dumps(row) + "\n")
    pairs = instants()
    with open(DATA / "instants.jsonl", "w", encoding="utf-8") as out:
        java = ask_java(f"write {second} {nano}" for second, nano in pairs)
        for (second, nano), written in zip(pairs, java):
            iso, fast = python_writes(second, nano)
            row = {"seconds": second, "nanos": nano, "java": written, "python": iso, "orjson": fast}
            out.write(json.dumps(row) + "\n")
    print(f"{len(strings)} texts, {len(pairs)} instants")


if __name__ == "__main__":
    main()
