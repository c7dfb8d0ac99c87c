"""Heads: hair, face, hats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.finish import Finish, darker
from app.demo.people.body import hull
from app.demo.people.parts import Part
from app.demo.people.person import Hair
from app.demo.shades import mix

if TYPE_CHECKING:
    from app.demo.people.body import Body, Seen
    from app.demo.people.person import Person

# Half width, half depth and half height of a head, in shares of the stature.
# Cosine of the turn away from the camera past which an ear at most is seen of a face.
_EAR_AT_MOST = -0.25
_WIDE, _DEEP, _HIGH = 0.0455, 0.054, 0.065
# Eyes and mouth: where they are from the centre of the head, half width and half height.
_FEATURES = (
    (-0.017, -0.004, 0.042, 0.0075, 0.0042),
    (0.017, -0.004, 0.042, 0.0075, 0.0042),
    (0.0, -0.038, 0.044, 0.012, 0.003),
)
# Ridge, tip and base of a nose: up, forward, radius.
_NOSE = ((0.0, 0.044, 0.004), (-0.014, 0.054, 0.006), (-0.02, 0.044, 0.005))
_BRIM = ((-0.034, 0.03), (0.034, 0.03), (0.024, 0.088), (-0.024, 0.088))
_LONG = {Hair.LONG: 0.79, Hair.BOB: 0.868}


def neck(body: Body, person: Person) -> list[Part]:
    """Draw the neck, which goes down into the collar."""
    stature = body.build.stature
    ends = [(_see(body, 0, -0.055, -0.006), 0.029 * stature), (_see(body, 0, -0.105, -0.008), 0.032 * stature)]
    return [Part(hull(ends), darker(person.skin_finish, 0.82), 18)]


def head(body: Body, person: Person) -> list[Part]:
    """Draw hair, face and hat, from the back to the front."""
    skin, hair = person.skin_finish, Finish("satin", person.hair_colour)
    parts = [Part(_ball(body, (0, 0, 0), 1.0), skin, 30)]
    if person.hair is not Hair.BALD:
        parts += _hair(body, person, hair)
    return [*parts, *_face(body, person, skin), *_hat(body, person)]


def behind(body: Body, person: Person) -> list[Part]:
    """Draw the hair that falls over the shoulders; it is behind the trunk of somebody who faces the camera."""
    if person.hair not in _LONG or (person.hat is not None and person.hat.kind == "headscarf"):
        return []
    stature = body.build.stature
    low = _LONG[person.hair] - 0.932
    balls = [(_see(body, x, low, -0.028), 0.020 * stature) for x in (-0.032, 0.032)] + [
        (_see(body, x, 0.0, -0.012), 0.030 * stature) for x in (-0.028, 0.028)
    ]
    return [Part(hull(balls), Finish("satin", person.hair_colour), 26, 3)]


def _hair(body: Body, person: Person, hair: Finish) -> list[Part]:
    stature = body.build.stature
    puff = {Hair.CURLS: 1.36, Hair.SHORT: 1.05, Hair.LONG: 1.10, Hair.BOB: 1.14}.get(person.hair, 1.06)
    parts = [Part(_ball(body, (0, 0.006, -0.010), puff), hair, 26)]
    if person.hair is Hair.SHORT:
        # The nape is bare.
        parts = [Part(_ball(body, (0, 0.018, -0.007), puff, 0.84), hair, 24)]
    if person.hair is Hair.BUN:
        parts.append(Part(hull([(_see(body, 0, 0.045, -0.052), 0.026 * stature)]), darker(hair, 0.9), 18, 2))
    if person.hair is Hair.TAIL:
        tail = [(_see(body, 0, 0.02, -0.058), 0.018 * stature), (_see(body, 0, -0.085, -0.078), 0.012 * stature)]
        parts.insert(0 if body.faces(0) else 1, Part(hull(tail), darker(hair, 0.88), 14, 2))
    return parts


def _face(body: Body, person: Person, skin: Finish) -> list[Part]:
    """Draw what of the face is turned to the camera."""
    turn = math.cos(math.radians(body.pose.yaw))
    if turn < _EAR_AT_MOST:
        return []
    stature = body.build.stature
    centre = _see(body, 0, -0.014, 0.026)
    half = math.hypot(0.036 * turn, 0.026 * math.sin(math.radians(body.pose.yaw))) * stature
    oval = curves.ellipse(centre.point, half, 0.051 * stature)
    parts = [] if person.hair is Hair.BALD and person.hat is None else [Part(oval, skin, 24)]
    nose = [(_see(body, 0, up, forward), radius * stature) for up, forward, radius in _NOSE]
    parts.append(Part(hull(nose), darker(skin, 0.93), 8))
    if person.beard:
        jaw = curves.ellipse((centre.x, centre.y - 0.036 * stature), half * 0.95, 0.024 * stature)
        parts.append(Part(jaw, Finish("suede", mix(person.hair_colour, person.skin, 0.25)), 10, within=(oval,)))
    shadow = darker(skin, 0.42)
    for x, y, z, wide, high in _FEATURES:
        place = _see(body, x, y, z)
        if place.towards > centre.towards - 0.004 * stature:
            shape = curves.ellipse(place.point, max(0.0035, wide * abs(turn)) * stature, high * stature)
            parts.append(Part(shape, shadow, 0))
    return parts


def _hat(body: Body, person: Person) -> list[Part]:
    if person.hat is None:
        return []
    stature, finish = body.build.stature, person.hat.finish
    brow = body.see(0, body.head[1] + 0.022 * stature, body.head[2]).y
    above = ((-1e4, brow), (1e4, brow), (1e4, brow + 1e3), (-1e4, brow + 1e3))
    if person.hat.kind == "headscarf":
        scarf = [(_see(body, x, y, z), 0.040 * stature) for x, y, z in ((0, 0.026, -0.006), (0, -0.07, -0.01))]
        wrap = [(_see(body, x, -0.115, 0.0), 0.040 * stature) for x in (-0.03, 0.03)]
        parts = [Part(hull([*scarf, *wrap]), finish, 30, 3, folds=0.8)]
        if math.cos(math.radians(body.pose.yaw)) > 0:
            parts += _face(body, person, person.skin_finish)
        return parts
    crown = Part(_ball(body, (0, 0.014, -0.002), 1.16), finish, 26, 2, within=(above,))
    if person.hat.kind == "beanie":
        x, y, _ = _see(body, 0, 0.030, 0)
        return [crown, Part(curves.box((x, y), 0.106 * stature, 0.026 * stature, 0, 0.4), person.hat.trim, 14, 2)]
    if person.hat.kind == "cap":
        return [crown, Part(hull([(_see(body, x, 0.024, z), 5.0) for x, z in _BRIM]), person.hat.trim, 10, 3)]
    ring = [math.tau * index / 12 for index in range(12)]
    brim = hull([(_see(body, 0.092 * math.sin(turn), 0.026, 0.096 * math.cos(turn)), 5.0) for turn in ring])
    return [Part(brim, finish, 14, 3), crown]


def _ball(body: Body, shift: tuple[float, float, float], size: float, height: float = 1.0) -> curves.Path:
    """Outline the skull, moved by shares of the stature and larger by a factor."""
    stature, turn = body.build.stature, math.radians(body.pose.yaw)
    half = math.hypot(_WIDE * math.cos(turn), _DEEP * math.sin(turn)) * size * stature
    return curves.ellipse(_see(body, *shift).point, half, _HIGH * size * height * stature)


def _see(body: Body, x: float, y: float, z: float) -> Seen:
    """Look at a place of the head, in shares of the stature from its centre."""
    stature, (_, up, forward) = body.build.stature, body.head
    return body.see(x * stature, up + y * stature, forward + z * stature)
