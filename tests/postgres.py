"""A PostgreSQL server of the tests' own: a private cluster on a unix socket, started when first asked for."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: of Debian's packages, newest first; elsewhere the programs are looked for on the path
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    return next((p for p in PLACES if (p / "pg_ctl").exists()), Path(found).parent if found else None)


@contextmanager
def server(bin_folder: Path, *, durable: bool = False) -> Iterator[str]:
    """The address of a database on a fresh server, which is stopped and removed at the end.

    Args:
        bin_folder: see `programs`.
        durable: whether commits reach the disk, as in production; tests that measure or kill machines want it.
    """
    # the path of a unix socket has at most some hundred characters: not under pytest's own folder
    folder = Path(tempfile.mkdtemp(prefix="wc-pg-"))
    user = _not_root(folder)
    try:
        _run(user, bin_folder / "initdb", "-D", folder / "data", "-U", "windchime", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-k {folder} -h '' -c fsync={'on' if durable else 'off'} -c max_connections=60"
        _run(user, bin_folder / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://windchime@/postgres?host={folder}"
        finally:
            _run(user, bin_folder / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> int | None:
    """The user to start the server as: `initdb` refuses root. None for whoever runs the tests."""
    if os.getuid():
        return None
    user = next(u for u in pwd.getpwall() if u.pw_name in ("postgres", "nobody"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)
    return user.pw_uid


def _run(user: int | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(c) for c in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
