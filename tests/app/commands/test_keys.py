"""`likeness keys`: what is made, shown and refused, on a data folder of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.commands.keys import require_key
from app.commands.sentences import Refusal
from app.commands.stores import opened
from app.settings import Settings
from indexer.catalogue import ApiKey, KeyScope
from tests.app.commands.conftest import Network, Run

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens


def find(secret: str) -> ApiKey | None:
    """Look a key up as the server does."""
    with opened(Settings()) as stores:
        return stores.keyring.find(secret)


def made(run: Run, *arguments: str) -> dict[str, Any]:
    """Make a key and return what is printed of it as JSON."""
    printed: dict[str, Any] = json.loads(run("keys", "create", *arguments, "--json").stdout)
    return printed


def test_a_key_is_printed_alone_so_that_a_shell_can_take_it(home: Path, run: Run) -> None:
    """Stdout holds the key and nothing else, and the server knows it; what a person should know is on stderr."""
    result = run("keys", "create", "shop")
    assert result.exit_code == 0
    found = find(result.stdout.removesuffix("\n"))
    assert found is not None
    assert (found.name, found.scope, found.expires_at) == ("shop", KeyScope.READ, None)
    assert "once" in result.stderr
    assert result.stdout.strip() not in result.stderr


@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_has_the_scope_and_the_end_that_were_asked_for(home: Path, run: Run, scope: KeyScope) -> None:
    """Days are counted from now."""
    before = datetime.now(UTC)
    found = find(made(run, "shop", "--scope", scope, "--days", "3")["key"])
    assert found is not None
    assert found.scope is scope
    assert found.expires_at is not None
    assert before + timedelta(days=3) <= found.expires_at <= datetime.now(UTC) + timedelta(days=3)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["Shop"], "lower-case"), (["shop", "--scope", "root"], "root"), (["shop", "--days", "0"], "days"), ([], "NAME")],
)
def test_a_senseless_key_is_a_sentence(home: Path, run: Run, arguments: list[str], word: str) -> None:
    """Nothing is made, and the sentence says what is wrong."""
    result = run("keys", "create", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert word in result.stderr
    assert json.loads(run("keys", "list", "--json").stdout) == []


def test_a_name_that_is_in_use_is_refused(home: Path, run: Run) -> None:
    """The first key stays as it is."""
    first = made(run, "shop")
    result = run("keys", "create", "shop")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "shop" in result.stderr
    assert find(first["key"]) is not None


def test_keys_are_listed_without_their_secrets(home: Path, run: Run) -> None:
    """Every key stands there with what became of it, and none of them could be used from the list."""
    secrets = [made(run, name, "--days", "9")["key"] for name in ("old", "shop")]
    run("keys", "revoke", "old")
    text, listed = run("keys", "list").stdout, run("keys", "list", "--json").stdout
    assert [(key["name"], key["state"]) for key in json.loads(listed)] == [("old", "revoked"), ("shop", "in use")]
    rows = [line.split() for line in text.splitlines()]
    assert [row[0] for row in rows if row and row[-1] in {key["id"] for key in json.loads(listed)}] == ["old", "shop"]
    assert not any(secret.rsplit("_", 1)[1] in printed for secret in secrets for printed in (text, listed))


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_key_is_revoked(home: Path, run: Run, by: str) -> None:
    """By its name or its id; a second time there is nothing to revoke."""
    key = made(run, "shop")
    assert "revoked" in run("keys", "revoke", key[by]).stdout
    found = find(key["key"])
    assert found is not None
    assert found.revoked_at is not None
    again = run("keys", "revoke", key[by])
    assert again.exit_code == 2
    assert "keys list" in again.stderr


def test_a_key_can_go_to_a_file_that_only_its_owner_reads(home: Path, run: Run, tmp_path: Path) -> None:
    """It is printed nowhere then, so that no log keeps it; nothing else is left beside the file."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    file = folder / "first-key"
    result = run("keys", "create", "first", "--scope", "admin", "--file", file)
    secret = file.read_text("utf-8").strip()
    assert find(secret) is not None
    assert secret not in result.stdout + result.stderr
    assert file.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == [file]


def test_the_first_key_is_made_once(home: Path, run: Run, tmp_path: Path) -> None:
    """What containers run at every start makes a key at the first one only, and never one in place of a revoked one."""
    file = tmp_path / "first-key"
    arguments = ("keys", "create", "first", "--unless-any", "--file", file)
    assert run(*arguments).exit_code == 0
    secret = file.read_text("utf-8")
    for _ in range(2):
        again = run(*arguments)
        assert (again.exit_code, again.stdout, file.read_text("utf-8")) == (0, "", secret)
        if find(secret.strip()) is not None and len(json.loads(run("keys", "list", "--json").stdout)) == 1:
            run("keys", "revoke", "first")
    assert [key["state"] for key in json.loads(run("keys", "list", "--json").stdout)] == ["revoked"]


def test_a_file_that_cannot_be_written_leaves_no_key(home: Path, run: Run, tmp_path: Path) -> None:
    """A key that nobody could read would lock the server and help no one."""
    result = run("keys", "create", "first", "--file", tmp_path / "nowhere" / "key")
    assert result.exit_code == 2
    assert json.loads(run("keys", "list", "--json").stdout) == []


def test_a_server_that_others_reach_needs_a_key_that_holds(home: Path, run: Run) -> None:
    """On loopback none is needed; beyond it one must be there that was neither revoked nor has expired."""
    everywhere = Settings(host=EVERYWHERE)
    with opened(everywhere) as stores:
        require_key(Settings(), stores.keyring)
        with pytest.raises(Refusal, match=r"likeness keys create.*127\.0\.0\.1"):
            require_key(everywhere, stores.keyring)
        made(run, "shop")
        require_key(everywhere, stores.keyring)
        run("keys", "revoke", "shop")
        with pytest.raises(Refusal, match="no key holds"):
            require_key(everywhere, stores.keyring)


def test_commands_send_the_key_that_is_set(network: Network, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIKENESS_API_KEY goes along as a header; without it no header does."""
    network.answers["GET /v1/collections"] = {"collections": []}
    run("collections", "list")
    monkeypatch.setenv("LIKENESS_API_KEY", " likeness_a_b\n")
    run("collections", "list")
    assert [request.headers.get("Authorization") for request in network.requests] == [None, "Bearer likeness_a_b"]


def test_a_key_that_cannot_be_sent_is_a_sentence(network: Network, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was copied badly is said so, without repeating it."""
    monkeypatch.setenv("LIKENESS_API_KEY", "clé")
    result = run("collections", "list")
    assert result.exit_code == 2
    assert "characters that no key has" in result.stderr
    assert "clé" not in result.stderr
