"""Shoes, each unlike all others of its kind.

    catalogue.catalogue(count)   yields the shoes: key, title, metadata, shape
    painter.paint(shape)         paints one as a picture
    outlines.outline(shape)      draws one as lines

The way of a shoe: `palette` chooses what it is made of, a module per family (`sports`, `classics`, `boots`, `courts`,
`sandals`, `heights`) cuts it on a `last`, and gives it `soles`, `straps` and `details`; `naming` finds its words.
"""
