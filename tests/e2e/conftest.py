import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import posthaste  # noqa: E402


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return posthaste.Certificates(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def good_pem(certificates):
    return certificates.make("good")


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text("open sesame")
    path.chmod(0o600)
    return path
