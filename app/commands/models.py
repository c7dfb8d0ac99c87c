"""`likeness models`: what there is, how it is trained and how good it is."""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from app.commands.calibrating import learn_calibration
from app.commands.configuration import checkpoints_of, device_of, load_settings, model_of
from app.commands.exporting import export
from app.commands.promoting import promote
from app.commands.reporting import make_room, view_options, write_report
from app.commands.sentences import Refusal
from app.commands.starting import start_anew
from app.commands.terminal import AsJson, facts, show, table
from app.commands.training import TrainingLog

if TYPE_CHECKING:
    from rich.table import Table

    from models.checkpoints import Checkpoint
    from models.contracts import ModelSpec

application = typer.Typer(no_args_is_help=True, help="List, show, train, calibrate, evaluate and export models.")

Name: TypeAlias = Annotated[str, typer.Argument(metavar="MODEL", help="Name of the model, such as sketch.")]
Data: TypeAlias = Annotated[
    Path, typer.Option("--data", exists=True, help="Folder of the unpacked research data, or a table of one's own.")
]
CheckpointName: TypeAlias = Annotated[
    str | None, typer.Option("--checkpoint", help="A digest, its first 8 digits or more, or a network's name.")
]
SHORT_DIGEST = 12
PATIENCE_S = 60.0


@application.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the models and their weights."""
    from models.registry import specs

    store = checkpoints_of(load_settings())
    found = {name: store.all(name) for name in specs()}
    value = [_summary(spec, found[name]) for name, spec in specs().items()]
    rows = (
        (spec.name, spec.kind, spec.title, ", ".join(map(_short, found[name])) or None)
        for name, spec in specs().items()
    )
    show(value, as_json, lambda: table(("name", "kind", "title", "weights"), rows))


@application.command("show")
def show_(name: Name, as_json: AsJson = False) -> None:
    """Show a model, its networks and the cards of its weights."""
    from models.registry import spec as find_spec

    spec = find_spec(name)
    store = checkpoints_of(load_settings())
    checkpoints, promoted = store.all(name), store.promoted(name)
    value = {
        **_summary(spec, checkpoints),
        "paper": spec.paper,
        "dim": getattr(spec, "dim", None),
        "networks": list(spec.networks),
        "default_network": spec.default_network,
        "promoted": promoted,
    }
    show(value, as_json, lambda: _description(spec, checkpoints, promoted))


@application.command()
def evaluate(
    name: Name,
    data: Data,
    checkpoint: CheckpointName = None,
    views: Annotated[
        int | None, typer.Option(help="Views of each picture: 1, or 10 as in the sketch paper's test; 1 unless set.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="HTML page to write, with intervals, curves and pictures of the data."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model on its benchmark."""
    start_anew()
    evaluation = _part(name, "evaluation")
    options = view_options(name, evaluation, views)
    if report is not None:
        make_room(name, evaluation, report)
    began = datetime.now().astimezone()
    predictor = model_of(load_settings(), name, checkpoint)
    if report is None:
        figures = dict(evaluation.evaluate(data, predictor, **options))
    else:
        judgement = evaluation.judge(data, predictor, **options)
        figures = dict(judgement.figures)
        write_report(report, judgement, predictor, began)
    show(figures, as_json, lambda: facts({"checkpoint": _short(predictor.checkpoint), **figures}))


@application.command()
def calibrate(
    name: Name,
    data: Data,
    checkpoint: CheckpointName = None,
    as_json: AsJson = False,
) -> None:
    """Learn from held-out data how sure a score makes, and keep that beside the weights; servers started after use it.

    The Brier score and the calibration error are of curves that were learnt without the queries they are judged on.
    """
    start_anew()
    calibration = _part(name, "calibration")
    settings = load_settings()
    predictor = model_of(settings, name, checkpoint)
    learnt, figures = learn_calibration(calibration, data, predictor)
    kept = checkpoints_of(settings).calibrate(predictor.checkpoint, learnt)
    found = {"digest": predictor.digest, **learnt.card(), **figures}
    show(found, as_json, lambda: facts({**found, "kept in": kept}))


@application.command()
def train(
    name: Name,
    data: Data,
    *,
    network: Annotated[str | None, typer.Option(help="Which of its networks; the default one unless named.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of each stage; the recipe's own unless set.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start anew instead of going on where a run ended.")] = False,
    finetune: Annotated[
        bool, typer.Option("--finetune", help="Teach the network that sees, too, where it else stays as it was.")
    ] = False,
    stage: Annotated[
        str | None, typer.Option(help="One stage of the published training alone; the model's card tells which.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="With --stage: a stage or checkpoint to start from, or nothing; the stage before unless set."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a model and keep the weights in the data folder; a run that was killed goes on where it was."""
    start_anew()
    from models.registry import spec as find_spec
    from models.training_request import TrainingRequest

    if stage is not None and finetune:
        message = "--stage runs one stage alone; leave --finetune out."
        raise Refusal(message)
    if stage is not None:
        kept = _train_stage(name, data, network, stage, start, steps, fresh)
        show(_of(kept), as_json, lambda: f"Kept {_short(kept)} in {kept.folder}.")
        return
    if start is not None:
        message = "--start belongs to one stage; name it with --stage."
        raise Refusal(message)
    learn = _part(name, "finetuning" if finetune else "train").train
    spec = find_spec(name)
    if network is not None and network not in spec.networks:
        message = f"The model {name} has no network {network!r}; it has: {', '.join(spec.networks)}."
        raise Refusal(message)
    settings = load_settings()
    state = settings.paths.home / "training" / name
    if fresh:
        _remove(state)
    state.mkdir(parents=True, exist_ok=True)
    with TrainingLog() as log:
        device, store = device_of(settings), checkpoints_of(settings)
        kept = learn(TrainingRequest(spec, data, store, state, device, log.report, network, steps))
    show(_of(kept), as_json, lambda: f"Kept {_short(kept)} in {kept.folder}.")


def _train_stage(
    name: str, data: Path, network: str | None, stage: str, start: str | None, steps: int | None, fresh: bool
) -> Checkpoint:
    """Run one stage of a system's published training; the results of others stay, also with `fresh`."""
    from models.registry import spec as find_spec

    stages = _part(name, "stages")
    for kind, given, known in (("stage", stage, stages.STAGES), ("network", network, (stages.NETWORK,))):
        if given is not None and given not in known:
            message = f"The staged training of {name} knows no {kind} {given!r}; it knows: {', '.join(known)}."
            raise Refusal(message)
    settings = load_settings()
    state = settings.paths.home / "stages" / name
    if fresh:
        _remove(state / stage)
    device, store = device_of(settings), checkpoints_of(settings)
    with TrainingLog() as log:
        training = stages.StagedTraining(find_spec(name), store, state, device, log.report)
        kept: Checkpoint = training.run(stage, data, start, steps)
    return kept


application.command()(export)


application.command()(promote)


@application.command()
def install(
    name: Name,
    source: Annotated[
        str, typer.Argument(metavar="FILE_OR_ADDRESS", help="The published file, or its http(s) address.")
    ],
    as_json: AsJson = False,
) -> None:
    """Keep published weights from which a network of a model is trained; the file is checked by its digest."""
    keep = _part(name, "pretrained").install
    kept = keep(_content(source), checkpoints_of(load_settings()))
    show(_of(kept), as_json, lambda: f"Kept {_short(kept)} in {kept.folder}.")


def _content(source: str) -> bytes:
    """Read a file, or what lies at an address."""
    import httpx

    if not source.startswith(("http://", "https://")):
        return Path(source).read_bytes()
    try:
        return httpx.get(source, follow_redirects=True, timeout=PATIENCE_S).raise_for_status().content
    except httpx.HTTPError as error:
        message = f"{source} cannot be fetched ({error}); fetch the file by other means and name it."
        raise Refusal(message) from None


def _part(name: str, part: str) -> Any:  # noqa: ANN401 (a module, whose functions the system promises)
    """Import a module of a system that only commands need."""
    from models.registry import spec as find_spec

    find_spec(name)
    module = f"models.{name}.{part}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        message = f"The model {name} has no {part}: this command does not apply to it."
        raise Refusal(message) from None


def _remove(state: Path) -> None:
    import shutil

    shutil.rmtree(state, ignore_errors=True)


def _summary(spec: ModelSpec, checkpoints: tuple[Checkpoint, ...]) -> dict[str, Any]:
    return {
        "name": spec.name,
        "kind": str(spec.kind),
        "title": spec.title,
        "checkpoints": [_of(checkpoint) for checkpoint in checkpoints],
    }


def _of(checkpoint: Checkpoint) -> dict[str, Any]:
    card = dict(checkpoint.card)
    if checkpoint.calibration is not None:
        # What was found here counts before what was shipped.
        card["calibration"] = checkpoint.calibration.card()
    return {"network": checkpoint.network, "digest": checkpoint.digest, "card": card}


def _short(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.network} ({checkpoint.digest[:SHORT_DIGEST]})"


def _description(spec: ModelSpec, checkpoints: tuple[Checkpoint, ...], promoted: str | None) -> Table:
    values: dict[str, object] = {
        "name": spec.name,
        "kind": spec.kind,
        "title": spec.title,
        "paper": spec.paper,
        "numbers": getattr(spec, "dim", None),
        "networks": ", ".join(spec.networks),
        "promoted": promoted and promoted[:SHORT_DIGEST],
    }
    for checkpoint in checkpoints:
        values[_short(checkpoint)] = _of(checkpoint)["card"]
    return facts(values)
