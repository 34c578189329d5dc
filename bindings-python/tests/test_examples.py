"""Every example of the documentation is run as it stands."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import hedgerow
import pytest

MODULES = [
    module.name
    for module in pkgutil.walk_packages(hedgerow.__path__, "hedgerow.")
    if not module.name.endswith("_native")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(finder.find(importlib.import_module(name))) for name in MODULES) > 8


BOOK = Path(__file__).parents[2] / "docs/src"
PAGES = [page for page in sorted(BOOK.rglob("*.md")) if "\n>>> " in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_a_page_of_the_book_hold(page: Path) -> None:
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 0
    assert found.failed == 0


def test_the_book_has_pages_with_examples() -> None:
    assert len(PAGES) >= 2


def test_examples_of_the_readme_hold() -> None:
    readme = Path(__file__).parent.parent / "README.md"
    found = doctest.testfile(str(readme), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 10
    assert found.failed == 0
