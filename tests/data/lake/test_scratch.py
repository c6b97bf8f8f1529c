"""Scratch folders are gone when their maker is, even one that was killed."""

import subprocess
import sys
from pathlib import Path

from windchime.data.lake.scratch import scratch, sweep

MAKER = """
import sys, time
from pathlib import Path
from windchime.data.lake.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "secret").write_text("13800000000")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_folder_is_gone_at_the_end_and_one_in_use_is_left_alone(tmp_path: Path) -> None:
    with scratch(tmp_path) as mine:
        (mine / "a").write_text("b")
        with scratch(tmp_path) as other:
            assert mine.is_dir()
            assert other != mine
        assert not other.exists()
        assert sweep(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    maker = subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert maker.stdout is not None
    left = Path(maker.stdout.readline().strip())
    maker.kill()
    maker.wait()
    maker.stdout.close()
    assert (left / "secret").exists()
    with scratch(tmp_path):
        assert not left.exists()
