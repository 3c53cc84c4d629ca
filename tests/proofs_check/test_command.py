"""The command as a user types it."""

import json
import subprocess
import sys

import pytest

from proofs_check import __main__ as command
from proofs_check import runner
from proofs_check.claims import all_claims

QUICK = "yang2022.section-1.[ah]*"


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    """A copy of the snapshot that a test may spoil."""
    path = tmp_path / "verdicts.json"
    path.write_text(runner.SNAPSHOT.read_text())
    for function in (runner.recorded, runner.changes, runner.accept):
        monkeypatch.setattr(function, "__defaults__", (path,))
    return path


def test_quick_claims_pass_and_are_counted(capsys):
    assert command.main([QUICK, "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert "yang2022.section-1.homogeneous-unit" in out and "2 claims: 1 proved, 1 certified" in out


def test_runs_as_a_module_with_workers():
    answer = subprocess.run([sys.executable, "-m", "proofs_check", QUICK, "--jobs", "2"], capture_output=True, text=True,
                            check=False)
    assert answer.returncode == 0, answer.stderr
    assert "2 claims" in answer.stdout


def test_list_runs_nothing_and_names_every_claim(capsys):
    assert command.main(["--list"]) == 0
    out = capsys.readouterr().out
    assert all(claim_id in out for claim_id in all_claims())


def test_show_prints_everything_of_a_claim(capsys):
    assert command.main(["show", "wen2021.algorithm-2", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    for part in ("Section", "hypotheses", "witness", "missing hypothesis", "wen2021.algorithm-2.outside"):
        assert part in out


def test_json_has_the_promised_fields(tmp_path):
    path = tmp_path / "found.json"
    command.main(["yang2022.theorem-1.bias-outside", QUICK, "--json", str(path), "--jobs", "1"])
    found = json.loads(path.read_text())
    assert [entry["id"] for entry in found] == sorted(entry["id"] for entry in found) and len(found) == 3
    for entry in found:
        assert {"id", "document", "locator", "statement", "hypotheses", "verdict", "cases", "seconds", "witness", "fault",
                "correction", "control", "evidence"} <= set(entry)
    refuted = found[-1]
    assert refuted["verdict"] == "refuted" and refuted["fault"] == "missing hypothesis" and refuted["witness"]


def test_a_changed_verdict_is_named_and_can_be_accepted(snapshot, capsys):
    verdicts = json.loads(snapshot.read_text())
    snapshot.write_text(json.dumps(verdicts | {"yang2022.section-1.alpha-squared": "refuted"}))
    assert command.main([QUICK, "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert "yang2022.section-1.alpha-squared was refuted, is proved" in out and "--accept" in out
    assert command.main(["--accept", "yang2022.section-1.alpha-squared", "--jobs", "1"]) == 0
    assert json.loads(snapshot.read_text()) == verdicts


@pytest.mark.parametrize("text", ["{", "[]", '{"yang2022.eq-1": "surely"}'])
def test_a_broken_snapshot_is_reported_and_kept(snapshot, text, capsys):
    snapshot.write_text(text)
    assert command.main([QUICK, "--accept"]) == 2
    assert "verdicts.json" in capsys.readouterr().err
    assert snapshot.read_text() == text


def test_an_unknown_id_suggests_the_nearest(capsys):
    assert command.main(["yang2022.theorem-11"]) == 2
    assert "did you mean yang2022.theorem-1" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--examples", "-3"], ["--seed", "x"], ["--nonsense"]])
def test_unusable_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(arguments)
    assert stop.value.code == 2


def test_an_interrupted_run_keeps_what_was_found(monkeypatch, tmp_path, capsys):
    honest = runner.run_all

    def interrupted(*arguments):
        found = honest(*arguments)
        yield next(found)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_all", interrupted)
    path = tmp_path / "found.json"
    assert command.main([QUICK, "--json", str(path), "--jobs", "1"]) == 1
    assert len(json.loads(path.read_text())) == 1
    assert "interrupted after 1 of 2 claims" in capsys.readouterr().out


NETWORK = """
import numpy as np
from pathnorm_ref.architectures import mlp
net = mlp((3, 4, 2))
params = net.init(np.random.default_rng(0))
x = np.random.default_rng(1).standard_normal((20, 3))
y = np.random.default_rng(2).standard_normal((20, 2))
"""


def test_a_users_network_is_checked_and_reported(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(NETWORK)
    assert command.main(["--network", str(path)]) == 0
    out = capsys.readouterr().out
    for part in ("L1 path norm", "F = L + lam/2 R", "G = L + lam R~", "Lipschitz", "yang2022.theorem-1.stationary"):
        assert part in out
    assert "refuted" not in out


@pytest.mark.parametrize(("text", "message"), [
    ("net = 1", "it has no params, x, y"),
    ("1 / 0", "ZeroDivisionError"),
    (NETWORK + "x = x[:, :2]", "x has shape (20, 2)"),
    (NETWORK + "bias = 'absent'; y = y[:3]", "y has shape (3, 2)"),
    (NETWORK + "lam = -1", "lam is -1"),
])
def test_an_unusable_network_is_named(text, message, tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(text)
    assert command.main(["--network", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_a_json_file_that_cannot_be_written_is_known_before_the_work(capsys):
    assert command.main([QUICK, "--json", "/nowhere/found.json"]) == 2
    assert "/nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["float32", "Fraction"])
def test_networks_of_other_number_systems(kind, tmp_path, capsys):
    path = tmp_path / "mine.py"
    to = "np.float32" if kind == "float32" else "Fraction"
    path.write_text(f"""{NETWORK}
from fractions import Fraction
from pathnorm_ref.arrays import convert
params, x, y = convert((params, x, y), {to})
""")
    assert command.main(["--network", str(path)]) == 0
    assert "refuted" not in capsys.readouterr().out


def test_a_missing_network_file(capsys):
    assert command.main(["--network", "/nowhere.py"]) == 2
    assert "/nowhere.py" in capsys.readouterr().err
