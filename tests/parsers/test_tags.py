import pytest

from parsers.tags import crowded

MANY = " ".join(f"a{n}" for n in range(2_000))


@pytest.mark.parametrize(
    "html",
    [
        f"<div {MANY}>",
        f"<div {MANY}",
        f'<div x=">" {MANY}>',
        "<div " + " ".join(f'a{n}=">"' for n in range(2_000)) + ">",
        '<div x=y" ' + " ".join(f'a{n}=">"' for n in range(2_000)) + '">',
        "<div/" + "/".join(f"a{n}" for n in range(2_000)) + ">",
        "<div " + "".join(f'a{n}="x"' for n in range(2_000)) + ">",
    ],
)
def test_a_tag_with_thousands_of_attributes_is_crowded(html):
    assert crowded(html)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>" + MANY + "</p>",
        '<img src="data:image/png;base64,' + "aB/c+d==" * 100_000 + '">',
        '<a href="x" class=y>x</a>' * 10_000,
        '<p style="' + "color: red; " * 10_000 + '">',
        "<" * 10_000,
    ],
)
def test_what_clients_write_is_not(html):
    assert not crowded(html)
