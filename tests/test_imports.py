"""The house stands: imports point down, room by room, in both packages; read from the source."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS = [  # from the ground up: a module imports from its own room and from those below
    "pathnorm_ref.version",
    "pathnorm_ref.arrays",
    "pathnorm_ref.euclidean",
    "pathnorm_ref.layers",
    "pathnorm_ref.losses",
    "pathnorm_ref.network",
    "pathnorm_ref.architectures",
    "pathnorm_ref.units",
    "pathnorm_ref.norms",
    "pathnorm_ref.prox",
    "pathnorm_ref.simplex",
    "pathnorm_ref.projections_tuned",
    "pathnorm_ref.projections",
    "pathnorm_ref.rescaling",
    "pathnorm_ref.objectives",
    "pathnorm_ref.training",
    "pathnorm_ref.regions",
    "pathnorm_ref.lipschitz",
    "pathnorm_ref.complexity",
    "pathnorm_ref.convex",
    "pathnorm_ref.data",
    "pathnorm_ref.experiments",
    "pathnorm_ref",
    "proofs_check.definitions",
    "proofs_check.describe",
    "proofs_check.claim",
    "proofs_check.decide",
    "proofs_check.checks",
    "proofs_check.certificates",
    "proofs_check.cases",
    "proofs_check.networks",
    "proofs_check.violations",
    "proofs_check.rescaled",
    "proofs_check.claims",
    "proofs_check.runner",
    "proofs_check.report",
    "proofs_check.errata",
    "proofs_check.conformance",
    "proofs_check.__main__",
    "proofs_check",
]


def imports(root, package):
    """{module: the modules and names that it imports} of a package, from the source, in functions too."""
    modules = {}
    for path in sorted((root / package).rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        modules[module] = set(_imported(ast.parse(path.read_text())))
    return modules


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def graph(modules):
    """{module: those of `modules` that it imports}; a name imported from a module counts as the module."""
    return {module: {name if name in modules else name.rpartition(".")[0] for name in names} & modules.keys() - {module}
            for module, names in modules.items()}


def room(module):
    """The room in which a module stands. Fails for a module that has none: enter it in ROOMS."""
    parts = module.split(".")
    found = ".".join(parts[:2])
    assert found in ROOMS, f"{module} stands in no room: enter {found} in ROOMS, where it belongs"
    return ROOMS.index(found)


def upward(modules):
    """The imports that point up, as (module, imported)."""
    return [(module, other) for module, others in graph(modules).items() for other in others
            if room(other) > room(module)]


@pytest.fixture(scope="module")
def modules():
    return imports(ROOT, "pathnorm_ref") | imports(ROOT, "proofs_check")


def test_imports_point_down(modules):
    assert upward(modules) == []


def test_there_are_no_cycles(modules):
    TopologicalSorter(graph(modules)).prepare()


def test_pathnorm_ref_never_imports_proofs_check(modules):
    assert [module for module, names in modules.items() if module.startswith("pathnorm_ref")
            and any(name.split(".")[0] == "proofs_check" for name in names)] == []


def test_one_module_imports_array_api_compat(modules):
    assert [module for module, names in modules.items()
            if any(name.split(".")[0] == "array_api_compat" for name in names)] == ["pathnorm_ref.arrays"]


def test_the_definitions_import_nothing_of_ours(modules):
    assert not {name.split(".")[0] for name in modules["proofs_check.definitions"]} & {"pathnorm_ref", "proofs_check"}


def test_a_package_re_exports_its_own_folder_only(modules):
    for path in (*ROOT.glob("pathnorm_ref/**/__init__.py"), *ROOT.glob("proofs_check/**/__init__.py")):
        package = ".".join(path.parent.relative_to(ROOT).parts)
        foreign = [name for name in modules[package]
                   if name.split(".")[0] in ("pathnorm_ref", "proofs_check") and not name.startswith(f"{package}.")]
        assert not foreign, f"{package} re-exports {foreign}"


def test_an_import_that_points_up_is_caught(tmp_path):
    _write(tmp_path, arrays="import pathnorm_ref.norms", norms="", units="from pathnorm_ref import rescaling",
           rescaling="def f():\n    from pathnorm_ref.units import x")
    planted = imports(tmp_path, "pathnorm_ref")
    assert sorted(upward(planted)) == [("pathnorm_ref.arrays", "pathnorm_ref.norms"),
                                       ("pathnorm_ref.units", "pathnorm_ref.rescaling")]
    with pytest.raises(CycleError):
        TopologicalSorter(graph(planted)).prepare()


def test_a_module_without_a_room_is_caught(tmp_path):
    _write(tmp_path, arrays="import pathnorm_ref.utils", utils="")
    with pytest.raises(AssertionError, match=r"pathnorm_ref\.utils stands in no room"):
        upward(imports(tmp_path, "pathnorm_ref"))


def _write(root, **sources):
    (root / "pathnorm_ref").mkdir()
    for name, source in sources.items():
        (root / "pathnorm_ref" / f"{name}.py").write_text(source)
