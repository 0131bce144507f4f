"""Makes random documents of JSON Schemas with hypothesis-jsonschema.

usage: documents.py COUNT OUT SCHEMA...

Writes OUT/NAME.jsonl for each schema of which COUNT different documents could be made in time; every
document is valid under its schema for the package `jsonschema`. Prints a line for each schema.
"""

import json
import multiprocessing
import pathlib
import sys
import warnings

import jsonschema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis_jsonschema import from_schema

SECONDS = 75


class Enough(BaseException):
    """Hypothesis passes on what is not an `Exception`."""


def make(path, count, queue):
    warnings.simplefilter("ignore")
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
        validator = jsonschema.validators.validator_for(schema, jsonschema.Draft7Validator)(schema)
        found = {}

        @seed(20261130)
        @settings(max_examples=count * 8, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(from_schema(schema))
        def collect(document):
            if not validator.is_valid(document):
                return
            text = json.dumps(document, ensure_ascii=False)
            try:
                text.encode()
            except UnicodeEncodeError:  # a lone surrogate is not JSON in UTF-8
                return
            found.setdefault(text)
            if len(found) == count:
                raise Enough

        try:
            collect()
        except Enough:
            pass
        queue.put(list(found))
    except BaseException as error:  # of any library, in any way
        queue.put(f"{type(error).__name__}: {error}".splitlines()[0][:200])


def main():
    count, out = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for path in map(pathlib.Path, sys.argv[3:]):
        queue = multiprocessing.Queue()
        process = multiprocessing.Process(target=make, args=(path, count, queue), daemon=True)
        process.start()
        try:
            found = queue.get(timeout=SECONDS)
        except Exception:
            found = f"no documents within {SECONDS} s"
        process.kill()
        process.join()
        if isinstance(found, str) or len(found) < count:
            print(f"{path.name}: {found if isinstance(found, str) else f'{len(found)} documents'}", flush=True)
            continue
        target = out / f"{path.stem}.jsonl"
        target.write_text("".join(text + "\n" for text in found[:count]), encoding="utf-8")
        print(f"{path.name}: ok", flush=True)


if __name__ == "__main__":
    main()
