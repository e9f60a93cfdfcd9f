"""What is wrong with a scenario file, and where: the file, the line, the case."""


class ScenarioError(ValueError):
    """A scenario that cannot be read; the message is one line, with its place."""
