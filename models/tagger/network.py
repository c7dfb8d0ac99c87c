"""The network: labels and pictures in one space, and a recurrent layer that remembers which labels were said.

Source: Wang et al., CNN-RNN: A Unified Framework for Multi-label Image Classification (CVPR 2016), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

State = tuple[Tensor, Tensor]
"""What the recurrent layer remembers of each path: two tensors, float (1, paths, hidden)."""


@dataclass(frozen=True)
class Design:
    """Sizes of the network, as the paper has them, and whether labels depend on each other.

    Attributes:
        joint: length of a label's vector and of what it is compared with.
        hidden: length of what the recurrent layer remembers.
        dropout: share of the numbers that training leaves out before either projection.
        recurrent: False for the row "no RNN" of the paper's table: what was said before is forgotten.
    """

    joint: int = 64
    hidden: int = 512
    dropout: float = 0.5
    recurrent: bool = True


PAPER = Design()
SHIPPED = Design(joint=384, hidden=64)
"""Labels that are many more than the numbers of the joint space push each other aside, so it is wider than the paper's;
the memory is shorter, as little of it is used for a few labels. The model card has both as rows.
"""


class Standardised(nn.Module):
    """Brings features to a mean of 0 and a deviation of 1, as those that were learnt from have them.

    Attributes:
        mean: float (features,), what is subtracted.
        deviation: float (features,), above 0, what is divided by then.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, features: int) -> None:
        """Leave features as they are, until both tensors are filled."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))

    def forward(self, features: Tensor) -> Tensor:
        """Bring features there, (..., features)."""
        return (features - self.mean) / self.deviation


class LabelNet(nn.Module):
    """Says of a picture's feature which label comes next, given those before.

    With K labels, numbers below K are labels, K is the end of a path and K + 1 its start, which is never said.

    Attributes:
        offset: float (labels + 1,), what is added to scores.
    """

    offset: Tensor

    def __init__(self, labels: int, features: int, design: Design = PAPER) -> None:
        """Build it with random weights for `labels` labels and pictures of `features` numbers."""
        super().__init__()
        self.labels, self.design = labels, design
        self.embedding = nn.Embedding(labels + 2, design.joint)
        # Labels start as unlike each other as they can: what few pictures have is then not taken for something else.
        nn.init.orthogonal_(self.embedding.weight)
        self.standardised = Standardised(features)
        self.recurrent = nn.LSTM(design.joint, design.hidden, batch_first=True)
        self.project_state = nn.Linear(design.hidden, design.joint, bias=False)
        self.project_picture = nn.Linear(features, design.joint)
        self.dropout = nn.Dropout(design.dropout)
        self.register_buffer("offset", torch.zeros(labels + 1))

    @property
    def end(self) -> int:
        """What ends a path."""
        return self.labels

    @property
    def start(self) -> int:
        """What a path begins with."""
        return self.labels + 1

    def look(self, features: Tensor) -> Tensor:
        """Bring the features of pictures, float (n, features), into the joint space, float (n, joint): U_I I."""
        looked: Tensor = self.project_picture(self.dropout(self.standardised(features)))
        return looked

    def score_alone(self, features: Tensor) -> Tensor:
        """Score labels as if nothing were ever said, by the picture alone: float (n, labels + 1)."""
        return self.score(torch.relu(self.look(features)))

    def begin(self, paths: int) -> State:
        """Remember nothing, for a number of paths."""
        nothing = self.embedding.weight.new_zeros((1, paths, self.design.hidden))
        return nothing, nothing

    def meet(self, looked: Tensor, said: Tensor, state: State) -> tuple[Tensor, State]:
        """Bring together what is seen and what was said: x_t = h(U_o o(t) + U_I I), h being max(., 0).

        Args:
            looked: float (n, joint), from `look`.
            said: int64 (n, steps), what was said last, or in several steps each.
            state: what was remembered before that, for n paths.

        Returns:
            float (n, steps, joint), and what is remembered now.
        """
        if self.design.recurrent:
            out, state = self._remember(self.embedding(said), state)
            joint = looked[:, None] + self.project_state(self.dropout(out))
        else:
            joint = looked[:, None].expand(-1, said.shape[1], -1)
        return torch.relu(joint), state

    def _remember(self, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Go through the recurrent layer: words float (n, steps, joint) -> what it gives, (n, steps, hidden)."""
        if words.shape[1] > 1:
            out, state = self.recurrent(words, state)
            return out, state
        # Of a single step the layer takes most of the time to set itself up, and beam search is made of such steps.
        layer, (hidden, cell) = self.recurrent, state
        from_word, from_hidden, *offsets = layer.all_weights[0]
        hidden, cell = torch.lstm_cell(words[:, 0], (hidden[0], cell[0]), from_word, from_hidden, *offsets)
        return hidden[:, None], (hidden[None], cell[None])

    def score(self, joint: Tensor) -> Tensor:
        """Compare with every label: s(t) = U_l^T x_t and the label's offset, float (..., labels + 1), the end last."""
        return functional.linear(joint, self.embedding.weight[: self.end + 1], self.offset)

    def step(self, looked: Tensor, said: Tensor, state: State) -> tuple[Tensor, State]:
        """Score what comes next, (n, steps, labels + 1); arguments and state as of `meet`."""
        joint, state = self.meet(looked, said, state)
        return self.score(joint), state

    def forward(self, features: Tensor, said: Tensor) -> Tensor:
        """Score what comes after the start and after each label that was said.

        Args:
            features: float (n, features).
            said: int64 (n, steps), labels in the order of the path; numbers after its end are of no matter.

        Returns:
            float (n, steps + 1, labels + 1).
        """
        begun = torch.cat([torch.full_like(said[:, :1], self.start), said], dim=1)
        scores, _ = self.step(self.look(features), begun, self.begin(len(features)))
        return scores
