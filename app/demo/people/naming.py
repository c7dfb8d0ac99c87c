"""Words for what somebody wears: a title, and facts to filter by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.shades import SHADES

if TYPE_CHECKING:
    from app.demo.people.person import Garment, Person

# Material -> how a garment of it is called; none for what one does not see from afar.
_PATTERNS = {
    "hoops": "striped",
    "gingham": "checked",
    "dots": "dotted",
    "floral": "flowered",
    "camouflage": "camouflage",
    "leopard": "leopard-print",
    "leather": "leather",
}
DRESSES = frozenset({"dress", "long dress"})
# What is of leather anyway.
_LEATHERN = frozenset({"shoulder bag", "handbag", "briefcase", "suitcase"})
NOTHING = "none"


def title(person: Person) -> str:
    """Describe somebody from top to bottom, as a witness would: "Navy coat, white shirt, black jeans, backpack"."""
    dressed = person.bottom.kind in DRESSES
    told = [
        garment for garment in person.worn if not (dressed and garment is person.top) and garment is not person.shoes
    ]
    text = ", ".join(_wording(garment) for garment in told)
    return text[0].upper() + text[1:]


def facts(person: Person) -> dict[str, str]:
    """State what one can filter by: what is worn above and below the waist, in which colours, and what is carried."""
    upper = person.coat or person.top
    return {
        "upper": upper.kind,
        "upper_colour": SHADES[upper.shade][0],
        "lower": person.bottom.kind,
        "lower_colour": SHADES[person.bottom.shade][0],
        "bag": person.bags[0].kind if person.bags else NOTHING,
        "hat": person.hat.kind if person.hat else NOTHING,
    }


def _wording(garment: Garment) -> str:
    pattern = _PATTERNS.get(garment.finish.material) if garment.kind not in _LEATHERN else None
    shade = garment.shade if garment.shade != "denim" else "blue"
    return " ".join(word for word in (shade, pattern, garment.kind) if word)
