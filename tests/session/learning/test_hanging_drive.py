"""Images on a drive that hangs, looked at from a session."""

from __future__ import annotations

from pathlib import Path

from explorer.data.progress import ReadProgress
from tests.drives import mounting, pictures
from tests.session.conftest import Loop


def test_while_one_listing_hangs_it_is_cancelled_and_another_folder_is_read(
    tmp_path: Path, loop: Loop
) -> None:
    with mounting() as mount:
        mount(3)
        choice = loop.session.data_choice
        far, near = pictures(tmp_path / "far"), pictures(tmp_path / "near")
        choice.look(str(far), choice.framing)
        loop.until(lambda: choice.progress == ReadProgress("Listing", 3))
        choice.cancel()
        assert choice.progress is None
        choice.look(str(near), choice.framing)
        loop.until(lambda: choice.looked is not None)
        assert choice.looked is not None
        assert choice.looked.title == "near"
