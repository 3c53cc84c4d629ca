"""The errata: what an entry has, the order, the command, and that the committed file is what the claims say."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from proofs_check import __main__ as command
from proofs_check import errata, runner
from proofs_check.claim import Claim, Control, Evidence, Result
from proofs_check.claims import all_claims

COMMITTED = {path.stem.removeprefix("errata-"): path
             for path in sorted((Path(__file__).parents[2] / "docs").glob("errata-*.md"))}
QUICK = ["yang2022.appendix-c1.cifar10-c", "yang2022.appendix-c1.cifar10-c.corrected"]
YANG = [claim for claim in all_claims().values() if claim.document == "yang2022"]
every_document = pytest.mark.parametrize("document", COMMITTED)


@pytest.fixture
def quick(monkeypatch):
    """The errata of two claims only."""
    monkeypatch.setattr(errata, "needed", lambda document: QUICK)


def refuted(claim_id="yang2022.eq-1", **fields):
    """The result of a made-up claim, refuted, and of its correction."""
    claim = Claim(claim_id, "Section 3, Eqn (1)", "A * B for R~ < 1.", "a = b", None, ("c > 0",), fault="wrong",
                  correction="yang2022.eq-2", **fields)
    corrected = Claim("yang2022.eq-2", "Section 4, Eqn (2)", "B.", "b = b", None, control=Control("C", None), ours=True)
    evidence = Evidence("refuted", 1, "violated by 1/2 (fractions)", "a = 1; first = {b = 2; c = 3}")
    certified = Result(corrected, Evidence("certified", 7, "fine"), Evidence("refuted", 1, "no"), 0.0)
    return Result(claim, evidence, None, 0.0), certified


def test_an_entry_has_place_print_fault_witness_correction_and_how_that_was_checked():
    blocks = list(errata.entry(*refuted(tex=r"\|a\| = b", explanation="Half of a is not a.")))
    assert blocks[0] == "### `yang2022.eq-1`"
    assert blocks[1] == "Section 3, Eqn (1). Fault: **wrong**."
    assert blocks[2] == r"**Printed.** A \* B for R\~ \< 1."
    assert blocks[3] == "$$\n\\Vert a\\Vert = b\n$$"
    assert blocks[4] == "Under: c > 0."
    assert blocks[5] == "**Witness.** Half of a is not a. The statement is violated by 1/2 (fractions), at"
    assert blocks[6] == "```text\na = 1\nfirst = {b = 2; c = 3}\n```"
    assert blocks[7] == "**Corrected** (`yang2022.eq-2`). B."
    assert blocks[8] == "```text\nb = b\n```"
    assert blocks[9] == "Checked: **certified** (nonetype). The same check refutes this: C."


def test_a_correction_that_is_not_supported_is_told_as_it_is():
    broken, corrected = refuted()
    void = Result(corrected.claim, Evidence("void", 0, "the check broke"), None, 0.0)
    assert list(errata.entry(broken, void))[-1] == "Checked: **void** (nonetype)."


def test_only_what_was_refuted_and_is_the_documents_own_has_an_entry():
    results = [runner.run(all_claims()[claim_id]) for claim_id in QUICK]
    assert "## Contents\n\n* Appendix C.1.1, d: [`" in errata.markdown("yang2022", results)
    assert "There is 1 entry (1 misprint)." in errata.markdown("yang2022", results)
    held = Result(results[0].claim, Evidence("held", 1, "fine"), None, 0.0)
    none = errata.markdown("yang2022", [held, results[1]])
    assert "none fails." in none and "## Contents" not in none


def test_every_failing_claim_of_the_document_is_run_with_its_correction():
    verdicts, needed = runner.recorded(), errata.needed("yang2022")
    failing = {claim.id for claim in YANG if verdicts[claim.id] == "refuted" and not claim.ours}
    assert len(failing) >= 30
    assert failing | {all_claims()[claim_id].correction for claim_id in failing} == set(needed)


def test_entries_stand_in_the_order_of_the_document():
    def claims(*locators):
        return [Claim("yang2022.eq-1", locator, "", "", None) for locator in locators]
    ordered = claims("Abstract, second", "Section 1", "Section 3, proof of Theorem 1", "Section 3, Remark 2",
                     "Section 3, around Eqn (1), as in Theorem 1", "Section 3, last sentence", "Section 4",
                     "Section 5, first paragraph", "Section 5.1, Table 1", "Section 10", "Appendix A.4", "Appendix B.1",
                     "Appendix B.2.1", "Appendix B.2.2", "Appendix C.1")
    assert sorted(reversed(ordered), key=errata.place) == ordered


def test_locators_name_a_section_an_appendix_a_figure_or_the_abstract():
    for claim in YANG:
        assert re.match(r"Abstract\b|(Section|Figure) \d|Appendix [ABC]", claim.locator), claim.id


def test_formulas_have_commands_that_every_renderer_keeps():
    formulas = {claim.id: errata._display(claim.tex) for claim in all_claims().values() if claim.tex}
    assert not [claim_id for claim_id, tex in formulas.items() if re.search(r"\\[^A-Za-z\s]|\$|%|\n\n", tex)]
    assert not [claim_id for claim_id, tex in formulas.items() if r"\thickspace" in tex]  # MathJax has none
    for claim_id, tex in formulas.items():
        assert tex.count("{") == tex.count("}"), claim_id
        assert tex.count(r"\begin") == tex.count(r"\end"), claim_id


def test_underscores_of_formulas_and_words_are_no_emphasis():
    assert errata._plain("||v_i||_2 X W^2j_:,i") == r"||v_i||\_2 X W^2j\_:,i"
    assert errata._display(r"P^{k}_{:,i} \sum_{i}\; x'_k\} ") == r"P^{k}_ {:,i} \sum_{i}\enspace x'_ k\rbrace"


@every_document
def test_the_committed_file_has_no_emphasis(document):
    _, _, entries = COMMITTED[document].read_text().partition("## Contents")
    rendered = MarkdownIt().render(entries)  # as by a renderer that takes the formulas for text
    assert not re.findall(r".{0,40}<(?:em|del|br|img).{0,40}", rendered)


# --- the committed files -------------------------------------------------------------------------------

def test_there_is_one_of_each_document_that_is_done():
    assert set(COMMITTED) >= {"yang2022", "wen2021"}


@every_document
def test_the_committed_file_has_every_recorded_refutation_and_no_other(document):
    headings = re.findall(r"^### `(.*)`$", COMMITTED[document].read_text(), re.MULTILINE)
    verdicts = runner.recorded()
    assert sorted(headings) == sorted(claim.id for claim in all_claims().values() if claim.document == document
                                      and verdicts[claim.id] == "refuted" and not claim.ours)


@every_document
@pytest.mark.slow
def test_the_committed_file_is_what_the_claims_say_now(document):
    results = list(runner.run_all(errata.needed(document)))
    assert errata.markdown(document, results) == COMMITTED[document].read_text(), (
        f"stale: proofs-check errata {document} -o docs/errata-{document}.md")


# --- the command ---------------------------------------------------------------------------------------

def test_the_command_prints_markdown(quick, capsys):
    assert command.main(["errata", "yang2022", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Errata of yang2022\n\nYang et al. 2022, A Better Way to Decay")
    assert "the 15 in the list are 18" in out and "The same check refutes this: it names 18." in out


def test_the_command_writes_a_file(quick, tmp_path, capsys):
    path = tmp_path / "errata.md"
    assert command.main(["errata", "yang2022", "-o", str(path), "--jobs", "1"]) == 0
    assert capsys.readouterr().out == ""
    assert command.main(["errata", "yang2022", "--jobs", "1"]) == 0
    assert capsys.readouterr().out == path.read_text()


def test_a_changed_verdict_is_told_beside_the_errata(quick, monkeypatch, tmp_path, capsys):
    snapshot = tmp_path / "verdicts.json"
    snapshot.write_text('{"yang2022.appendix-c1.cifar10-c": "proved"}')
    for function in (runner.recorded, runner.changes):
        monkeypatch.setattr(function, "__defaults__", (snapshot,))
    assert command.main(["errata", "yang2022", "--jobs", "1"]) == 1
    assert "was proved, is refuted" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "message"), [
    ((), "errata needs one document of parhi2024, wen2021, yang2022: it got none"),
    (("nonsense2020",), "it got nonsense2020"),
    (("yang2022", "wen2021"), "it got yang2022 wen2021"),
    (("yang2022", "-o", "/nowhere/errata.md"), "-o /nowhere/errata.md: there is no folder /nowhere"),
    (("yang2022", "-o", "/"), "-o /: it is no file"),
    (("yang2022", "--accept"), "errata goes with"),
    (("yang2022", "--list"), "errata goes with"),
])
def test_unusable_arguments_are_known_before_the_work(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr(runner, "run_all", None)
    assert command.main(["errata", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_output_file_without_errata_is_an_error(tmp_path, capsys):
    assert command.main(["yang2022.section-1.*", "-o", str(tmp_path / "found")]) == 2
    assert "-o goes with errata" in capsys.readouterr().err


def test_an_interrupted_run_writes_nothing(quick, monkeypatch, tmp_path, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(runner, "run_all", interrupted)
    path = tmp_path / "errata.md"
    path.write_text("as before")
    assert command.main(["errata", "yang2022", "-o", str(path), "--jobs", "1"]) == 1
    assert path.read_text() == "as before"
    assert "interrupted after 0 of 2 claims" in capsys.readouterr().err
