"""The resources of the API, one module each; `routers` lists them in the order of the description."""

from windchime.api.resources import me

routers = tuple(module.router for module in (me,))

__all__ = ["routers"]
