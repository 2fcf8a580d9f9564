"""Reads lists of feeds as feed readers exchange them: OPML 1.0 and 2.0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError  # to name them: parsing is defused

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from collectors._kit.items import LONGEST_NAME, UNFIT, fit
from ground.links import clean_link

LARGEST_FILE = 2 * 1024 * 1024
MOST_SUBSCRIPTIONS = 5_000
DEEPEST = 20


class OpmlError(ValueError):
    """The file cannot be used. The text says why, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list. `folder` is the path of folders that hold it, joined by " / "."""

    title: str
    url: str
    folder: str = ""


def read_opml(data: bytes) -> list[Subscription]:
    """The feeds of an OPML file in their order, each address once. Outlines without an http(s) address are ignored.

    Raises OpmlError for a file that is not OPML, is over 2 MB, or lists over 5,000 feeds.
    """
    if len(data) > LARGEST_FILE:
        raise OpmlError("this file is larger than 2 MB: split it")
    root = _root(data)
    body = root.find("body")
    if root.tag.lower() != "opml" or body is None:
        raise OpmlError("this is not an OPML file: export your subscriptions as OPML from your feed reader")
    by_url: dict[str, Subscription] = {}
    for subscription in _below(body, (), DEEPEST):
        by_url.setdefault(subscription.url, subscription)
        if len(by_url) > MOST_SUBSCRIPTIONS:
            raise OpmlError("this file lists more than 5,000 feeds: split it")
    return list(by_url.values())


def _root(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise OpmlError("this file declares entities or a document type, which a list of feeds does not need") from None
    except (ParseError, ValueError, LookupError) as error:
        raise OpmlError("this file is not well-formed XML: export it again from your feed reader") from error
    return root


def _below(outline: Element, folders: tuple[str, ...], levels: int) -> Iterator[Subscription]:
    if levels < 0:
        raise OpmlError("the folders of this file are nested too deep")
    for child in outline.findall("outline"):
        names = {name.lower(): value for name, value in child.attrib.items()}
        title = _fit(names.get("title") or names.get("text") or "")
        url = clean_link(names.get("xmlurl", ""))
        if url:
            yield Subscription(title or url, url, " / ".join(folders))
        yield from _below(child, (*folders, title) if title and not url else folders, levels - 1)


def _fit(text: str) -> str:
    """One line that XML can hold."""
    return " ".join(fit(UNFIT.sub("", text), LONGEST_NAME).split())
