"""What stops a verb before it begins is one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import NO_DATABASE, OWN_KEY, vigie

WRONG: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"VIGIE_PORT": "abc"}, ("VIGIE_PORT", "integer")),
    ({"VIGIE_PORT": "70000"}, ("VIGIE_PORT", "65535")),
    ({"VIGIE_LOG_LEVEL": "loud"}, ("VIGIE_LOG_LEVEL", "debug, info")),
    ({"VIGIE_DATABASE_URL": "postgresql://a:sesame@127.0.0.1:1/d"}, ("VIGIE_SECRET_KEY is not set", "openssl")),
    ({**NO_DATABASE, "VIGIE_SECRET_KEY": "short"}, ("VIGIE_SECRET_KEY is too short",)),
    ({"VIGIE_DATABASE_URL": "sesame", "VIGIE_SECRET_KEY": OWN_KEY}, ("VIGIE_DATABASE_URL", "postgresql://")),
    ({"VIGIE_DATABASE_URL": "mysql://a:sesame@h/d", "VIGIE_SECRET_KEY": OWN_KEY}, ("VIGIE_DATABASE_URL",)),
    (
        NO_DATABASE,
        ("nothing answers on port 1", "VIGIE_DATABASE_URL"),
    ),
    ({"VIGIE_SECRET_KEY_FILE": "/nonexistent/key"}, ("/nonexistent/key",)),
    ({**NO_DATABASE, "VIGIE_SMTP_URL": "http://mail.example.org"}, ("VIGIE_SMTP_URL", "smtp://")),
    ({**NO_DATABASE, "VIGIE_ALLOWED_PRIVATE_HOSTS": "http://a/b"}, ("VIGIE_ALLOWED_PRIVATE_HOSTS", "host")),
]
IN_ONE_PROCESS = """
import json, sys
from click.testing import CliRunner
from app.__main__ import main
for environment in json.load(sys.stdin):
    done = CliRunner().invoke(main, ["key", "create"], env=environment)
    print(json.dumps([done.exit_code, done.stdout, done.stderr, repr(done.exception)]))
"""


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    quiet = {"VIGIE_LOG_LEVEL": "error", "VIGIE_DATA_DIR": str(tmp_path)}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run(
        [sys.executable, "-c", IN_ONE_PROCESS],
        input=json.dumps([quiet | environment for environment, _ in WRONG]),
        env=bare,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    for (environment, words), line in zip(WRONG, done.stdout.splitlines(), strict=True):
        code, out, err, error = json.loads(line)
        assert (code, out, error) == (1, "", "SystemExit(1)"), environment
        assert err.startswith("Error: "), err
        assert err.count("\n") == 1, err
        assert "sesame" not in err
        assert [word for word in words if word not in err] == []


def test_a_wrong_setting_ends_the_process_without_a_traceback(tmp_path: Path) -> None:
    ran = vigie("worker", VIGIE_PORT="abc", VIGIE_DATA_DIR=str(tmp_path))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "VIGIE_PORT" in ran.err


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = vigie("key", "create", VIGIE_DATA_DIR=str(tmp_path / "file" / "data"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert str(tmp_path / "file") in ran.err
