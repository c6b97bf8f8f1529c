"""The examples of deployment: they parse, name what exists, hold no secret, and ask for no more than is needed."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from windchime.core.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text(encoding="utf8"))
MANIFESTS = [
    (file.name, body)
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for body in yaml.safe_load_all(file.read_text(encoding="utf8"))
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
FILES = [f for f in sorted(DEPLOY.rglob("*")) if f.is_file()]
CONTAINERFILE = (DEPLOY / "container/Containerfile").read_text(encoding="utf8")


def kind(name: str) -> list[dict[str, Any]]:
    return [body for _file, body in MANIFESTS if body["kind"] == name]


def pod() -> dict[str, Any]:
    (found,) = kind("StatefulSet")
    spec: dict[str, Any] = found["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(DEPLOY)))
def test_settings_that_are_named_are_documented(file: Path) -> None:
    known = set(re.findall(r"WINDCHIME_[A-Z_]+", (ROOT / "docs/reference/settings.md").read_text(encoding="utf8")))
    of_compose = {"WINDCHIME_IMAGE", "WINDCHIME_PUBLISHED"}
    assert set(re.findall(r"WINDCHIME_[A-Z_]+", file.read_text(encoding="utf8"))) <= known | of_compose


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(DEPLOY)))
def test_no_secret_stands_in_a_file(file: Path) -> None:
    said = file.read_text(encoding="utf8")
    assert not re.search(r"[0-9a-f]{32,}|BEGIN [A-Z ]*PRIVATE|://[a-z]+:[^%<@/]+@", said)
    assert not re.search(
        r"(?i)(password|secret|token|key)\s*[=:]\s*['\"]?[A-Za-z0-9+/]{12,}['\"]?\s*$", said, re.MULTILINE
    )


def commands() -> list[list[str]]:
    words = [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    words += [container["args"] for container in pod()["containers"]]
    for unit in UNITS:
        line = next(x for x in unit.read_text().splitlines() if x.startswith("ExecStart="))
        words.append(line.split()[1:])
    words.append(re.findall(r'"([^"]+)"', CONTAINERFILE.partition("\nCMD")[2]))
    words.append(re.findall(r'"([^"]+)"', CONTAINERFILE.partition("HEALTHCHECK")[2].partition("\nENTRY")[0])[1:])
    tests = [s["healthcheck"].get("test", ["", ""]) for s in COMPOSE["services"].values()]
    words += [test[2:] for test in tests if test[1] == "windchime"]
    return words


def test_commands_are_understood() -> None:
    """Each is parsed by the command line itself, with `--help` so that nothing runs."""
    from typer.main import get_command

    from windchime.cli.commands import app

    root = get_command(app)
    for words in commands():
        context = root.make_context("windchime", [*words, "--help"], resilient_parsing=True)
        name, command, rest = root.resolve_command(context, list(words))  # type: ignore[attr-defined]  # a group
        if hasattr(command, "commands"):
            name, command, rest = command.resolve_command(context, rest)
        assert command is not None, name
        made = command.make_context(name, rest, parent=context)
        assert made.params


def test_settings_of_the_examples_are_accepted(tmp_path: Path) -> None:
    """What the examples set is read by the settings' own reader; files of secrets are there."""

    def read(named: dict[str, str]) -> Settings:
        (tmp_path / "file").write_text("postgresql://user@host/database")
        plain = {k: re.sub(r"\$\{\w+:[-?](.*)\}", r"\1", str(v)) for k, v in named.items()}
        return Settings.from_environment(
            {k: str(tmp_path / "file") if k.endswith("_URL_FILE") else v for k, v in plain.items()}
            | {"WINDCHIME_HOSTS": "a.b"}
        )

    compose = read(COMPOSE["services"]["server"]["environment"])
    cluster = read(kind("ConfigMap")[0]["data"])
    lines = (DEPLOY / "systemd/windchime.env").read_text(encoding="utf8").splitlines()
    machine = read(dict(line.split("=", 1) for line in lines if line and not line.startswith("#")))
    for settings in (compose, cluster, machine):
        assert settings.vault_key_file is not None
        assert settings.secrets_key_file is not None
        assert settings.database_url == "postgresql://user@host/database"


def test_the_image_is_built_from_hashed_locks_and_runs_as_nobody_in_particular() -> None:
    installs = [line for line in CONTAINERFILE.splitlines() if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps wheels" in line for line in installs)
    assert len(installs) == 3
    assert "PIP_ONLY_BINARY=:all:" in CONTAINERFILE
    last = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001" in last
    copied = {word for line in CONTAINERFILE.splitlines() if line.startswith("COPY ") for word in line.split()[1:-1]}
    for path in copied - {"--from=build", "/opt/windchime"}:
        assert (ROOT / path.replace("${LOCK}", "runtime")).exists(), path
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == {
        p.split("/")[0] for p in copied - {"--from=build", "/opt/windchime"}
    }


def test_containers_of_compose_have_the_least() -> None:
    for name in ("server", "worker"):
        service = COMPOSE["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["user"].startswith("10001")
        assert "no-new-privileges:true" in service["security_opt"]
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    database = COMPOSE["services"]["database"]
    assert database["networks"] == ["inner"]
    assert "ports" not in database
    assert COMPOSE["networks"]["inner"]["internal"]
    made = (DEPLOY / "compose/secrets.sh").read_text()
    assert all(name in made for name in COMPOSE["secrets"])


def test_the_pod_has_the_least() -> None:
    spec = pod()
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        least = container["securityContext"]
        assert least == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        mounted = {m["name"] for m in container["volumeMounts"]}
        assert mounted <= {v["name"] for v in spec["volumes"]} | {"home"}
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(spec["containers"][0])
    policies = {p["metadata"]["name"]: p["spec"] for p in kind("NetworkPolicy")}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    named = {
        body["metadata"]["namespace"] for _f, body in MANIFESTS if body["kind"] not in ("Namespace", "Kustomization")
    }
    assert named == {"windchime"}
    (listed,) = kind("Kustomization")
    assert {*listed["resources"]} == {f for f, b in MANIFESTS if b["kind"] != "Kustomization" and "example" not in f}


@pytest.mark.parametrize("unit", UNITS, ids=lambda f: f.name)
def test_units_are_understood_and_closed(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/windchime/bin/windchime", "/bin/true"))
    checked = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        [program, "security", "--offline=yes", "--threshold=20", "--no-pager", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-300:]


def option(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None


def test_ports_agree_from_the_server_to_whoever_asks() -> None:
    """The port that a server listens on is the one its image, container, probes and service name."""
    (exposed,) = re.findall(r"^EXPOSE (\d+)", CONTAINERFILE, re.MULTILINE)
    asked = re.findall(r'"([^"]+)"', CONTAINERFILE.partition("\nCMD")[2])
    service = COMPOSE["services"]["server"]
    (published,) = service["ports"]
    assert option(asked, "--port") == option(service["command"], "--port") == published.rpartition(":")[2] == exposed
    server = pod()["containers"][0]
    (port,) = server["ports"]
    assert str(port["containerPort"]) == option(server["args"], "--port") == exposed
    (outside,) = kind("Service")
    assert [p["targetPort"] for p in outside["spec"]["ports"]] == [port["name"]]
    assert (
        outside["spec"]["selector"].items() <= kind("StatefulSet")[0]["spec"]["template"]["metadata"]["labels"].items()
    )
    policy = next(p for p in kind("NetworkPolicy") if p["metadata"]["name"] == "windchime")
    assert [p["port"] for p in policy["spec"]["ingress"][0]["ports"]] == [port["name"]]


def test_probes_ask_what_is_answered_without_a_name_or_a_session() -> None:
    from windchime.service.http.paths import ALIVE, READY

    server = pod()["containers"][0]
    probes = {name: server[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {(p["scheme"], p["port"]) for p in probes.values()} == {("HTTPS", "https")}
    # one that lives and cannot reach its database is not killed for it
    assert probes["livenessProbe"]["path"] == probes["startupProbe"]["path"] == ALIVE
    assert probes["readinessProbe"]["path"] == READY


def test_images_are_named_by_the_version_that_is_here() -> None:
    from windchime import __version__

    images = [service["image"] for service in COMPOSE["services"].values()]
    images += [container["image"] for container in pod()["containers"]]
    images += re.findall(r"^(?:ARG PYTHON=|FROM )(\S+)", CONTAINERFILE, re.MULTILINE)
    images += re.findall(r"WINDCHIME_IMAGE=(\S+)", (DEPLOY / "compose/.env.example").read_text(encoding="utf8"))
    named = [image for image in images if "$" not in image]
    assert len(named) >= 4
    for image in named:
        tag = image.rpartition("/")[2].partition(":")[2]
        assert tag, image
        assert tag != "latest"
        assert "windchime" not in image or tag == __version__


def test_files_that_commands_and_settings_name_are_mounted() -> None:
    """What is to be read under /run/secrets is a secret of compose, or lies below a mount of the pod."""
    for name in ("server", "worker"):
        service = COMPOSE["services"][name]
        named = re.findall(r"/run/secrets/(\w+)", " ".join([*service["command"], *service["environment"].values()]))
        assert set(named) == set(service["secrets"])
    settings = kind("ConfigMap")[0]["data"]
    keys = {key for body in kind("Secret") for key in body["stringData"]}
    for container in pod()["containers"]:
        mounts = {m["mountPath"]: m["name"] for m in container["volumeMounts"]}
        named = [word for word in (*container["args"], *settings.values()) if word.startswith("/")]
        for path in named:
            assert any(path == mount or path.startswith(f"{mount}/") for mount in mounts), path
            if mounts.get(str(Path(path).parent)) == "secrets":
                assert Path(path).name in keys
    assert settings["WINDCHIME_HOME"] in {m["mountPath"] for m in pod()["containers"][0]["volumeMounts"]}
