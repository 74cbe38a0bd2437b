"""A standard is merged of the folders that it stands on."""

from __future__ import annotations

import marshal
import os
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.errors import StandardError
from xlbudget.standard import layers
from xlbudget.standard.layers import layer_path, layers_of, standard_file, with_variants

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, **files: str) -> Path:
    """A layer; ``__`` in a name is a folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def over(tmp_path: Path, name: str, below: str, above: str) -> dict[str, Any]:
    """One file of a region over that of its base."""
    key = name.replace("/", "__")
    write(tmp_path / "base", base="", **{key: below})
    region = write(tmp_path / "region", standard='extends = "base"', **{key: above})
    merged = standard_file(layers_of(region), name)
    assert merged is not None
    return merged


@pytest.mark.parametrize(
    ("name", "below", "above", "merged"),
    [
        pytest.param("info", "a = 1\nb = 2", "b = 3\nc = 4", "a = 1\nb = 3\nc = 4", id="scalars"),
        pytest.param("info", "a = [1, 2]", "a = [3]", "a = [3]", id="a plain list is replaced"),
        pytest.param(
            "info",
            "[a.b]\nx = 1\n[a.c]\nx = 2",
            "[a.c]\ny = 3\n[a.d]\nx = 4",
            "[a.b]\nx = 1\n[a.c]\nx = 2\ny = 3\n[a.d]\nx = 4",
            id="tables",
        ),
        pytest.param(
            "info",
            "[a.b]\nx = 1\n[a.c]\nx = 2",
            "[a.b]\ndrop = true",
            "[a.c]\nx = 2",
            id="a table goes",
        ),
        pytest.param(
            "info",
            "[a.b]\nx = 1\n[a.c]\nx = 2",
            '[a.d]\nafter = "b"\nx = 3\n[a.c]\nafter = ""',
            "[a.c]\nx = 2\n[a.b]\nx = 1\n[a.d]\nx = 3",
            id="tables find their places",
        ),
        pytest.param(
            "rules",
            'rule = [{ code = "A1", t = 1 }, { code = "A2", t = 2 }]',
            'rule = [{ code = "A2", t = 3 }, { code = "A3" }]',
            'rule = [{ code = "A1", t = 1 }, { code = "A2", t = 3 }, { code = "A3" }]',
            id="entries by their key",
        ),
        pytest.param(
            "rules",
            'rule = [{ code = "A1" }, { code = "A2" }, { code = "A3" }]',
            'rule = [{ code = "A1", drop = true }, { code = "B", after = "A2" }, { code = "A3", after = "" }]',
            'rule = [{ code = "A3" }, { code = "A2" }, { code = "B" }]',
            id="entries go and find their places",
        ),
        pytest.param(
            "tables/01",
            '[[block]]\nkey = "left"\nrows = [{ key = "a", label = "甲" }, { slot = "class" }]\n[[block]]\nkey = "right"',
            '[[block]]\nkey = "left"\nrows = [{ key = "b", after = "a" }, { slot = "class", label = "类" }]',
            '[[block]]\nkey = "left"\nrows = [{ key = "a", label = "甲" }, { key = "b" }, { slot = "class", label = "类" }]\n[[block]]\nkey = "right"',
            id="lists in entries of lists",
        ),
        pytest.param(
            "tables/01",
            "[[block]]\ncolumns = [{ key = 'a', width = 3 }]",
            "[[block]]\ncolumns = [{ key = 'a', width = 4 }]",
            "[[block]]\ncolumns = [{ key = 'a', width = 4 }]",
            id="the only block has no key",
        ),
        pytest.param(
            "notes/readings",
            'head = [{ section = "02", figure = "a", x = 1 }, { section = "03", figure = "a" }]',
            'head = [{ section = "02", figure = "a", x = 2 }, { section = "04", figure = "a", after = "02/a" }]',
            'head = [{ section = "02", figure = "a", x = 2 }, { section = "04", figure = "a" }, { section = "03", figure = "a" }]',
            id="a key of two words",
        ),
        pytest.param(
            "notes/facts",
            "[list.money]\nitems = [{ name = '甲', is = 'a' }, { name = '乙', is = 'b' }]",
            "[list.money]\nitems = [{ name = '乙', is = 'c' }]",
            "[list.money]\nitems = [{ name = '甲', is = 'a' }, { name = '乙', is = 'c' }]",
            id="under any name",
        ),
        pytest.param(
            "rules",
            "rule = [{ code = 'A1' }, { code = 'A1' }]",
            "rule = [{ code = 'A2' }]",
            "rule = [{ code = 'A1' }, { code = 'A1' }, { code = 'A2' }]",
            id="beside two of one name",
        ),
        pytest.param(
            "notes/sections",
            "explanation = [{ template = 'a', number = 1 }, { template = 'b' }]",
            "explanation = [{ drop = true }, { template = 'b' }, { template = 'c' }]",
            "explanation = [{ template = 'b' }, { template = 'c' }]",
            id="a list is begun anew",
        ),
        pytest.param(
            "rules",
            "rule = [{ code = 'A1', title = 'a', check = 'b' }, { code = 'A2' }]",
            "rule = [{ code = 'A1', drop = true, title = 'c' }]",
            "rule = [{ code = 'A1', title = 'c' }, { code = 'A2' }]",
            id="an entry is begun anew",
        ),
        pytest.param(
            "info",
            "[a]\nb = 1\nc = 2\n[d]\nx = 1",
            "[a]\ndrop = true\ne = 3",
            "[a]\ne = 3\n[d]\nx = 1",
            id="a table is begun anew",
        ),
        pytest.param(
            "notes/facts",
            "other = [{ name = '甲' }, { name = '乙' }]",
            "other = [{ name = '丙' }]",
            "other = [{ name = '丙' }]",
            id="a list without declared keys is replaced",
        ),
    ],
)
def test_a_region_differs_by_what_it_says(
    tmp_path: Path, name: str, below: str, above: str, merged: str
) -> None:
    expected, found = tomllib.loads(merged), over(tmp_path, name, below, above)
    assert found == expected
    assert repr(found) == repr(expected)  # the same order


@pytest.mark.parametrize(
    ("name", "below", "above", "said"),
    [
        ("info", "[a.b]", "[a.c]\ndrop = true", "region/info.toml”要去掉的“a.c”不存在"),
        ("info", "[a.b]", '[a.c]\nafter = "d"', "region/info.toml”要把“a.c”放在“d”之后，没有"),
        ("info", "[a.b]", '[a.b]\nafter = "b"', "放在“b”之后，没有"),
        (
            "rules",
            'rule = [{ code = "A1" }]',
            'rule = [{ code = "A2", drop = true }]',
            "region/rules.toml”要去掉的“rule“A2””不存在",
        ),
        (
            "rules",
            'rule = [{ code = "A1" }]',
            'rule = [{ code = "A2", after = "A3" }]',
            "放在“A3”之后，没有",
        ),
        (
            "rules",
            'rule = [{ code = "A1" }]',
            'rule = [{ code = "A2" }, { code = "A2" }]',
            "rule“A2”写了两次",
        ),
        (
            "rules",
            'rule = [{ code = "A1" }, { code = "A1" }]',
            'rule = [{ code = "A1", soft = true }]',
            "原有的条目有同名的",
        ),
        ("rules", "a = 1", "rule = [{ drop = true }]", "要去掉的“rule”不存在"),
        ("info", "a = 1", "a = ", "region/info.toml”不是有效的TOML"),
        ("info", "a = ", "a = 1", "base/info.toml”不是有效的TOML"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file(
    tmp_path: Path, name: str, below: str, above: str, said: str
) -> None:
    with pytest.raises(StandardError, match=said):
        over(tmp_path, name, below, above)


def test_a_file_is_dropped_and_another_added(tmp_path: Path) -> None:
    write(tmp_path / "base", base="a = 1", ledger="x = 1", info="y = 1")
    region = write(
        tmp_path / "region", standard='extends = "base"\nb = 2', ledger="drop = true", rules="z = 1"
    )
    files = layers.standard_files(layers_of(region))
    assert files == {"standard": {"a": 1, "b": 2}, "info": {"y": 1}, "rules": {"z": 1}}
    write(region, info="drop = true\nz = 2")
    assert standard_file(layers_of(region), "info") == {"z": 2}
    write(region, rules="drop = true")
    with pytest.raises(StandardError, match=r"region/rules\.toml”要去掉的“rules”不存在"):
        layers.standard_files(layers_of(region))


def test_a_chain_of_three(tmp_path: Path) -> None:
    write(tmp_path / "nation", base="a = 1\nb = 1\nc = 1")
    write(tmp_path / "province", standard='extends = "nation"\nb = 2\nc = 2')
    city = write(tmp_path / "city", standard='extends = "province"\nc = 3')
    chain = layers_of(city)
    assert [layer.name for layer in chain] == ["city", "province", "nation"]
    assert standard_file(chain, "standard") == {"a": 1, "b": 2, "c": 3}
    (tmp_path / "province" / "x.j2").write_text("province")
    (tmp_path / "nation" / "x.j2").write_text("nation")
    assert layer_path(chain, "x.j2") == tmp_path / "province" / "x.j2"
    assert not layer_path(chain, "y.j2").exists()


def test_an_unknown_base_and_a_circle_are_refused(tmp_path: Path) -> None:
    region = write(tmp_path / "region", standard='extends = "nowhere"')
    with pytest.raises(
        StandardError, match=r"region/standard\.toml”的 extends 写的“nowhere”不存在"
    ):
        layers_of(region)
    write(tmp_path / "a", standard='extends = "b"')
    write(tmp_path / "b", standard='extends = "a"')
    with pytest.raises(StandardError, match="绕成了圈：a → b → a"):
        layers_of(tmp_path / "a")


def test_variants_stand_above_their_layer_where_the_book_says_so(tmp_path: Path) -> None:
    write(
        tmp_path / "base",
        base="a = 'base'",
        variants__later__variant="years = [2026, 2099]\na = 'base later'\nb = 1",
    )
    region = write(
        tmp_path / "region",
        standard="extends = 'base'\nname = 'region'",
        variants__unit__variant="when = { kind = '单位' }\nname = 'unit'",
        variants__late__variant="years = [2025, 2099]\nname = 'late'",
        variants__late_unit__variant="when = { kind = ['单位', '事业'] }\nyears = [2026, 2026]\nname = 'both'",
    )
    plain = layers_of(region)

    def names(kind: str, year: int) -> list[str]:
        chosen = with_variants(plain, {"kind": kind}, year)
        assert with_variants(chosen, {"kind": kind}, year) == chosen
        return [layer.name for layer in chosen]

    assert with_variants(plain, {"kind": "部门"}, 2024) == plain
    assert names("部门", 2025) == ["late", "region", "base"]
    assert names("单位", 2024) == ["unit", "region", "base"]
    assert names("单位", 2026) == ["late_unit", "late", "unit", "region", "later", "base"]
    assert names("事业", 2026) == ["late_unit", "late", "region", "later", "base"]
    merged = standard_file(with_variants(plain, {"kind": "单位"}, 2025), "standard")
    assert merged == {"a": "base", "name": "late"}
    merged = standard_file(with_variants(plain, {}, 2030), "standard")
    assert merged == {"a": "base later", "b": 1, "name": "late"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1", "应有 when"),
        ("when = 3", "应有 when"),
        ("when = { kind = 3 }", "值可以是几个"),
        ("years = [2026]", "起始年度"),
        ("years = [2026, 2025]", "起始年度"),
    ],
)
def test_a_variant_says_when(tmp_path: Path, text: str, said: str) -> None:
    region = write(tmp_path / "region", standard="", variants__odd__variant=text)
    with pytest.raises(StandardError, match=rf"region/variants/odd/variant\.toml”.*{said}"):
        with_variants(layers_of(region), {}, 2026)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package's folder of its own with one small standard."""
    monkeypatch.setattr(layers, "DATA", tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    write(tmp_path / "cn", base="a = 1", info="x = 1")
    return write(
        tmp_path / "region",
        standard="extends = 'cn'",
        variants__unit__variant="when = { kind = '单位' }\na = 2",
    )


def forget() -> None:
    """What a new process does not know."""
    layers._shipped.cache_clear()
    layers._shipped_files.cache_clear()


@pytest.fixture(autouse=True)
def _forgotten() -> Any:
    yield
    forget()


def test_what_was_merged_is_kept_until_a_file_of_any_layer_changes(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers.keep_all()
    assert len(list((shipped / "__pycache__").iterdir())) == 2
    forget()
    with monkeypatch.context() as patched:
        patched.setattr(layers, "_parsed", lambda *_: pytest.fail("parsed again"))
        plain = layers_of(shipped)
        assert standard_file(plain, "standard") == {"a": 1}
        unit = with_variants(plain, {"kind": "单位"}, 2026)
        assert standard_file(unit, "standard") == {"a": 2}
        assert standard_file(unit, "info") == {"x": 1}
    for change in ({"cn": "info"}, {"region": "info"}, {"region/variants/unit": "info"}):
        for folder, name in change.items():
            write(layers.DATA / folder, **{name: f"x = '{folder}'"})
        forget()
        unit = with_variants(layers_of(shipped), {"kind": "单位"}, 2026)
        assert standard_file(unit, "info") == {"x": next(iter(change))}
    shutil.rmtree(shipped / "variants")
    forget()
    assert with_variants(layers_of(shipped), {"kind": "单位"}, 2026) == layers_of(shipped)


def test_what_is_kept_by_another_python_or_was_damaged_is_made_again(shipped: Path) -> None:
    layers.keep_all()
    for path in (shipped / "__pycache__").iterdir():
        version, _, kept = marshal.loads(path.read_bytes())
        path.write_bytes(marshal.dumps((version, "other", kept | {"files": {}})))
    forget()
    assert standard_file(layers_of(shipped), "info") == {"x": 1}
    for path in (shipped / "__pycache__").iterdir():
        os.truncate(path, 20)
    forget()
    assert standard_file(layers_of(shipped), "info") == {"x": 1}


def test_a_base_cannot_be_chosen(shipped: Path) -> None:
    assert layers.standard_ids() == ["region"]
