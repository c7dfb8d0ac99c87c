"""Market-1501 (Zheng et al., Scalable Person Re-identification, ICCV 2015): 1,501 people before six cameras.

`bounding_box_train` has 12,936 pictures of 751 people, `query` 3,368 and `bounding_box_test` 19,732 of 750 others:
`0002_c1s1_000451_03.jpg` is person 2 by camera 1. In the gallery -1 is junk, which is passed over in judging, and 0000
are distractors, whom no query shows. Names and counts as read by torchreid
(`torchreid/data/datasets/image/market1501.py`) and fast-reid.
"""

from __future__ import annotations

import re

from models.reid.box_folders import BoxFolders

MARKET = BoxFolders("market1501", re.compile(r"(-1|\d{4})_c(\d+)s\d+_.+"), (".jpg",), "IIII_cCsS_FFFFFF_BB.jpg")
