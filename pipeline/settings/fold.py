"""How leads are folded."""

from pipeline.settings.value import Section, Share


class FoldSettings(Section):
    """How sure a fold must be. `model` is the name of a model that ships with dedup, or a path to one."""

    model: str = "lead"
    precision: Share = 0.98
