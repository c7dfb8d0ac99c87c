"""The demo's pictures: drawn by the project itself, the same on every machine.

`shoes` draws shoes and `people` draws people; beside them lies what both are drawn with.
"""
