"""The plan of the house, as far as import-linter cannot say it: who may import, print and read the environment."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
DECKS = ("app", "indexer", "models")
SHARED_PACKAGES = {"models.backbones"}
"""Packages under models/ that several systems stand on; every other package there is one published system."""

SERVING_NEEDS_NOT = ("models.training", "indexer.pipeline")
NOT_SERVING = ("app.commands", "app.demo")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Everything that imports anything in the three decks."""
    return grimp.build_graph(*DECKS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None)


def own_modules(graph: grimp.ImportGraph) -> list[str]:
    """Modules of the three decks, without what they stand on."""
    return sorted(module for module in graph.modules if module.split(".", 1)[0] in DECKS)


def within(module: str, package: str) -> bool:
    """Whether a module is the package or lies in it."""
    return module == package or module.startswith(f"{package}.")


def direct_imports(graph: grimp.ImportGraph, importer: str, forbidden: set[str]) -> list[str]:
    """Imports that modules of `importer` make of forbidden top-level packages, as sentences."""
    return [
        f"{module} imports {imported}"
        for module in own_modules(graph)
        if within(module, importer)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if imported.split(".", 1)[0] in forbidden
    ]


def systems(graph: grimp.ImportGraph) -> list[str]:
    """The packages under models/ that are published systems."""
    packages = {module for module in graph.find_children("models") if graph.find_children(module)}
    return sorted(packages - SHARED_PACKAGES)


def imports_between_systems(graph: grimp.ImportGraph) -> list[str]:
    """Pairs of systems of which one imports the other, however indirectly, as sentences."""
    return [
        f"{one} imports {other}"
        for one, other in permutations(systems(graph), 2)
        if graph.chain_exists(one, other, as_packages=True)
    ]


def training_imports(graph: grimp.ImportGraph) -> list[str]:
    """Chains from what serves to what trains or builds, as sentences."""
    recipes = [module for module in own_modules(graph) if within(module, "models") and module.endswith(".recipe")]
    targets = [target for target in (*SERVING_NEEDS_NOT, *recipes) if target in graph.modules]
    servers = [
        module
        for module in own_modules(graph)
        if within(module, "app") and not any(within(module, other) for other in NOT_SERVING)
    ]
    chains = [graph.find_shortest_chain(server, target) for server in servers for target in targets]
    return [" imports ".join(chain) for chain in chains if chain]


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every source file of the decks, as a path from the root and a syntax tree."""
    for deck in (*DECKS, "migrations"):
        for path in sorted((ROOT / deck).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def prints(tree: ast.AST) -> bool:
    """Whether the built-in print is called or handed on."""
    return any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(tree))


def reads_environment(tree: ast.AST) -> bool:
    """Whether the process's environment is reached through the os module."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    return any(
        (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and names & {name.name for name in node.names})
        for node in ast.walk(tree)
    )


def hand_made(*imports: tuple[str, str]) -> grimp.ImportGraph:
    """A graph of the given imports and the packages around them."""
    graph = grimp.ImportGraph()
    for module in {name for pair in imports for name in pair}:
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            graph.add_module(".".join(parts[:length]))
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def test_every_packaged_package_is_a_layer() -> None:
    """A new top-level package has to choose its deck before it can be shipped."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    packaged = {pattern.rstrip("*") for pattern in settings["setuptools"]["packages"]["find"]["include"]}
    decks = next(contract for contract in settings["importlinter"]["contracts"] if contract["name"] == "decks")
    assert packaged == set(decks["layers"]) == set(settings["importlinter"]["root_packages"])


def test_systems_do_not_import_each_other(graph: grimp.ImportGraph) -> None:
    """A published system can be read, changed and removed without reading another."""
    assert "models.sketch" in systems(graph)
    assert imports_between_systems(graph) == []


def test_models_know_no_server_and_no_storage(graph: grimp.ImportGraph) -> None:
    """The models deck computes from pixels, whoever asks and wherever results go."""
    assert direct_imports(graph, "models", {"fastapi", "starlette", "pydantic", "sqlalchemy", "faiss"}) == []


def test_the_indexer_knows_no_server(graph: grimp.ImportGraph) -> None:
    """The indexer deck can be used without HTTP."""
    assert direct_imports(graph, "indexer", {"fastapi", "starlette"}) == []


def test_the_app_leaves_computing_and_storing_to_the_other_decks(graph: grimp.ImportGraph) -> None:
    """What serves reaches tensors, neighbours, rows and pixels through the decks that own them."""
    found = direct_imports(graph, "app", {"torch", "faiss", "sqlalchemy", "PIL"})
    assert [line for line in found if not any(within(line.split(" ", 1)[0], other) for other in NOT_SERVING)] == []


def test_what_serves_imports_neither_training_nor_building(graph: grimp.ImportGraph) -> None:
    """A server never loads what only trains networks or builds indexes."""
    assert training_imports(graph) == []


def test_only_commands_print() -> None:
    """Everything below the command line reports through return values, errors and logs."""
    assert [path for path, tree in sources() if prints(tree) and not path.startswith("app/commands/")] == []


def test_only_the_settings_read_the_environment() -> None:
    """Whatever can be set is written in one module."""
    assert [path for path, tree in sources() if reads_environment(tree)] in ([], ["app/settings.py"])


def test_an_import_between_systems_is_found() -> None:
    """The check for systems sees an import that goes through a third module."""
    graph = hand_made(
        ("models.sketch.network", "models.glue"),
        ("models.glue", "models.reid.network"),
        ("models.reid.network", "models.backbones.resnet"),
        ("models.sketch.network", "models.backbones.resnet"),
    )
    assert imports_between_systems(graph) == ["models.sketch imports models.reid"]


def test_an_indirect_import_of_training_is_found() -> None:
    """The check for what serves follows imports to their end, and lets commands train."""
    graph = hand_made(
        ("app.search", "indexer.live"),
        ("indexer.live", "indexer.pipeline"),
        ("app.commands.models", "models.sketch.recipe"),
    )
    assert training_imports(graph) == [
        "app.search imports indexer.live imports indexer.pipeline",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nhome = os.environ['HOME']", True),
        ("from os import getenv", True),
        ("import os\nos.getenv('HOME')", True),
        ("import os\nos.replace('a', 'b')", False),
    ],
)
def test_a_read_of_the_environment_is_found(source: str, expected: bool) -> None:
    """The check for the environment knows the ways of reading it, and nothing else of os."""
    assert reads_environment(ast.parse(source)) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("print(1)", True), ("report = print", True), ("console.print(1)", False), ("'print'", False)],
)
def test_a_print_is_found(source: str, expected: bool) -> None:
    """The check for print sees the built-in, not methods of that name."""
    assert prints(ast.parse(source)) is expected
