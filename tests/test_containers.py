"""The container files: valid, safe by default, and every command in them works outside a container."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from tests.containers import ROOT, Instruction, admitted, compose, instructions, stages

PASSWORD = "letters4and2digits"
PROFILES = {"cpu": "", "gpu": "-gpu"}
SERVICES = ("keys", "service", "indexer")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """docker-compose.yml as an engine sees it when only the password is set."""
    return compose({"POSTGRES_PASSWORD": PASSWORD})


def dockerfile(name: str | None = None) -> list[Instruction]:
    """Instructions of the final stage, of one name if given."""
    last = stages((ROOT / "Dockerfile").read_text("utf-8"))[-1]
    return [instruction for instruction in last if name in {None, instruction.name}]


def targets(entries: list[str]) -> set[str]:
    """Where volumes or tmpfs mounts lie in a container."""
    return {entry.removesuffix(":ro").rsplit(":", 1)[-1] for entry in entries}


def test_compose_follows_the_specification(document: dict[str, Any]) -> None:
    """The file is valid by the compose specification's own schema, as written and with its variables put in."""
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text("utf-8"))
    jsonschema.validate(document, schema)
    jsonschema.validate(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")), schema)


def test_the_schema_finds_mistakes(document: dict[str, Any]) -> None:
    """A misspelt key does not pass the check above."""
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    broken = {**document, "services": {"service": {"image": "likeness", "read-only": True}}}
    with pytest.raises(jsonschema.ValidationError, match="read-only"):
        jsonschema.validate(broken, json.loads(vendored.read_text("utf-8")))


def test_a_missing_password_is_refused() -> None:
    """Nothing starts with a password that somebody else chose."""
    with pytest.raises(KeyError, match="choose a password"):
        compose({})


def test_no_secret_stands_in_the_files() -> None:
    """Passwords come from the environment; neither file holds one, nor does an image's layer."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    asked = re.sub(r"\$\{POSTGRES_PASSWORD:\?[^}]*\}", "", text)
    assert re.findall(r"(?i)(?:password|secret|token)\w*: *\S|://\w+:[^@\s]+@", asked) == []
    names = [
        entry.argument
        for entry in instructions((ROOT / "Dockerfile").read_text("utf-8"))
        if entry.name in {"ARG", "ENV"}
    ]
    assert [name for name in names if re.search(r"(?i)password|secret|token", name)] == []


def test_each_profile_serves_and_indexes(document: dict[str, Any]) -> None:
    """Both profiles have keys, a service and an indexer of the same image; the database belongs to every profile."""
    for profile, suffix in PROFILES.items():
        chosen = {name for name, service in document["services"].items() if profile in service.get("profiles", [])}
        assert chosen == {f"{name}{suffix}" for name in SERVICES}
        assert {document["services"][name]["image"] for name in chosen} == {f"likeness:{profile}"}
        assert {document["services"][name]["build"]["args"]["EXTRA"] for name in chosen} == {profile}
    assert "profiles" not in document["services"]["database"]


def test_only_the_gpu_profile_asks_for_a_gpu(document: dict[str, Any]) -> None:
    """The CPU profile starts on a machine without one."""
    asking = {name for name, service in document["services"].items() if "deploy" in service}
    assert asking == {f"{name}-gpu" for name in SERVICES}


def test_containers_cannot_change_themselves(document: dict[str, Any]) -> None:
    """Roots are read-only and rights cannot grow; Likeness needs no capability at all."""
    for name, service in document["services"].items():
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert name == "database" or service["cap_drop"] == ["ALL"]
        assert not service.get("privileged", False)


def test_what_is_written_to_can_be_written(document: dict[str, Any]) -> None:
    """Every folder that the image writes to is a mount, and what must outlive a container is a named volume."""
    environment = dict(word.split("=", 1) for entry in dockerfile("ENV") for word in entry.words)
    for name in (f"{name}{suffix}" for name in SERVICES for suffix in PROFILES.values()):
        service = document["services"][name]
        assert environment["TMPDIR"] in targets(service["tmpfs"])
        assert environment["LIKENESS_HOME"] in targets(service["volumes"])
        assert f"data:{environment['LIKENESS_HOME']}" in service["volumes"]
    assert set(document["volumes"]) == {"data", "database"}


def test_the_indexer_reads_what_is_mounted(document: dict[str, Any]) -> None:
    """The pictures to index are mounted where the command looks, and cannot be changed from inside."""
    indexer = document["services"]["indexer"]
    source = indexer["command"][indexer["command"].index("--source") + 1]
    assert f"./pictures:{source}:ro" in indexer["volumes"]
    assert indexer["restart"] == "no"


def test_nothing_is_published_beyond_this_machine(document: dict[str, Any]) -> None:
    """The service answers on loopback only, the database not at all."""
    ports = [port for service in document["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "ports" not in document["services"]["database"]


def test_what_is_waited_for_can_happen(document: dict[str, Any]) -> None:
    """Every dependency names a service of the same profile that can reach the awaited state."""
    services = document["services"]
    inherited = bool(dockerfile("HEALTHCHECK"))
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            needed = services[name]
            assert set(needed.get("profiles", service.get("profiles", []))) >= set(service.get("profiles", []))
            if wait["condition"] == "service_healthy":
                own = needed.get("healthcheck", {})
                assert not own.get("disable", False)
                assert own.get("test") or (inherited and needed["image"].startswith("likeness"))
            else:
                assert wait["condition"] == "service_completed_successfully"
                assert needed["restart"] == "no"


def test_a_key_is_made_before_anything_is_served(document: dict[str, Any]) -> None:
    """The service waits for it, it is made once, and it goes to a volume of the service instead of to a log."""
    for suffix in PROFILES.values():
        service, keys = document["services"][f"service{suffix}"], document["services"][f"keys{suffix}"]
        assert service["depends_on"] == {f"keys{suffix}": {"condition": "service_completed_successfully"}}
        assert "--unless-any" in keys["command"]
        file = keys["command"][keys["command"].index("--file") + 1]
        folders = targets(keys["volumes"]) & targets(service["volumes"])
        assert any(file.startswith(f"{folder}/") for folder in folders)


def test_the_image_is_small_and_of_a_known_python() -> None:
    """Every stage stands on a slim image whose Python is one that Likeness supports, by version."""
    bases = [entry.words[0] for entry in instructions((ROOT / "Dockerfile").read_text("utf-8")) if entry.name == "FROM"]
    found = [re.fullmatch(r"python:3\.(\d+)-slim", base) for base in bases]
    assert all(match and int(match[1]) >= 11 for match in found)


def test_the_image_does_not_run_as_root() -> None:
    """The last user is one that the image makes, and files are copied before it is chosen."""
    names = [entry.name for entry in dockerfile()]
    (user,) = dockerfile("USER")
    assert any(f" {user.argument}" in entry.argument and "useradd" in entry.argument for entry in dockerfile("RUN"))
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])


def test_signals_reach_the_server() -> None:
    """Entry point and command are in exec form: no shell stands between the engine and Likeness."""
    for name in ("ENTRYPOINT", "CMD"):
        (entry,) = dockerfile(name)
        assert entry.argument.startswith("[")


def test_the_health_check_needs_no_other_program() -> None:
    """It is run by the Python that is there; slim images hold neither curl nor wget."""
    (entry,) = dockerfile("HEALTHCHECK")
    program, *_ = json.loads(entry.argument.split(" CMD ", 1)[1])
    assert program in {"python", "likeness"}


def test_nothing_is_fetched_unseen() -> None:
    """Files come from the tree, never from an address."""
    assert [entry for entry in instructions((ROOT / "Dockerfile").read_text("utf-8")) if entry.name == "ADD"] == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/main.py", True),
        ("models/sketch/weights/card.json", True),
        ("models/sketch/__pycache__/network.pyc", False),
        ("var/likeness.sqlite", False),
        (".env", False),
        (".git/config", False),
        ("tests/test_containers.py", False),
    ],
)
def test_only_the_product_reaches_the_builder(path: str, expected: bool) -> None:
    """Data, secrets and history cannot slip into an image."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert admitted(path, [line for line in lines if line and not line.startswith("#")]) is expected
