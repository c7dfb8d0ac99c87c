"""CNN-RNN (Wang, Yang, Mao, Huang, Huang, Xu; CVPR 2016): say what is on a picture, label after label.

A picture is stretched to 288 x 288 pixels (`canvas`). A convolutional network looks at it (`tagger_net`), and a
recurrent one says labels (`network`): each given the picture and the labels before it, along the most probable paths
(`beam`). Which labels there are is a matter of the weights.
"""

from __future__ import annotations

from functools import partial

from models.contracts import Kind, TaggingSpec
from models.tagger.canvas import SIDE, shown, stretch
from models.tagger.eyes import EYES
from models.tagger.tagger_net import TaggerNet

SPEC = TaggingSpec(
    name="tagger",
    kind=Kind.TAG,
    title="Say what is on a picture",
    paper="Wang et al., CNN-RNN: A Unified Framework for Multi-label Image Classification, CVPR 2016",
    max_batch=16,
    preprocessing=1,
    item_shape=(3, SIDE, SIDE),
    networks={eye: partial(TaggerNet, eye=eye) for eye in EYES},
    prepare_item=stretch,
    shown=shown,
)
