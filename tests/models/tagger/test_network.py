"""The label network, against the paper's equations written out."""

from __future__ import annotations

import torch

from models.tagger.network import Design, LabelNet

LABELS, FEATURES, STEPS = 6, 10, 4


def network_of(design: Design) -> LabelNet:
    """A random network that is in use."""
    torch.manual_seed(1)
    network = LabelNet(LABELS, FEATURES, design).eval()
    for filled in (network.standardised.mean, network.standardised.deviation, network.offset):
        filled.copy_(torch.rand(len(filled)) + 0.5)
    return network


def written_out(network: LabelNet, picture: torch.Tensor, said: list[int]) -> torch.Tensor:
    """s(t) = U_l^T h(U_o o(t) + U_I I) of one picture, step by step: (steps + 1, labels + 1)."""
    named = dict(network.named_parameters())
    words = named["embedding.weight"]
    hidden = cell = torch.zeros(network.design.hidden)
    rows = []
    for label in [LABELS + 1, *said]:
        gates = (
            named["recurrent.weight_ih_l0"] @ words[label]
            + named["recurrent.bias_ih_l0"]
            + named["recurrent.weight_hh_l0"] @ hidden
            + named["recurrent.bias_hh_l0"]
        )
        let_in, forget, new, out = gates.chunk(4)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(let_in) * torch.tanh(new)
        hidden = torch.sigmoid(out) * torch.tanh(cell)
        seen = (picture - network.standardised.mean) / network.standardised.deviation
        joint = named["project_picture.weight"] @ seen + named["project_picture.bias"]
        if network.design.recurrent:
            joint = joint + named["project_state.weight"] @ hidden
        rows.append(words[: LABELS + 1] @ torch.relu(joint) + network.offset)
    return torch.stack(rows)


@torch.no_grad()
def test_scores_are_the_papers() -> None:
    """With and without what is remembered; the start is never said."""
    pictures, said = torch.randn(3, FEATURES), torch.randint(LABELS, (3, STEPS))
    for recurrent in (True, False):
        network = network_of(Design(joint=5, hidden=7, recurrent=recurrent))
        scores = network(pictures, said)
        assert scores.shape == (3, STEPS + 1, LABELS + 1)
        for row, picture, labels in zip(scores, pictures, said.tolist(), strict=True):
            torch.testing.assert_close(row, written_out(network, picture, labels))


@torch.no_grad()
def test_steps_one_by_one_are_steps_at_once() -> None:
    """What is remembered between calls is all that a path needs."""
    network = network_of(Design())
    pictures, said = torch.randn(2, FEATURES), torch.randint(LABELS, (2, STEPS))
    state, looked, rows = network.begin(2), network.look(pictures), []
    for last in (torch.full((2,), network.start), *said.T):
        scores, state = network.step(looked, last[:, None], state)
        rows.append(scores)
    torch.testing.assert_close(torch.cat(rows, dim=1), network(pictures, said))


@torch.no_grad()
def test_a_network_without_memory_says_the_same_whatever_was_said() -> None:
    """The row "no RNN"."""
    network = network_of(Design(recurrent=False))
    scores = network(torch.randn(2, FEATURES), torch.randint(LABELS, (2, STEPS)))
    torch.testing.assert_close(scores, scores[:, :1].expand_as(scores))


def test_sizes_are_the_papers() -> None:
    """A joint space of 64 numbers, 512 that are remembered, the same label vectors going in and coming out."""
    shapes = {name: tuple(value.shape) for name, value in network_of(Design()).named_parameters()}
    assert shapes["embedding.weight"] == (LABELS + 2, 64)
    assert shapes["project_state.weight"] == (64, 512)
    assert shapes["project_picture.weight"] == (64, FEATURES)
    assert shapes["recurrent.weight_hh_l0"] == (4 * 512, 512)
    assert sum(name.startswith("recurrent") for name in shapes) == len(shapes) - 4
