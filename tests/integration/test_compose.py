"""docker-compose.yml and the Dockerfile say what works: no container engine is needed to try it."""

import contextlib
import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.cast import PASSWORD
from tests.integration.compose_loop import walk
from tests.integration.processes import (
    HOST,
    ROOT,
    VARIABLE,
    Deployment,
    Visitor,
    compose,
    deployment,
    example_variables,
    interpolated,
)

SERVICES = compose()["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def test_compose_file_is_valid() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_name_that_a_service_uses_exists() -> None:
    whole = compose()
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service.get("networks", [])) <= set(whole["networks"]), name
        assert set(service.get("secrets", [])) <= set(whole["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in whole["volumes"] or (ROOT / source).exists(), volume


def test_every_secret_that_a_service_reads_is_given_to_it() -> None:
    for name, service in SERVICES.items():
        text = f"{service.get('environment', {})} {service.get('command', '')}"
        assert set(re.findall(r"/run/secrets/(\w+)", text)) <= set(service.get("secrets", [])), name


def test_every_variable_has_a_default_or_an_example() -> None:
    used = {found["name"] for found in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert used == set(example_variables())


def test_missing_variable_stops_the_start_with_a_sentence() -> None:
    with pytest.raises(LookupError, match="Set PAINCLINIC_HOST"):
        interpolated("${PAINCLINIC_HOST:?Set PAINCLINIC_HOST in .env}", {})


def test_a_service_waits_only_for_health_that_is_checked() -> None:
    for service in SERVICES.values():
        for needed, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "test" in SERVICES[needed]["healthcheck"], needed


@pytest.mark.parametrize("service", OURS.values(), ids=OURS)
def test_our_containers_may_do_little(service: dict[str, Any]) -> None:
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "user" not in service  # the image's own, which is not root


def test_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["painclinic"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_image_holds_every_package_of_the_application() -> None:
    kept = (ROOT / ".dockerignore").read_text()
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert packages
    for package in packages | {"templates", "static", "deploy", "manage.py", "requirements.txt"}:
        assert f"!{package}\n" in kept, package


def test_only_the_owner_of_the_tables_gets_the_owners_password() -> None:
    holders = {name for name, service in OURS.items() if "database_owner_url" in service["secrets"]}
    assert holders == {"migrate"}


def test_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    command = ["sh", "deploy/make-secrets", tmp_path / "secrets"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert set(first) | {"email_url"} == set(compose()["secrets"])
    assert len(first["secret_key"]) >= 50


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(tmp_path_factory.mktemp("compose")) as prepared:
        prepared.start("worker")
        prepared.start("beat")
        prepared.start("web", 1)
        prepared.start("web", 2)
        prepared.wait_until_healthy()
        yield prepared


@pytest.mark.slow
def test_every_web_process_calls_everything_healthy(here: Deployment) -> None:
    for address in here.web:
        status, states = here.health(address)
        assert status == 200, states
    assert len(set(here.web)) == SERVICES["web"]["deploy"]["replicas"]


@pytest.mark.slow
@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_health_check_of_a_service_passes(here: Deployment, service: str) -> None:
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    assert kind == "CMD"
    here.run(service, *command, HEALTH_URL=f"http://{here.web[0]}/healthz")


@pytest.mark.slow
def test_health_check_of_a_dead_web_process_fails(here: Deployment) -> None:
    _, *command = SERVICES["web"]["healthcheck"]["test"]
    with pytest.raises(AssertionError, match="no answer"):
        here.run("web", *command, HEALTH_URL="http://127.0.0.1:1/healthz")


@pytest.mark.slow
def test_production_settings_pass_djangos_deployment_check(here: Deployment) -> None:
    here.run("web", "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING")


@pytest.mark.slow
def test_migrating_again_changes_nothing(here: Deployment) -> None:
    output = here.run("migrate", *here.command("migrate"))
    assert "No migrations to apply" in output


@pytest.mark.slow
def test_plain_http_is_sent_to_https(here: Deployment) -> None:
    with contextlib.closing(http.client.HTTPConnection(here.web[0], timeout=15)) as connection:
        connection.request("GET", "/help-now/", headers={"Host": HOST})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/help-now/")


@pytest.mark.slow
def test_pages_are_strict_about_https_and_static_files_are_cached_for_good(here: Deployment) -> None:
    visitor = Visitor(here)
    page = visitor.get("/sign-in/")
    assert page.status == 200
    assert "max-age" in page.headers["strict-transport-security"]
    styles = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', page.text)
    assert styles
    for style in styles:
        assert "immutable" in visitor.get(style).headers["cache-control"]


@pytest.mark.slow
def test_signing_in_on_one_web_process_holds_on_the_other(here: Deployment) -> None:
    here.shell("from tests.factories.cast import Cast; Cast()")
    visitor = Visitor(here)
    visitor.get("/sign-in/")
    landed = visitor.post("/sign-in/", {"login": "maria@example.org", "password": PASSWORD})
    assert landed.status == 200
    assert "__Host-session" in visitor.cookies
    for _ in here.web:
        assert visitor.get("/account/sessions/").status == 200
    assert set(visitor.asked) == set(here.web)


@pytest.mark.slow
def test_the_loop_goes_round_through_two_web_processes(here: Deployment) -> None:
    requests = walk(here)
    print(f"\nrequests: {requests}, mails: {len(here.mails())}")
