"""People as cheap cameras show them: the same person before several of them, in the same clothes.

    catalogue.catalogue(count)   yields the crops of so many people: key, title, metadata, and `paint()`
    catalogue.queries(count)     yields crops to look for them with, and crops of people who are not among them

The way of a crop: `wardrobe` draws a `person`, `tracks` say where they are when, `cameras` choose a pose; `figure`
draws the `body` in it with `tops`, `legs`, `heads` and `luggage` as `parts`, and `painter` lays these on one of the
`scenes`; then light, lens and noise of the camera come over it. `naming` finds the words. Lengths are millimetres.
"""
