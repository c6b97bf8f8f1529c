"""Whose turn it is: what is going to change something waits for its turn without a thread, so that readers find one.

The writers of a bank come one after another. A request that waits for the bank's lock holds a thread; were there no turns, as
many of them as there are threads would keep everybody waiting, at all banks of the server.
"""

from asyncio import Semaphore

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.service.http.forgery import SAFE

#: threads of one process that no writer takes
READERS = 8
#: requests of one process that may write at once, shared out among its banks, which have one each at least
WRITERS = 8
#: the way to another provider and back, which strangers may go: its pages write though they are only looked at
ELSEWHERE = "/sign-in/elsewhere"


def share(banks: int) -> int:
    """Turns of each of so many banks."""
    return max(1, WRITERS // max(1, banks))


def writes(scope: Scope) -> bool:
    """Whether a request may come to write: by its method, or its address."""
    return scope["method"] not in SAFE or scope["path"].startswith(ELSEWHERE)


async def in_turn(turns: Semaphore, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that may write when it is its turn.

    It waits once it is told to the end, and its turn is over when the answer begins: callers who are slow to tell or to take
    hold nobody up. Without a turn no answer needs a thread: the applications read what they are told before anything else.
    """
    held = answered = False

    async def begin() -> None:
        nonlocal held
        if not held and not answered:
            await turns.acquire()
            held = True

    def end() -> None:
        nonlocal held, answered
        if held:
            turns.release()
        held, answered = False, True

    async def told() -> Message:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            await begin()
        return message

    async def sent(message: Message) -> None:
        end()
        await send(message)

    try:
        if scope["method"] in SAFE:
            await begin()
        await app(scope, told, sent)
    finally:
        end()
