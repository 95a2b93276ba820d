"""What the view of samples says: two lines, the words below each sheet, and what its figures are.

Part of that view; knows the session, no Qt.
"""

from __future__ import annotations

import numpy as np

from explorer.metrics.figures import READABLE
from explorer.session.prior.draws import Source
from explorer.session.prior.reconstructions import Reconstructions, Row
from explorer.session.prior.sample_requests import Wanted
from explorer.session.prior.samples import Sheet
from explorer.session.prior.samples_beside import Drawn
from explorer.ui.look.wording import error_text

NOTHING = "Open a model in the library: its held-out images are then rebuilt by it, and by others beside it."
SOURCES = {"prior": "N(0, I)", "fitted": "fitted"}
DRAWN_FROM = {
    "prior": "codes drawn\nfrom N(0, I)",
    "fitted": "codes drawn from\na fitted Gaussian",
}
SOURCE_TIPS = {
    "prior": "Codes z ~ N(0, I), decoded",
    "fitted": "Codes z ~ N(m, C), decoded; m and C are mean and covariance of the held-out images' codes",
}
ERROR_TIP = "Mean squared error per pixel over these images; pixels from 0 to 1"
FIGURES_TIP = (
    "Of {n:,} draws, through a classifier of the data. rFCD: 100 × Fréchet distance of its features to those "
    "of training images, over the trace of their covariance; 0 is best. TV: half the summed difference "
    "between the shares of classes in draws and in held-out images, 0 to 1. Readable: share of draws whose "
    "likeliest class has a probability above {readable:g}."
)
REBUILT = (
    "Held-out images, what each model makes of the same ones, and what it draws itself.",
    "A small error says that codes hold the image, not that other codes are worth decoding.",
)
DRAWN = (
    "Codes drawn from N(0, I), and from a Gaussian fitted to each model's own codes.",
    "Where a model was trained to no prior, the trouble is where one samples, not what it can draw.",
)


def original_words(rebuilt: Reconstructions, noun: str) -> str:
    """How many originals there are, and of which data."""
    count = 0 if rebuilt.originals is None else len(rebuilt.originals)
    return f"{count} held-out {noun}\nof {_title(rebuilt)}"


def row_words(rebuilt: Reconstructions, row: Row) -> str:
    if row.refusal:
        return ""
    if not row.done:
        return f"rebuilding … {100 * float(np.isfinite(row.errors).mean()):.0f} %"
    return f"error {error_text(float(row.errors.mean()))} per pixel\non {_title(rebuilt)}"


def _title(rebuilt: Reconstructions) -> str:
    return "" if rebuilt.data is None else rebuilt.data.title


def drawn_words(drawn: Drawn, source: Source) -> str:
    """What samples are drawn from."""
    if not drawn.done:
        return "drawing …"
    return "" if drawn.refusal else DRAWN_FROM[source]


def sheet_words(sheet: Sheet) -> str:
    if (found := sheet.figures) is not None:
        return f"rFCD {found.rfcd:.1f} %, TV {found.class_tv:.2f}\nreadable {100 * found.readable:.0f} %"
    if sheet.refusal or sheet.unmeasured:
        return "no figures" if sheet.unmeasured else ""
    return "waiting …" if sheet.share is None else f"measuring … {100 * sheet.share:.0f} %"


def sheet_tip(wanted: Wanted, sheet: Sheet) -> str:
    tip, figures = f"{SOURCE_TIPS[wanted.source]}.", sheet.figures
    if figures is None:
        return f"{tip}\n{sheet.unmeasured}".strip()
    return f"{tip}\n{FIGURES_TIP.format(n=figures.n, readable=READABLE)}"
