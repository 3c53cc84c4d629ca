"""The claims as data: what each must have, and that every control is refuted."""

import re

import pytest

from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import FAULTS
from proofs_check.claims import all_claims
from proofs_check.claims.yang2022 import section_1
from proofs_check.runner import recorded

DOCUMENTS = {"yang2022", "parhi2024", "liu2020", "banburski2019", "wen2021"}
CLAIMS = list(all_claims().values())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_is_complete(claim):
    assert claim.document in DOCUMENTS
    assert re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+", claim.id)
    assert claim.locator and claim.statement.endswith((".", ".)")) and claim.formula
    assert isinstance(claim.check, (ForAll, Certificate, Informal))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_refuted_claims_name_fault_and_correction_and_others_have_a_control(claim):
    if recorded()[claim.id] == "refuted":
        assert claim.fault in FAULTS
        assert recorded()[claim.correction] in {"proved", "certified", "held"}
    else:
        assert claim.fault is None and claim.correction is None
        assert claim.control or isinstance(claim.check, Informal)


def test_there_are_at_least_forty_claims_of_three_documents_both_supported_and_refuted():
    assert len(CLAIMS) >= 40
    assert {"yang2022", "parhi2024", "wen2021"} <= {claim.document for claim in CLAIMS}
    assert {"proved", "certified", "held", "refuted"} <= set(recorded().values())
    assert "void" not in recorded().values()


def test_snapshot_and_claims_are_of_the_same_ids():
    assert set(recorded()) == set(all_claims())


def test_two_claims_of_one_id_are_an_error(monkeypatch):
    monkeypatch.setattr(section_1, "CLAIMS", section_1.CLAIMS * 2)
    with pytest.raises(ValueError, match=r"yang2022.section-1.* is claimed twice"):
        all_claims.__wrapped__()
