"""What the pages' tests share: what the app keeps of an image stays, a group's store is opened anew by each test.

A fault that nobody foresaw breaks the test instead of being told as a sentence.
"""

import pytest
import streamlit as st

from spatial import unforeseen
from spatial.pages import entry, group_watch
from spatial.record.base import open_record


@pytest.fixture(autouse=True)
def faults_break_the_test(request, monkeypatch):
    def raised(error):
        raise error

    if "tells_faults" not in request.fixturenames:
        monkeypatch.setattr(unforeseen, "tell_unforeseen", raised)


@pytest.fixture
def tells_faults():
    """Let the app tell of faults as it does for its users."""


@pytest.fixture(autouse=True)
def stores_apart(monkeypatch):
    """Let no test meet another's store: what the app keeps of an image goes by its content, a store by its place.

    A store is closed before the next is made: closed later, it would take the next one's log away.
    """
    stores = []

    def noted(*given, **known):
        stores.append(open_record(*given, **known))
        return stores[-1]

    monkeypatch.setattr(entry, "open_record", noted)
    yield
    for store in stores:
        store.close()
    entry._record.clear()
    group_watch._events.clear()


@pytest.fixture(scope="session")
def forget():
    """Return what lets the app keep nothing."""

    def forgotten():
        st.cache_resource.clear()
        st.cache_data.clear()

    return forgotten


@pytest.fixture
def nothing_kept(forget):
    """Let a test that puts something else in the image's place meet nothing of before, and leave nothing behind."""
    forget()
    yield
    forget()
