"""Pieces of a folium page that are put in as they are.

folium runs what it is given through a template engine, twice for its own macros; a customer called `{{ 7*7 }}` must
reach the page as that.
"""

from typing import Any

from branca.element import Element, Figure


class Verbatim(Element):
    """Text that no template engine touches. The caller has escaped it for where it stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: Any) -> str:
        """The text itself."""
        return self._text


class AfterMap(Element):
    """A script that runs when the map it is a child of is there."""

    def __init__(self, script: str) -> None:
        super().__init__()
        self._script = script

    def render(self, **_: Any) -> str:
        """Nothing in place: the script goes to the end of the page."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        figure.script.add_child(Verbatim(self._script))
        return ""
