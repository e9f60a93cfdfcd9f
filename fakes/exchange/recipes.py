"""Recipes: how an administrator settles an open question on a tenant of his own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.readings import QUESTIONS
from fakes.exchange.recipe import Look, Recipe, mail_of
from fakes.exchange.recipes_of_routing import ROUTING
from fakes.exchange.recipes_of_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPES: Mapping[str, Recipe] = MappingProxyType({**RULES, **ROUTING})


def recipe_of(name: str) -> Recipe:
    """Give the recipe of an open question; where none was written, what its line says.

    Raises:
        KeyError: there is no such question.

    """
    question = QUESTIONS[name]
    return RECIPES.get(name) or Recipe(Look.TRACE, mail_of(), (), (), question.settle)
