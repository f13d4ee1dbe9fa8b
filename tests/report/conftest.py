"""Studies of every kind and their pages, made once."""

from __future__ import annotations

import pytest

from prsim.report.study_page import render_study
from tests.report.synthetic_study import KINDS, SyntheticStudy, make_study


@pytest.fixture(scope="session")
def studies() -> dict[str, SyntheticStudy]:
    return {kind: make_study(kind, points) for kind, points in KINDS.items()}


@pytest.fixture(scope="session")
def english(studies: dict[str, SyntheticStudy]) -> dict[str, str]:
    return {kind: render_study(**study.parts()) for kind, study in studies.items()}
