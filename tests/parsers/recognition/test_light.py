import numpy as np

from parsers.recognition.light import evened


def test_a_well_lit_page_is_left_as_it_is():
    page = np.full((400, 300, 3), 245, np.uint8)
    assert evened(page) is page


def test_shade_is_taken_out_and_ink_stays():
    page = np.repeat(np.linspace(90, 240, 1200, dtype=np.uint8)[None, :, None], 800, 0).repeat(3, 2)
    page[400:404, 20:1180] = page[400:404, 20:1180] // 5
    even = evened(page)
    assert even[100:300].min() > 225
    assert even[401:403, 30:1170].max() < 90
