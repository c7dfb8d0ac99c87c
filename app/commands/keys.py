"""`likeness keys`: who may use a server from elsewhere than its own machine, or at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from app.commands.configuration import load_settings
from app.commands.sentences import Refusal
from app.commands.stores import opened
from app.commands.terminal import AsJson, note, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from app.settings import Settings
    from indexer.catalogue import ApiKey, IssuedKey, Keyring

application = typer.Typer(no_args_is_help=True, help="Make, list and revoke the keys that requests bring.")

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="What you will know it by.")]
ScopeName: TypeAlias = Literal["read", "write", "admin"]


@application.command()
def create(
    name: Name,
    scope: Annotated[
        ScopeName, typer.Option(help="read searches, write also changes items, admin also collections.")
    ] = "read",
    days: Annotated[
        int | None, typer.Option(min=1, help="For how many days it holds; until revoked unless set.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A file to write the key to, instead of printing it.")
    ] = None,
    unless_any: Annotated[bool, typer.Option("--unless-any", help="Do nothing if a key was ever made.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once; from then on the server asks for keys."""
    from indexer.catalogue import KeyScope, issue

    issued = issue(name, KeyScope(scope), None if days is None else datetime.now(UTC) + timedelta(days=days))
    with opened(load_settings()) as stores:
        if unless_any and stores.keyring.is_in_use():
            note("There is a key already; none was made.")
            return
        if file is not None:
            # Before the key opens anything: a key that nobody could read would lock the server.
            _write(file, issued)
        stores.keyring.add(issued)
    shown = {**_facts(issued.key), **({"file": str(file)} if file is not None else {"key": issued.secret})}
    if not as_json:
        note(f"The key {name} has the scope {scope}. It is shown this once: keep it like a password.")
    show(shown, as_json, lambda: issued.secret if file is None else f"The key {name} stands in {file}.")


@application.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys, also those that expired or were revoked."""
    with opened(load_settings()) as stores:
        found = stores.keyring.all()
    show([_facts(key) for key in found], as_json, lambda: _table(found))


@application.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its name, or its id.")], as_json: AsJson = False
) -> None:
    """Refuse a key from now on, in every running server."""
    with opened(load_settings()) as stores:
        revoked = stores.keyring.revoke(key)
    show(_facts(revoked), as_json, lambda: f"The key {revoked.name} is revoked; whoever brings it is refused.")


def require_key(settings: Settings, keyring: Keyring) -> None:
    """Make sure that somebody could use a server that others than this machine reach.

    Raises:
        Refusal: there is no key that holds.
    """
    from app.access import is_loopback

    now = datetime.now(UTC)
    if not is_loopback(settings.host) and not any(key.holds(now) for key in keyring.all()):
        message = (
            f"On {settings.host} others than this machine can reach the server, and no key holds: "
            "make one with `likeness keys create`, or serve on 127.0.0.1."
        )
        raise Refusal(message)


def _write(file: Path, issued: IssuedKey) -> None:
    """Write a key where only its owner can read it: aside first, so that there is all of it or nothing."""
    aside = file.with_name(f".{file.name}.{issued.key.id}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened_file:
        opened_file.write(f"{issued.secret}\n")
        opened_file.flush()
        os.fsync(opened_file.fileno())
    aside.replace(file)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "in use" if key.holds(datetime.now(UTC)) else "expired"


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scope": key.scope.value,
        "state": _state(key),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _table(keys: list[ApiKey]) -> Table:
    columns = ("name", "scope", "state", "created", "expires", "id")
    rows = ((k.name, k.scope.value, _state(k), k.created_at, k.expires_at, k.id) for k in keys)
    return table(columns, rows)
