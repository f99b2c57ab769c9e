"""One gateway product = one file here: which GETs to send, and how to read the answers.

A preset does no I/O of its own: it is handed `ask`. An in-tree preset is the module
``gaugeway.presets.<name>`` itself; a third party's is what its entry point in the group
``gaugeway.presets`` names, a module or an object with the same members (`Preset`). What a preset needs can be
imported from here.
"""

from gaugeway.presets.preset import Options, Preset
from gaugeway.presets.registry import find, in_tree
from gaugeway.readings import Answer, KeyFacts, Meter
from gaugeway.transport import Ask, Reply
from gaugeway.transport.asking import Probe, shape_error

__all__ = [
    "Answer",
    "Ask",
    "KeyFacts",
    "Meter",
    "Options",
    "Preset",
    "Probe",
    "Reply",
    "find",
    "in_tree",
    "shape_error",
]
