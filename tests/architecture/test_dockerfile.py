"""The container as the files describe it: unprivileged, pinned to a version, and made of files that exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli.verbs import command_of
from app.settings import PREFIX, Settings


@pytest.fixture(scope="module")
def steps(root: Path) -> list[tuple[str, str]]:
    """The instructions of the Dockerfile as (word, rest), comments and line breaks gone."""
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).replace("\\\n", " ")
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in bare.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def services(root: Path) -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    return services


def last(steps: list[tuple[str, str]], word: str) -> str:
    return [rest for found, rest in steps if found == word][-1]


def test_it_runs_as_a_user_without_rights(steps: list[tuple[str, str]]) -> None:
    assert last(steps, "USER") == "10001:10001"
    words = [word for word, _ in steps]
    assert "RUN" not in words[len(words) - words[::-1].index("USER") :]


def test_its_images_name_a_version(steps: list[tuple[str, str]], services: dict[str, dict[str, Any]]) -> None:
    images = [rest.split()[0] for word, rest in steps if word == "FROM"] + [s["image"] for s in services.values()]
    assert [image for image in images if not re.search(r":\d+[\w.-]*(@sha256:[0-9a-f]{64})?$", image)] == []


def test_every_file_it_copies_exists_and_reaches_it(root: Path, steps: list[tuple[str, str]]) -> None:
    sources = [
        source for word, rest in steps if word == "COPY" and "--from" not in rest for source in rest.split()[:-1]
    ]
    let_through = re.findall(r"^!(.+)$", (root / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sources
    assert [source for source in sources if not (root / source).exists()] == []
    assert [source for source in sources if source.split("/")[0] not in let_through] == []


def test_every_package_of_the_wheel_is_copied(root: Path, steps: list[tuple[str, str]]) -> None:
    copied = {rest.split()[0].rstrip("/") for word, rest in steps if word == "COPY"}
    line = re.search(r"^packages = (\[.+\])", (root / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    assert set(json.loads(line[1])) - copied == set()


def test_nothing_is_installed_without_a_hash(steps: list[tuple[str, str]]) -> None:
    commands = [part.strip() for word, rest in steps if word == "RUN" for part in rest.split("&&")]
    installs = [part for part in commands if re.match(r"(uv )?pip install", part)]
    assert installs
    assert [part for part in installs if "--require-hashes" not in part and "--no-deps /tmp/wheel/" not in part] == []
    assert [part for part in commands if re.search(r"curl|wget|npm install|apt-get", part)] == []


def test_its_health_needs_no_tool_that_a_slim_image_lacks(steps: list[tuple[str, str]]) -> None:
    health = last(steps, "HEALTHCHECK")
    command = json.loads(health.partition("CMD")[2])
    assert command[0] == "python"
    assert "/healthz" in command[-1]
    compile(command[-1], "HEALTHCHECK", "exec")


def test_its_settings_exist(steps: list[tuple[str, str]], services: dict[str, dict[str, Any]]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    written = re.findall(r"\b(VIGIE_[A-Z_]+)=", " ".join(rest for word, rest in steps if word == "ENV"))
    written += [name for service in services.values() for name in service.get("environment", {}) if "VIGIE_" in name]
    assert written
    assert {name.removesuffix("_FILE") for name in written} - known == set()


def test_each_service_holds_no_more_than_it_needs(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        held = (service["read_only"], service["cap_drop"], service["security_opt"])
        assert held == (True, ["ALL"], ["no-new-privileges:true"]), name
        assert service["pids_limit"] <= 512, name
        assert "mem_limit" in service, name
        assert any(place.startswith("/tmp") for place in service["tmpfs"]), name
        assert not service.get("privileged"), name
        assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == [], name


def test_every_role_that_stays_says_whether_it_lives(services: dict[str, dict[str, Any]]) -> None:
    for role in ("worker", "stream"):
        verb, name, *words = services[role]["healthcheck"]["test"][1:]
        assert (verb, name) == ("vigie", "health")
        parsed = command_of("health").make_context("health", words)
        assert parsed.params == {"role": services[role]["command"][0]}
    assert "healthcheck" not in services["web"]  # that of the image, which asks /healthz


def test_large_files_for_a_moment_go_to_the_disk(services: dict[str, dict[str, Any]]) -> None:
    for role in ("web", "worker", "stream"):
        service = services[role]
        assert service["environment"]["TMPDIR"] in service["volumes"]
        assert "size=16m" in service["tmpfs"][0]


def test_a_container_passes_on_which_proxies_are_trusted(services: dict[str, dict[str, Any]]) -> None:
    assert services["web"]["environment"]["VIGIE_TRUSTED_PROXIES"] == "${VIGIE_TRUSTED_PROXIES:-127.0.0.1}"


def test_the_database_has_no_way_out_and_no_secret_is_in_the_environment(root: Path, services: dict[str, Any]) -> None:
    networks = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))["networks"]
    assert [networks[name].get("internal") for name in services["database"]["networks"]] == [True]
    secret = re.compile("PASSWORD|SECRET|TOKEN|DATABASE_URL")
    names = [name for service in services.values() for name in service.get("environment", {})]
    assert [name for name in names if secret.search(name) and not name.endswith("_FILE")] == []


@pytest.mark.slow
def test_every_verb_it_is_started_with_exists(
    root: Path, steps: list[tuple[str, str]], services: dict[str, dict[str, Any]]
) -> None:
    verbs = {json.loads(last(steps, "CMD"))[0], *(s["command"][0] for s in services.values() if "command" in s)}
    assert json.loads(last(steps, "ENTRYPOINT")) == ["vigie"]
    assert verbs >= {"serve", "web", "worker"}
    if not (root / "app/__main__.py").exists() and not os.environ.get("CI"):
        pytest.skip("app/__main__.py is not written yet")
    command = Path(sys.executable).parent / "vigie"
    ends = {
        verb: subprocess.run([command, verb, "--help"], capture_output=True, check=False).returncode for verb in verbs
    }
    assert ends == dict.fromkeys(verbs, 0)
