"""Where a page leads on to after signing in: addresses come with the request, and only ours are followed."""

from urllib.parse import urlsplit

#: of addresses a page leads on to; longer ones are no page of ours
LONGEST_PATH = 2000


def own_path(asked: str) -> str:
    """Where to go on to after signing in: the path asked for where it is one of ours, the first page otherwise.

    Browsers read a backslash as a slash, leave out controls, and take `//host` for another host: none of it is a path here.
    """
    plain = asked.isascii() and asked.isprintable() and " " not in asked and "\\" not in asked
    if not plain or len(asked) > LONGEST_PATH or not asked.startswith("/") or asked.startswith("//"):
        return "/"
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path == "/sign-out" or parts.path.startswith("/sign-in"):
        return "/"
    return asked
