"""A disk that can be cut off at every call: what was not flushed is lost, wholly, partly or not at all, by chance.

The calls go to a real folder. Beside it stands what a power cut would leave: for every folder the names after each
change since it was last flushed, one of which survives; for every file the bytes when it was last flushed. Folders lose
their changes in order, as file systems with a journal do, each folder for itself.
"""

from __future__ import annotations

import builtins
import io
import os
import random
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest import mock

Names = dict[str, tuple[int, bool]]
"""Name -> inode, and whether that is a folder."""


class PowerCut(BaseException):
    """The machine is off; nothing that ran on it goes on."""


@dataclass
class Disk:
    """One folder on a disk.

    Attributes:
        root: the folder; all in it is on the disk to begin with.
        cut_at: the call, counted from 0, at which the power goes; None for never.
        fail_at: the call that fails; None for none.
        fails_on: whether every call after that one fails, too.
        error: what they fail with.
        calls: what was called so far.
    """

    root: Path
    cut_at: int | None = None
    fail_at: int | None = None
    fails_on: bool = False
    error: int = 0
    calls: list[str] = field(default_factory=list)
    _names: dict[int, list[Names]] = field(default_factory=dict)
    _bytes: dict[int, bytes] = field(default_factory=dict)
    _open: list[int] = field(default_factory=list)
    _is_off: bool = False

    def __post_init__(self) -> None:
        """Take note of everything as flushed."""
        for folder, _, files in os.walk(self.root):
            self._flushed(Path(folder))
            for name in files:
                self._flushed(Path(folder) / name)

    @contextmanager
    def spinning(self) -> Iterator[None]:
        """Let all calls that change the folder go through this disk while the block runs."""
        with (
            mock.patch.multiple(
                os,
                fsync=self._fsync(os.fsync),
                mkdir=self._changing("mkdir", os.mkdir),
                rename=self._changing("rename", os.rename),
                replace=self._changing("replace", os.replace),
                rmdir=self._changing("rmdir", os.rmdir),
                unlink=self._changing("unlink", os.unlink),
                open=self._making(os.open),
            ),
            mock.patch.object(io, "open", self._opening(io.open)),
            mock.patch.object(builtins, "open", self._opening(builtins.open)),
        ):
            yield

    def step(self, call: str) -> None:
        """Count a call, and let the power go, or the call fail, if it is its turn."""
        if self._is_off:
            raise PowerCut
        number = len(self.calls)
        self.calls.append(call)
        if number == self.cut_at:
            self._is_off = True
            raise PowerCut
        if self.fail_at is not None and (number == self.fail_at or (self.fails_on and number > self.fail_at)):
            raise OSError(self.error, os.strerror(self.error), call)

    def around(self, owner: object, method: str) -> Any:
        """Return a patch by which the power can also go just before and just after a method that commits."""
        real = getattr(owner, method)

        def crossed(*arguments: Any, **options: Any) -> Any:
            failing, self.fail_at = self.fail_at, None
            self.step(f"before {method}")
            answer = real(*arguments, **options)
            self.step(f"after {method}")
            self.fail_at = failing
            return answer

        return mock.patch.object(owner, method, crossed)

    def after_the_cut(
        self, target: Path, chance: random.Random, names: float | None = None, content: float | None = None
    ) -> Path:
        """Make a folder of what the disk may hold once the power is back.

        Args:
            target: the folder to make.
            chance: chooses what of the unflushed has reached the disk.
            names: how many of the changes of names: 0 for none, 1 for all; None leaves it to chance, for each folder.
            content: likewise how much of the bytes, for each file.
        """

        def share(fixed: float | None) -> float:
            return chance.random() if fixed is None else fixed

        places = {entry.stat().st_ino: entry for entry in [self.root, *self.root.rglob("*")]}
        self._make(self.root.stat().st_ino, target, places, lambda: share(names), lambda: share(content))
        return target

    def close(self) -> None:
        """Let go of what was held open."""
        while self._open:
            os.close(self._open.pop())

    def _make(
        self,
        inode: int,
        target: Path,
        places: dict[int, Path],
        names: Callable[[], float],
        content: Callable[[], float],
    ) -> None:
        target.mkdir()
        versions = self._names.get(inode, [{}])
        for name, (child, is_folder) in versions[round(names() * (len(versions) - 1))].items():
            if is_folder:
                self._make(child, target / name, places, names, content)
            else:
                now = places[child].read_bytes() if child in places else b""
                before = self._bytes.get(child)
                kept = before if before is not None else now[: round(content() * len(now))]
                (target / name).write_bytes(kept)

    def _flushed(self, path: Path) -> None:
        """Take note of what is on the disk; it stays open, so that no other file gets its inode."""
        self._open.append(_descriptor(path))
        inode = path.stat().st_ino
        if path.is_dir():
            self._names[inode] = [_names_in(path)]
        else:
            self._bytes[inode] = path.read_bytes()

    def _changed(self, folder: Path) -> None:
        """Take note of the names in a folder after a change."""
        self._names.setdefault(folder.stat().st_ino, [{}]).append(_names_in(folder))
        self._open.append(_descriptor(folder))

    def _holds(self, path: Path) -> bool:
        return path == self.root or path.is_relative_to(self.root)

    def _fsync(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if self._holds(path):
                self.step(f"fsync {path.name}")
                self._flushed(path)
            real(descriptor)

        return fsync

    def _changing(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def change(*arguments: Any, **options: Any) -> None:
            folder = options.get("dir_fd")
            above = Path() if folder is None else Path(f"/proc/self/fd/{folder}").readlink()
            paths = [Path(os.path.abspath(above / os.fspath(each))) for each in arguments if not isinstance(each, int)]  # noqa: PTH100 - links stay
            if not self._holds(paths[0]):
                real(*arguments, **options)
                return
            self.step(f"{name} {paths[-1].name}")
            # A name that goes away may be the last of its inode.
            self._open += [_descriptor(path) for path in paths if path.exists()]
            real(*arguments, **options)
            for path in {path.parent for path in paths}:
                self._changed(path)

        return change

    def _making(self, real: Callable[..., int]) -> Callable[..., int]:
        def make(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            found = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100 - links stay
            if not flags & os.O_CREAT or not self._holds(found):
                return real(path, flags, *arguments, **options)
            self.step(f"open {found.name}")
            descriptor = real(path, flags, *arguments, **options)
            self._changed(found.parent)
            return descriptor

        return make

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def opening(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            found = Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else Path(os.fspath(file))
            if not set(mode) & set("wxa+") or not self._holds(found):
                return real(file, mode, *arguments, **options)
            is_new = not found.exists()
            self.step(f"open {found.name}")
            opened = real(file, mode, *arguments, **options)
            self._bytes.pop(found.stat().st_ino, None)
            if is_new:
                self._changed(found.parent)
            return _Writing(opened, lambda: self.step(f"write {found.name}"))

        return opening


class _Writing:
    """A file whose every write is a call of its own; the rest is as it was."""

    def __init__(self, file: Any, step: Callable[[], None]) -> None:
        self._file = file
        self._step = step

    def write(self, content: Any) -> Any:
        """Write, if the disk lets it."""
        self._step()
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        self._file.__enter__()
        return self

    def __exit__(self, *arguments: object) -> None:
        self._file.__exit__(*arguments)


def _names_in(folder: Path) -> Names:
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    return {name: (about.st_ino, stat.S_ISDIR(about.st_mode)) for name, about in found}


def _descriptor(path: Path) -> int:
    return _open_as_it_is(path, os.O_PATH | os.O_NOFOLLOW)


_open_as_it_is = os.open
