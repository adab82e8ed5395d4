"""A run as text or JSON: one module for each audience, each a pure function from a `Run` to a string; and what
`doctor` found, from a `Checkup`.

Nothing here prints, reads a clock or knows a terminal's state: colour is passed in as a `Palette`.
"""
