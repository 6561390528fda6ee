"""What the ticker keeps beside the database lies on the disk before it is what is read."""

import os
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.adapters.instance_state_file import InstanceStateFile
from helpdesk.core.send_hold import SavedTickProgress

KEPT = SavedTickProgress("a house", datetime(2026, 11, 2, tzinfo=UTC), 7)


def test_a_power_cut_leaves_the_old_file_or_the_new_one_and_no_empty_one(tmp_path, monkeypatch):
    done, sync, rename = [], os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda file: (done.append("on the disk"), sync(file)))
    monkeypatch.setattr(Path, "rename", lambda a, b: (done.append("named"), rename(a, b)))

    InstanceStateFile(tmp_path).write(KEPT)

    assert done == ["on the disk", "named"]
    assert InstanceStateFile(tmp_path).read() == KEPT
