"""Pages as they are drawn for the demo, as pictures in blue, green and red."""

import numpy as np
import pytest
from PIL import Image

from ingest.demo.font import write
from ingest.demo.paper import boxed, sheet

ROWS = (
    ("作品名称", "月球上的水从哪里来"),
    ("完成时间", "2023年5月12日"),
    ("播出平台", "央视频、哔哩哔哩"),
    ("第一作者", "陈晓岚"),
    ("作品简介", "以动画介绍月球极区水冰的来源与探测。" * 5),
    ("推荐单位", "广东省科学技术厅"),
)


@pytest.fixture(scope="session")
def bgr():
    """Pillow's picture as ours."""
    return lambda picture: np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


@pytest.fixture(scope="session")
def form():
    """Draws a ruled form of two columns on A4 at 150 dpi; a Pillow picture of its own each time."""

    def draw() -> Image.Image:
        page, pen = sheet()
        write(pen, (620, 80), "2024年全国科普微视频大赛作品推荐表", 42, 0, "ma")
        for number, (label, value) in enumerate(ROWS):
            top = 200 + 160 * number
            boxed(pen, (120, top, 400, top + 160), label, 26, middle=True)
            boxed(pen, (400, top, 1120, top + 160), value, 26)
        return page

    return draw
