"""A node's symbol by itself, as the pages set it beside a level's name."""

from spatial.settings import StyleClass


def point_symbol(item: StyleClass) -> str:
    """Return the symbol of a class of points as HTML: the style catalogue's numbers and colours, and nothing else.

    Examples
    --------
    >>> from spatial.settings import Title
    >>> point_symbol(StyleClass(value="a", title=Title(sv="A"), fill="#6D1A3D", size=8)).count("<span")
    1
    """
    edge = item.stroke or "transparent"
    ring = f"box-shadow:0 0 0 2.5px #FFFFFF,0 0 0 4.5px {edge};margin-left:4px;" if item.ring else ""
    return (
        f'<span style="display:inline-block;width:{item.size}px;height:{item.size}px;border-radius:50%;'
        f"box-sizing:content-box;background:{item.fill or 'transparent'};"
        f'border:{item.stroke_width}px solid {edge};{ring}"></span>'
    )
