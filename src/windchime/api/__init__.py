"""The HTTP API of a bank: what programs read and change, under `/api/v1`, described by OpenAPI."""

from windchime.api.app import create_api

__all__ = ["create_api"]
