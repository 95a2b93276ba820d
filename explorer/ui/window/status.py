"""The status bar: data, device, decode latency, training speed, memory. Knows the session."""

from __future__ import annotations

import contextlib

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from explorer.session.session import Session
from explorer.ui.widgets.steady_label import SteadyLabel

MEMORY_MS = 2000

READ_MS = 250
"""Numbers that change more often can't be read."""


class Status(QStatusBar):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._session = session
        self._process = psutil.Process()
        self._data, self._device = QLabel(), QLabel()
        self._fault = QLabel("model holds NaN")
        self._fault.setObjectName("status.fault")
        self._fault.setProperty("role", "danger")
        self._fault.hide()
        self._latency = SteadyLabel("picture 88.8 ms")
        self._training = SteadyLabel("training 888,888 images/s")
        self._memory = SteadyLabel("88,888 MB")
        self.addWidget(self._data)
        self.addWidget(self._fault)
        for label, tip in (
            (self._device, "Where the model works"),
            (self._latency, "Time that the model took for the last picture"),
            (self._training, "Images that the training takes in per second"),
            (self._memory, "Memory that the application holds, with the process that trains or is ready to"),
        ):
            label.setToolTip(tip)
            self.addPermanentWidget(label)
        session.main.model_opened.connect(self._on_model)
        session.main.renamed.connect(self._on_model)
        session.main.model_ready.connect(self._on_model)
        session.main.embedding_changed.connect(self._on_model)
        session.main.images.data_changed.connect(self._on_model)
        session.main.cursor.picture_changed.connect(self._later)
        session.training.changed.connect(self._on_training)
        session.training.progressed.connect(self._later)
        self._soon = QTimer(self, singleShot=True, interval=READ_MS)
        self._soon.timeout.connect(self._on_picture)
        self._soon.timeout.connect(self._on_training)
        self._clock = QTimer(self, interval=MEMORY_MS)
        self._clock.timeout.connect(self._on_clock)
        self._clock.start()
        self._on_model()
        self._on_training()
        self._on_clock()

    def _on_model(self) -> None:
        session = self._session
        if session.main.model is None:
            self._data.setText("no model open")
        else:
            data = session.main.model.run.manifest.data
            words = f"{session.main.model.run.name}   {data.title}, {data.test:,} held-out images"
            self._data.setText(
                f"{words}   {session.main.images.reading.doing} …" if session.main.images.reading else words
            )
        ready = session.main.ready
        self._device.setText(ready.device if ready else "warming up …")
        fault = ready.fault if ready else None
        self._fault.setToolTip(fault or "")
        self._fault.setVisible(fault is not None)

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _on_picture(self) -> None:
        seconds = self._session.main.cursor.decode_seconds
        if seconds is not None:
            self._latency.setText(f"picture {seconds * 1000:.1f} ms")

    def _on_training(self) -> None:
        training = self._session.training
        if not training.active or training.progress is None:
            self._training.setText({"idle": "not training"}.get(training.state, training.state))
            return
        speed = f"{training.progress.images_per_s:,.0f} images/s"
        self._training.setText("paused" if training.state == "paused" else f"training {speed}")

    def _on_clock(self) -> None:
        if self.isVisible() or not self._memory.text():
            self._memory.setText(f"{self._held() / 1e6:,.0f} MB")

    def _held(self) -> int:
        """Bytes of the application's memory."""
        held = int(self._process.memory_info().rss)
        for number in self._session.training.processes:
            with contextlib.suppress(psutil.Error):  # it has just ended
                beside = psutil.Process(number).memory_info()
                held += int(beside.rss - getattr(beside, "shared", 0))  # the libraries of both are held once
        return held
