"""What is told of a browser that is logged in: its program, its system, and roughly where it is."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

PROGRAMS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\b(?:OPR|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Vivaldi", r"\bVivaldi/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|Chromium|CriOS)/"),
    ("Safari", r"\bVersion/[\d.]+.* Safari/"),
)
"""Browsers, those first that also give the name of another one."""
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def program_of(agent: str) -> str:
    """The name of the browser in a User-Agent; empty when it is not a known one."""
    return next((name for name, pattern in PROGRAMS if re.search(pattern, agent)), "")


def system_of(agent: str) -> str:
    """The name of the system in a User-Agent; empty when it is not a known one."""
    return next((name for name, pattern in SYSTEMS if re.search(pattern, agent)), "")


def short_network(address: str) -> str:
    """The beginning of an address, enough to recognise one's own: `203.0.113.…`, `2001:db8:7::…`.

    `here` for this machine and `local` for a private network; empty when it is no address.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return "here"
    if ip.is_private or ip.is_link_local:
        return "local"
    if isinstance(ip, IPv6Address):
        return ":".join(f"{int(part, 16):x}" for part in ip.exploded.split(":")[:3]) + "::…"
    return ".".join(str(ip).split(".")[:3]) + ".…"
