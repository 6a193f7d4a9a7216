import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.shortcuts import shortcut_target

PAN = "https://pan.baidu.com/s/1abc"


@pytest.mark.parametrize(
    "text",
    [
        f"[InternetShortcut]\r\nURL={PAN}\r\n",
        f"\ufeff[InternetShortcut]\nURL={PAN}\n",
        f"[internetshortcut]\r\nIDList=\r\nurl = {PAN}\r\nIconIndex=0\r\n",
        f"[Desktop Entry]\nType=Link\nURL[$e]={PAN}\n",
        f'<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key>\n<string>{PAN}</string></dict></plist>',
    ],
)
def test_the_address_of_a_shortcut_is_read(text):
    assert shortcut_target(text) == PAN


@pytest.mark.parametrize(
    "text", ["", PAN, f"see below\n[InternetShortcut]\nURL={PAN}", f"URL={PAN}", "<plist></plist>"]
)
def test_a_text_that_is_no_shortcut_is_none(text):
    assert shortcut_target(text) is None


def test_a_shortcut_without_an_address_leads_nowhere():
    assert shortcut_target("[InternetShortcut]\nIconFile=https://a.example/x\n") == ""


def test_the_address_of_an_icon_is_not_the_target():
    assert shortcut_target(f"[InternetShortcut]\nBASEURL=https://a.example/\nURL={PAN}\n") == PAN


@given(st.text(max_size=200))
def test_any_text_is_a_shortcut_or_none(text):
    found = shortcut_target(f"[InternetShortcut]\n{text}")
    assert found is None or isinstance(found, str)
