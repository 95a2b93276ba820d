"""The pipe to a process beside this one."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.child import Child, receive, send


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.float32, np.int64]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    ),
    st.booleans(),
)
def test_what_is_sent_is_received(array: np.ndarray, turned: bool) -> None:
    sent = array.T[..., ::2] if turned and array.ndim else array
    pipe = io.BytesIO()
    for value in (sent, {"name": "z", "codes": (sent, sent)}):
        send(pipe, value)
    pipe.seek(0)
    first, second = receive(pipe), receive(pipe)
    assert first.dtype == sent.dtype
    np.testing.assert_array_equal(first, sent)
    np.testing.assert_array_equal(second["codes"][1], sent)
    first[...] = 0  # whoever received it owns it


def test_numbers_cross_beside_the_rest() -> None:
    codes = np.arange(1_000_000, dtype=np.float32)
    pipe = io.BytesIO()
    send(pipe, codes)
    assert codes.tobytes() in pipe.getvalue()


@pytest.mark.parametrize("kept", [0, 7, 8, 30, -1])
def test_half_an_object_is_none(kept: int) -> None:
    pipe = io.BytesIO()
    send(pipe, np.arange(10))
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:kept]))


def test_a_process_starts_in_no_folder_of_other_peoples_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "explorer").mkdir()
    (tmp_path / "explorer" / "__init__.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    child = Child("explorer.latent.projector_process")
    child.send({"how": "nothing of the kind"})
    assert "failed" in child.receive(), "it has begun, and answers"
    child.end()
    child.close()
    assert not (tmp_path / "run").exists()


def test_how_a_process_ended_is_said() -> None:
    child = Child("explorer.latent.projector_process")
    assert child.status is None
    assert child.epitaph() == ""
    child.end()
    assert child.epitaph() == (" (signal 9)" if os.name == "posix" else " (status 1)")
    with pytest.raises(EOFError):
        child.receive()
    child.close()
