"""How content files are read: `core.yamlfile`, under the name content knows it by."""

from windchime.core.yamlfile import MAX_BYTES, BadYaml, parse, read

__all__ = ["MAX_BYTES", "BadYaml", "parse", "read"]
