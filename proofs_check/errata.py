"""Errata: every statement of a document that fails as printed, as Markdown, made by running its claims."""

import re
from collections import Counter
from importlib import import_module

from proofs_check.checks import Certificate
from proofs_check.claim import FAULTS, SUPPORTED
from proofs_check.claims import all_claims
from proofs_check.report import how

INTRODUCTION = """\
Each entry has what is printed, a witness against it that paper and pencil can confirm, the kind of fault, and a
corrected statement, which was checked like any other claim. {counts}

* *Printed* is what the document says as a sentence, under the conditions named, and its formula as it stands there.
* A *misprint* has one obvious repair, with which the statement and its uses are true; to a statement with a *missing
  hypothesis* something must be added; else it is *wrong*.
* Witnesses are given in fractions and were decided in exact arithmetic or by rigorous balls. "Violated by" is the
  difference of two sides that should be equal, or by how much an inequality fails, or 1 where a condition does. A net
  is told layer by layer, W with one row for each unit, and x and y with one row for each sample; `squared_error` is
  1/(2n) sum ||f(x) - y||^2 over n samples. Outside of the displayed formulas mathematics is in plain characters.
* Of a corrected statement, *proved* means that an exact certificate was re-checked, *certified* that every case tried
  was decided exactly, *held* that some were decided in floats or agreed to 256 bits. Each has a control: a false
  neighbour, which the same check refutes.
* The text that was read was made from a PDF: what that may have lost is not counted as an erratum.

This file is written by `proofs-check errata {document} -o FILE`, from the claims and never by hand. One claim in full:
`proofs-check show ID`."""


def documents():
    """The keys of the documents that have claims, which may have errata."""
    return tuple(dict.fromkeys(claim.document for claim in all_claims().values()))


def needed(document):
    """The ids to run: of the claims that are said to fail and that the document makes, and of their corrections."""
    failing = [claim for claim in all_claims().values()
               if claim.document == document and claim.fault and not claim.ours]
    return list(dict.fromkeys([claim.id for claim in failing] + [claim.correction for claim in failing]))


def markdown(document, results):
    """The errata of a document as Markdown, in its order, from the results of the `needed` claims.

    A claim that was not refuted after all has no entry.
    """
    found = {result.claim.id: result for result in results}
    entries = sorted((result for result in results if result.verdict == "refuted" and not result.claim.ours),
                     key=lambda result: place(result.claim))
    blocks = [f"# Errata of {document}", str(import_module(f"proofs_check.claims.{document}").__doc__),
              INTRODUCTION.format(document=document, counts=_counts(entries))]
    if entries:
        blocks += ["## Contents", _contents(entries)]
    part = None
    for result in entries:
        if part != (part := _part(result.claim.locator)):
            blocks.append(f"## {part}")
        blocks += entry(result, found[result.claim.correction])
    return "\n\n".join(blocks) + "\n"


def entry(result, correction):
    """The blocks of one entry."""
    claim, evidence = result.claim, result.evidence
    yield f"### `{claim.id}`"
    yield f"{_plain(claim.locator)}. Fault: **{claim.fault}**."
    yield f"**Printed.** {_plain(claim.statement)}"
    yield from _formula(claim)
    computed = isinstance(claim.check, Certificate)
    found = "Not true, computed exactly:" if computed else f"The statement is {_plain(evidence.finding)}, at"
    yield f"**Witness.** {_plain(claim.explanation)} {found}" if claim.explanation else f"**Witness.** {found}"
    yield _verbatim("\n".join(re.split(BETWEEN_FACTS if computed else BETWEEN_FIELDS, evidence.witness)))
    yield f"**Corrected** (`{correction.claim.id}`). {_plain(correction.claim.statement)}"
    yield from _formula(correction.claim)
    yield _how_checked(correction)


def _formula(claim):
    yield f"$$\n{_display(claim.tex)}\n$$" if claim.tex else _verbatim(claim.formula)
    if claim.hypotheses:
        yield f"Under: {_plain('; '.join(claim.hypotheses))}."


def _how_checked(result):
    """Its verdict, how many cases were asked for (how many were drawn can differ between versions), its control."""
    n = result.evidence.cases
    what = f"{n} exact fact{'s' * (n != 1)}" if isinstance(result.claim.check, Certificate) else how(result.claim.check)
    words = f"Checked: **{result.verdict}** ({what})."
    if result.verdict in SUPPORTED and result.claim.control:
        words += f" The same check refutes this: {_plain(result.claim.control.statement)}."
    return words


def _counts(entries):
    if not entries:
        return "Of the statements that were checked so far none fails."
    number = Counter(result.claim.fault for result in entries)
    kinds = ", ".join(f"{number[fault]} {fault}" for fault in FAULTS if number[fault])
    number_of_them = "is 1 entry" if len(entries) == 1 else f"are {len(entries)} entries"
    return f"There {number_of_them} ({kinds})."


def _contents(entries):
    return "\n".join(f"* {_plain(result.claim.locator)}: [`{result.claim.id}`](#{_anchor(result.claim.id)}), "
                     f"{result.claim.fault}" for result in entries)


def _anchor(text):
    """The anchor that common renderers give a heading: letters, digits and hyphens of it."""
    return re.sub(r"[^a-z0-9-]", "", text)


BETWEEN_FACTS = "; "
BETWEEN_FIELDS = r"; (?![^{]*\})"
"""In the text of a witness: facts of a certificate; fields of a case, but not those of a case within a case."""
MARKUP = re.compile(r"[*~<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Characters that Markdown would take for emphasis, strike-through or HTML; of underscores not those inside of words."""
DISPLAY = {r"\\": r"\cr", r"\|": r"\Vert", r"\,": r"\thinspace", r"\;": r"\enspace", r"\{": r"\lbrace",
           r"\}": r"\rbrace", r"\#": r"\mathrm{card}"}
"""TeX's commands of one punctuation mark, of which some renderers of Markdown eat the backslash, as words."""
SUBSCRIPT = re.compile(r"(?<![A-Za-z0-9])_(?=\S)")
"""An underscore that the same renderers take for the start of emphasis: a space behind it, which TeX skips, prevents it."""


def _plain(text):
    return MARKUP.sub(r"\\\g<0>", text)


def _display(tex):
    words = re.sub(r"(\\[^A-Za-z\s])([A-Za-z]?)",
                   lambda found: DISPLAY[found[1]] + (f" {found[2]}" if found[2] else ""), tex)
    return SUBSCRIPT.sub("_ ", words).strip()


def _verbatim(text):
    return f"```text\n{text}\n```"


# --- the order of the document -------------------------------------------------------------------------

KINDS = ("Abstract", "Figure", "Section", "Appendix")
LANDMARKS = ("first paragraph", "first formula", "second step", "second paragraph", "Theorem 1", "Remark 2", "Eqn (1)",
             "Eqn (2)", "Theorem 3", "Algorithm 1", "Algorithm 2", "Table 1")
"""Within a section, as they follow each other in the documents; what names none of them comes behind."""


def place(claim):
    """A key that sorts claims as they stand in their document; those of one place as they are listed."""
    kind, number = _section(claim.locator)
    landmarks = [(claim.locator.index(mark), i) for i, mark in enumerate(LANDMARKS) if mark in claim.locator]
    numbers = [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in number.split(".")]
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), numbers, min(landmarks)[1] if landmarks else
            len(LANDMARKS), list(all_claims()).index(claim.id))


def _section(locator):
    """('Section', '4') of 'Section 4, Theorem 3'; ('Appendix', 'B.2.1') of 'Appendix B.2.1, last formula'."""
    kind, _, number = locator.partition(",")[0].partition(" ")
    return kind, re.sub(r"[^A-Z0-9.].*", "", number)


def _part(locator):
    """'Section 4' of 'Section 4.1, Theorem 3'; 'Appendix B' of 'Appendix B.2.1, last formula'."""
    kind, number = _section(locator)
    return f"{kind} {number.partition('.')[0]}".strip()
