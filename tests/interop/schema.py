"""Judges files by a JSON Schema and prints, as JSON, what is wrong with each; TOML is read as Python reads it.

schema.py SCHEMA FILE…: the schema itself is judged by its meta-schema first.
"""

import json
import pathlib
import sys
import tomllib

from jsonschema import Draft202012Validator


def read(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    # a day of TOML is a text to a schema
    return json.loads(text) if path.endswith(".json") else json.loads(json.dumps(tomllib.loads(text), default=str))


schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
Draft202012Validator.check_schema(schema)
judge = Draft202012Validator(schema)
print(json.dumps({path: sorted(error.json_path for error in judge.iter_errors(read(path))) for path in sys.argv[2:]}))
