"""What the pages' tests share: a fault that nobody foresaw breaks the test instead of being told as a sentence."""

import pytest

from spatial import unforeseen


@pytest.fixture(autouse=True)
def faults_break_the_test(request, monkeypatch):
    def raised(error):
        raise error

    if "tells_faults" not in request.fixturenames:
        monkeypatch.setattr(unforeseen, "tell_unforeseen", raised)


@pytest.fixture
def tells_faults():
    """Let the app tell of faults as it does for its users."""
