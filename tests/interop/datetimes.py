"""Writes tests/data/golden/datetime: what Java's java.time and Python's datetime and orjson make of
the texts and instants of datetime_cases.py. Run again with the same versions, it writes the same.

Of each text, where a type reads it: `instant` (Instant), `offset` (OffsetDateTime, with the offset in
seconds), `local` (LocalDateTime, as if in UTC), `date` (LocalDate, days since 1970), `time` (LocalTime,
nanoseconds), `python` (datetime.fromisoformat with a zone) and `python_naive` (without one).
"""

import json
import pathlib
import platform
import subprocess
from datetime import datetime, timedelta, timezone

import orjson

import datetime_cases

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "tests" / "data" / "golden" / "datetime"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
JAVA_READS = ("instant", "offset", "local", "date", "time")


def java(lines):
    """What Datetimes.java answers to each line, and its version."""
    ran = subprocess.run([HERE / "java" / "datetimes"], input="\n".join(lines) + "\n", text=True,
                         encoding="ascii", capture_output=True, check=True)
    version, *answers = ran.stdout.splitlines()
    assert len(answers) == len(lines)
    return version, [answer.split("\t") for answer in answers]


def escaped(text):
    """As in a source of Java, in UTF-16, when it is not plain ASCII."""
    utf_16 = text.encode("utf-16-be")
    units = (high << 8 | low for high, low in zip(utf_16[::2], utf_16[1::2]))
    return "".join(chr(unit) if 32 <= unit < 127 and unit != 92 else f"\\u{unit:04x}" for unit in units)


def shown(at):
    """Seconds and nanoseconds, exactly; no float in between."""
    since = at - EPOCH
    return f"{since.days * 86400 + since.seconds}.{since.microseconds:06}000"


def python_reads(text):
    try:
        # What orjson reads is a string, which is left to datetime.
        at = datetime.fromisoformat(orjson.loads(orjson.dumps(text)))
    except ValueError:
        return {}
    if at.tzinfo is None:
        return {"python_naive": shown(at.replace(tzinfo=timezone.utc))}
    offset = at.utcoffset()
    parts = f".{offset.microseconds:06}" if offset.microseconds else ""
    return {"python": f"{shown(at)} {offset.days * 86400 + offset.seconds:+}{parts}"}


def readings(texts):
    _, answers = java([f"read {escaped(text)}" for text in texts])
    for text, answer in zip(texts, answers):
        of_java = {name: told for name, told in zip(JAVA_READS, answer, strict=True) if told}
        yield {"text": text, **of_java, **python_reads(text)}


def orjson_writes(seconds, nanos, offset):
    """Python has years from 1 to 9999, and microseconds."""
    zone = timezone(timedelta(minutes=offset))
    try:
        at = EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)
        at_offset = at.astimezone(zone)
    except OverflowError:
        return {}
    write = lambda at, option=0: orjson.loads(orjson.dumps(at, option=option))
    return {
        "orjson": write(at, orjson.OPT_UTC_Z),
        "orjson_seconds": write(at, orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS),
        "orjson_offset": write(at_offset),
    }


def writings(instants):
    _, answers = java([f"write {' '.join(map(str, instant))}" for instant in instants])
    for instant, answer in zip(instants, answers):
        seconds, nanos, offset = instant
        auto, *texts, millis = answer
        yield {
            "seconds": seconds, "nanos": nanos, "offset": offset, "auto": auto, "utc": texts[:4],
            "at_offset": texts[4:], "millis": int(millis), **orjson_writes(*instant),
        }


def save(name, lines):
    with open(OUT / name, "w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(json.dumps(line) + "\n")


def main():
    written = list(writings(list(datetime_cases.instants())))
    texts = []
    for line in written:
        texts += [line["auto"], *line["utc"], *line["at_offset"]]
        texts += [line[name] for name in ("orjson", "orjson_seconds", "orjson_offset") if name in line]
    version, _ = java(["read "])
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "witnesses.txt").write_text(
        f"{version}, Python {platform.python_version()}, orjson {orjson.__version__}\n")
    save("read.jsonl", readings(datetime_cases.texts()))
    save("written.jsonl", written)
    save("read_again.jsonl", readings(list(dict.fromkeys(texts))))


main()
