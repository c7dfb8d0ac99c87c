"""The network: labels and pictures in one space, and a recurrent layer that remembers which labels were said.

Source: Wang et al., CNN-RNN: A Unified Framework for Multi-label Image Classification (CVPR 2016), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

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


DESIGN = Design()


class LabelNet(nn.Module):
    """Says of a picture's feature which label comes next, given those before.

    With K labels, numbers below K are labels, K is the end of a path and K + 1 its start, which is never said.
    """

    def __init__(self, labels: int, features: int, design: Design = DESIGN) -> None:
        """Build it with random weights for `labels` labels and pictures of `features` numbers."""
        super().__init__()
        self.labels, self.design = labels, design
        self.embedding = nn.Embedding(labels + 2, design.joint)
        self.recurrent = nn.LSTM(design.joint, design.hidden, batch_first=True)
        self.project_state = nn.Linear(design.hidden, design.joint, bias=False)
        self.project_picture = nn.Linear(features, design.joint)
        self.dropout = nn.Dropout(design.dropout)

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
        looked: Tensor = self.project_picture(self.dropout(features))
        return looked

    def begin(self, paths: int) -> State:
        """Remember nothing, for a number of paths."""
        nothing = self.embedding.weight.new_zeros((1, paths, self.design.hidden))
        return nothing, nothing

    def step(self, looked: Tensor, said: Tensor, state: State) -> tuple[Tensor, State]:
        """Score what comes next: s(t) = U_l^T h(U_o o(t) + U_I I), h being max(., 0).

        Args:
            looked: float (n, joint), from `look`.
            said: int64 (n, steps), what was said last, or in several steps each.
            state: what was remembered before that, for n paths.

        Returns:
            float (n, steps, labels + 1), the last being the end; and what is remembered now.
        """
        if self.design.recurrent:
            out, state = self.recurrent(self.embedding(said), state)
            joint = looked[:, None] + self.project_state(self.dropout(out))
        else:
            joint = looked[:, None].expand(-1, said.shape[1], -1)
        return torch.relu(joint) @ self.embedding.weight[: self.end + 1].T, state

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
