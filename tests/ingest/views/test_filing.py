"""Names of the files in a work's folder."""

import pytest

from ingest.model import Kind
from ingest.views.filing import extension, filing


def test_files_are_named_by_kind_and_a_second_one_renames_no_first(work, material):
    made = work(
        1, "新名",
        material(Kind.VIDEO, "x.mp4", format="mp4"), material(Kind.SCAN, "1.jpg", format="jpeg"),
        material(Kind.SCAN, "2.pdf", format="pdf"), material(Kind.FORM, format="docx", in_force=False),
        material(Kind.IDENTITY, format="exe"), material(Kind.OTHER, "logo.png"), material(Kind.VIDEO, url="https://e.cn"),
    )  # fmt: skip
    assert [filed.name for filed in filing(made, "星海寻踪")] == [
        "视频-星海寻踪.mp4", "扫描件-星海寻踪.jpg", "扫描件-星海寻踪-2.pdf", "未采用的电子表-星海寻踪.docx",
        "身份资质证明-星海寻踪.bin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "ending"), [("jpeg", "jpg"), ("mp4", "mp4"), ("exe", "bin"), ("html", "bin"), ("", "bin")]
)
def test_what_could_run_when_clicked_gets_a_harmless_ending(format_, ending):
    assert extension(format_) == ending
