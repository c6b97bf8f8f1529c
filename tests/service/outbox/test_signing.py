"""Signatures are those of the specification, and the receiver of the how-to believes them and no others."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from windchime.service.outbox import signing

PAGE = Path(__file__).parents[3] / "docs/how-to/webhooks.md"
Verified = Callable[..., bool]


def _of_the_page() -> Verified:
    """The function that the how-to tells receivers to use, as it stands there."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Verified = names["verified"]
    return found


verified = _of_the_page()


def test_the_example_of_the_specification() -> None:
    # the published test vector of the Standard Webhooks libraries
    secret, event = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    found = signing.signature(secret, event, 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.binary(max_size=200), event=st.uuids().map(str), place=st.integers(0, 10_000))
def test_a_receiver_believes_what_was_signed_and_no_changed_byte(body: bytes, event: str, place: int) -> None:
    secret = signing.new_secret()
    headers = dict(signing.headers([secret], event, datetime.now(UTC), body))
    assert verified([secret], headers, body)
    assert not verified([signing.new_secret()], headers, body)
    changed = bytearray(body or b"x")
    changed[place % len(changed)] ^= 1
    assert not verified([secret], headers, bytes(changed))
    assert not verified([secret], headers | {"webhook-id": event[::-1] + "x"}, body)


def test_old_and_strange_timestamps_are_refused() -> None:
    secret = signing.new_secret()
    old = dict(signing.headers([secret], "e", datetime.now(UTC) - timedelta(hours=1), b"{}"))
    assert not verified([secret], old, b"{}")
    assert not verified([secret], old | {"webhook-timestamp": "²"}, b"{}")


def test_during_a_rotation_either_secret_suffices() -> None:
    new, old = signing.new_secret(), signing.new_secret()
    headers = dict(signing.headers([new, old], "e", datetime.now(UTC), b"{}"))
    assert verified([new], headers, b"{}")
    assert verified([old], headers, b"{}")
    assert not verified([signing.new_secret()], headers, b"{}")


def test_a_secret_has_32_bytes_of_its_own() -> None:
    assert len({signing.new_secret() for _ in range(20)}) == 20
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", signing.new_secret())
