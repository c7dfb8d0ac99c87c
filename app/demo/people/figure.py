"""A whole figure: every part of somebody in a pose, in painting order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.demo.people import heads, legs, luggage, tops
from app.demo.people.body import Body
from app.demo.people.parts import Layer

if TYPE_CHECKING:
    from app.demo.people.body import Pose
    from app.demo.people.parts import Part
    from app.demo.people.person import Person

# A shoulder this far behind the spine, in shares of the stature, is hidden by the trunk.
_FAR = 0.06


def figure(person: Person, pose: Pose) -> tuple[Part, ...]:
    """Draw somebody in a pose, from what is furthest away to what is nearest."""
    body = Body(person.build, pose)
    stature = person.build.stature
    layers = [
        Layer(-0.5, tuple(heads.neck(body, person))),
        Layer(0.0, tuple(_trunk(body, person))),
        Layer(3.0, tuple(heads.head(body, person))),
    ]
    for side in (-1, 1):
        knee = body.leg(side)[1].towards
        layers.append(Layer(knee - stature, tuple(legs.leg(body, person, side))))
        shoulder = body.arm(side)[0].towards
        # Only the far arm of somebody seen from the side is behind the trunk.
        depth = 7.0 + 0.01 * shoulder if shoulder > -_FAR * stature else shoulder
        layers.append(Layer(depth, tuple(tops.sleeve(body, person, side))))
    layers.append(Layer(-1.0 if body.faces(0) else 4.0, tuple(heads.behind(body, person))))
    layers += luggage.carried(body, person)
    return tuple(part for layer in sorted(layers, key=lambda layer: layer.towards) for part in layer.parts)


def _trunk(body: Body, person: Person) -> list[Part]:
    """Draw hips, top and coat; what an open coat shows of the top is drawn last."""
    tucked = person.bottom.kind in legs.SKIRTS or person.top.kind == "blouse"
    under = [*legs.pelvis(body, person), *tops.top(body, person.top, tucked=tucked)]
    if person.coat is None:
        return under
    parts = [*under, *tops.coat(body, person.coat)]
    opening = tops.opening(body, person.coat)
    if opening is not None:
        parts += [replace(part, raised=0.0, within=(*part.within, opening)) for part in under]
    return parts
