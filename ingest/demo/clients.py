"""Mail clients by what they write into headers and bodies. Hosts are invented."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """A client's X-Mailer, the host its Message-IDs and relays name, and its habits.

    font: CSS of the body. stationery: the page's background colour, "" for none.
    """

    key: str
    x_mailer: str
    relay: str
    font: str
    stationery: str = ""


FOXMAIL = Client(
    "foxmail",
    "Foxmail 7.2.25.238[cn]",
    "mail-relay.example.com",
    "font-family: 'Microsoft YaHei UI'; font-size: 10.5pt",
)
NETEASE = Client(
    "netease",
    "Coremail Webmail Server Version XT_Ultimate_Hosting build 20240912 Copyright (c) 2002-2024 163com",
    "m218-100.mail.example.com",
    "line-height:1.7;color:#000000;font-size:14px;font-family:Arial",
)
QQ = Client("qq", "QQMail 2.x", "out162-62-57-1.mail.example.com", "font-family: 宋体; font-size: 14px", "#f5f0e1")
OUTLOOK = Client("outlook", "Microsoft Outlook 16.0", "mail.example.com", "font-family: 等线; font-size: 10.5pt")
IPHONE = Client("iphone", "iPhone Mail (21G93)", "mail.example.com", "font-family: -apple-system")


def html_body(client: Client, paragraphs: Sequence[str], *, label: str, logo_cid: str = "", below: str = "") -> str:
    """The body as that client marks it up. paragraphs: plain text, escaped here; below: HTML put after them."""
    lines = "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in paragraphs)
    picture = f'<div><img src="cid:{html.escape(logo_cid)}" width="48" height="48"></div>' if logo_cid else ""
    colour = f' bgcolor="{client.stationery}"' if client.stationery else ""
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={label}"></head>'
        f'<body{colour}><div style="{client.font}">{lines}{picture}</div>{below}</body></html>'
    )
