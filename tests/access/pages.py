"""Every address of the site, as the resolver knows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Page:
    """One address: its full name, the names in its path, and its view."""

    name: str
    kwargs: tuple[str, ...]
    view: Callable[..., Any]
    route: str

    @property
    def permission(self) -> Any:
        """What the view asks for; None for a public one."""
        cls = getattr(self.view, "cls", None)
        return getattr(cls, "required_permission", None) if cls else getattr(self.view, "permission", None)

    @property
    def is_public(self) -> bool:
        return getattr(self.view, "is_public", False)

    @property
    def is_api(self) -> bool:
        return hasattr(self.view, "cls")


def _walk(patterns: list[Any], space: str, route: str, kwargs: tuple[str, ...]) -> Iterator[Page]:
    for pattern in patterns:
        inside = route + str(pattern.pattern)
        names = (*kwargs, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            deeper = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, deeper, inside, names)
        elif isinstance(pattern, URLPattern):
            yield Page(f"{space}{pattern.name}", names, pattern.callback, inside)


def all_pages() -> list[Page]:
    """Every address, in the order in which the resolver tries them."""
    return list(_walk(get_resolver().url_patterns, "", "", ()))
