"""A bureau's list of subjects is taken as it comes: one file among others, told by itself."""

from __future__ import annotations

import subprocess
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from xlbudget.cli.run import run
from xlbudget.errors import UnusableFileError
from xlbudget.explaining.explain import glossary
from xlbudget.figures import BlockData
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.plan import plan_import
from xlbudget.importing.subject_lists import looks_like_list, read_subject_list
from xlbudget.importing.tables.open import open_tables
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import with_names
from xlbudget.standard.loader import with_subjects
from xlbudget.standard.model import Subject
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.standard.model import Standard

CULTURE = Path(__file__).parents[1] / "cases" / "culture-bureau"
WANTED = {
    "2010350": "事业运行（本地）",
    "20139": "社会工作事务",
    "2013904": "专项业务",
    "21299": "其他城乡社区支出",
}
PLAIN = [["科目编码", "科目名称"], *([code, name] for code, name in WANTED.items())]
INDENTED = [
    ["2026年政府收支分类科目（本地）", ""],
    ["科目编码", "科目名称", "科目说明"],
    *([code, "　" * (len(code) // 2 - 1) + name, f"反映{name}"] for code, name in WANTED.items()),
]
LEVELS = [
    ["科目编码", "", "", "科目名称"],
    ["类", "款", "项", ""],
    ["201", "", "", "一般公共服务支出"],
    ["", "03", "", "政府办公厅（室）及相关机构事务"],
    ["", "", "50", "　　事业运行（本地）"],
    ["", "39", "", "　社会工作事务"],
    ["", "", "04", "　　专项业务"],
    ["212", "", "", "城乡社区支出"],
    ["212", "99", "", "　其他城乡社区支出"],
]
WHOLE = [
    ["类", "款", "项", "科目名称"],
    ["", "", "2010350", "事业运行（本地）"],
    ["", "20139", "", "社会工作事务"],
    ["", "", "2013904", "专项业务"],
    ["", "21299", "", "其他城乡社区支出"],
]


NUMBERED = [
    ["类", "款", "项", "科目名称"],  # a spreadsheet has taken the zeros: 03 is 3
    ["201", "3", "50", "事业运行（本地）"],
    ["201", "39", "4", "专项业务"],
    ["201", "39", "", "社会工作事务"],
    ["212", "99", "", "其他城乡社区支出"],
]
LEAVES = [
    ["类", "", "款", "", "项", ""],
    ["编码", "名称", "编码", "名称", "编码", "名称"],
    [
        "201",
        "一般公共服务支出",
        "20103",
        "政府办公厅（室）及相关机构事务",
        "2010350",
        "事业运行（本地）",
    ],
    ["201", "一般公共服务支出", "20139", "社会工作事务", "2013904", "专项业务"],
    ["212", "城乡社区支出", "21299", "其他城乡社区支出", "", ""],
]
DOTTED = [
    ["功能分类科目编码", "功能分类科目名称"],
    *(
        [".".join(filter(None, (code[:3], code[3:5], code[5:]))), name]
        for code, name in WANTED.items()
    ),
]
ONE_CELL = [[f"{'　' * (len(code) // 2)}{code} {name}"] for code, name in WANTED.items()]
SIDE = [
    ["科目编码", "科目名称", "", "科目编码", "科目名称"],
    ["2010350", "事业运行（本地）", "", "20139", "社会工作事务"],
    ["2013904", "专项业务", "", "21299", "其他城乡社区支出"],
]
PLATFORM = [
    ["要素编码", "要素名称", "级次", "是否末级", "父级编码", "启用日期", "停用日期", "是否启用"],
    *(
        [code, name, str(len(code) // 2), "是", code[:-2], "2023-01-01", "长期", "是"]
        for code, name in WANTED.items()
    ),
]
MARKED = [
    ["2025年功能分类科目"],
    ["序号", "科目代码", "科目名称", "变动情况"],
    *(["1", code, f"★ {name}（新增）", "新增"] for code, name in WANTED.items()),
    ["编制人：", "", "2025年1月10日"],
    ["注：2024年起有3个科目停用。"],
]


def csv_text(lines: Sequence[Sequence[str]], sign: str = ",") -> str:
    return "\r\n".join(sign.join(line) for line in lines) + "\r\n"


def xlsx(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append([int(cell) if cell.isdigit() and cell[0] != "0" else cell for cell in line])
    book.save(path)
    return path


def files(folder: Path) -> dict[str, Path]:
    """The list in several layouts and formats."""
    made = {}
    for name, text, encoding in (
        ("gb18030.csv", csv_text(PLAIN), "gb18030"),
        ("utf8.csv", csv_text(INDENTED), "utf-8-sig"),
        ("粘贴.txt", csv_text(LEVELS, "\t"), "utf-8"),
        ("整码.csv", csv_text(WHOLE), "utf-8"),
        ("丢零.csv", csv_text(NUMBERED), "utf-8"),
        ("末级.csv", csv_text(LEAVES), "utf-8"),
        ("点号.csv", csv_text(DOTTED, ";"), "gb18030"),
        ("一格.txt", csv_text(ONE_CELL), "utf-16"),
        ("并排.csv", csv_text(SIDE), "utf-8"),
        ("平台.csv", csv_text(PLATFORM), "utf-8"),
        ("标记.csv", csv_text(MARKED), "utf-8"),
    ):
        made[name] = folder / name
        made[name].write_bytes(text.encode(encoding))
    made["数.xlsx"] = xlsx(folder / "数.xlsx", INDENTED)
    made["三栏.xlsx"] = xlsx(folder / "三栏.xlsx", LEVELS)
    return made


def test_layouts(standard: Standard, tmp_path: Path) -> None:
    for name, path in files(tmp_path).items():
        assert looks_like_list(open_tables(path), standard), name
        listed = read_subject_list(path, standard)
        found = {one.code: one.name for subjects in listed.subjects.values() for one in subjects}
        assert {code: found.get(code) for code in WANTED} == WANTED, name
        assert all("改用目录的：2010350“" in one for one in listed.left), (name, listed.left)


def test_what_was_dropped_and_renamed(standard: Standard, tmp_path: Path) -> None:
    lines = [
        ["2025年功能分类科目"],
        ["科目编码", "科目名称", "变动情况", "原科目名称"],
        ["2010350", "事业运行", "更名", "事业单位运行"],
        ["2013904", "专项业务", "删除", ""],
        ["20139", "社会工作事务", "自2024年起停用", ""],
    ]
    path = tmp_path / "目录.csv"
    path.write_text(csv_text(lines), "utf-8")
    listed = read_subject_list(path, standard)
    assert [one[:4] for one in listed.subjects["functional"]] == [
        ("2010350", "事业单位运行", 0, 2024),
        ("2010350", "事业运行", 2025, 9999),
        ("2013904", "专项业务", 0, 2024),
        ("20139", "社会工作事务", 0, 2023),
    ]
    path.write_text(
        csv_text(lines[1:4]), "utf-8"
    )  # no year: what was dropped is left out, and told
    listed = read_subject_list(path, standard)
    assert [one[:2] for one in listed.subjects["functional"]] == [("2010350", "事业运行")]
    assert "第3行（2013904）" in listed.left[0]
    assert "没有写从哪一年起" in listed.left[0]


def test_lists_of_several_kinds(standard: Standard, tmp_path: Path) -> None:
    """A cover and remarks are no list; what is of no list of the standard is told once; a class of none is taken."""
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[Any]]] = {
        "封面": [["某市财政局"], ["2025年科目目录"]],
        "功能": [*PLAIN, ["235", "新设支出"], ["23501", "新设事务"]],
        "政府": [["编码", "名称"], ["501", "机关工资福利支出"], ["50101", "工资奖金津补贴"]],
        "部门": [["编码", "名称"], [30101, "基本工资"], [30119, "本地工资"]],
    }
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    path = tmp_path / "目录.xlsx"
    book.save(path)
    assert looks_like_list(open_tables(path), standard)
    listed = read_subject_list(path, standard)
    functional, economic = listed.subjects["functional"], listed.subjects["economic"]
    assert [one.code for one in functional] == [*WANTED, "235", "23501"]
    assert [one.code for one in economic] == ["30101", "30119"]
    left, _ = listed.left  # of the other one below
    assert "501、50101" in left
    assert "分类" in left


def test_lines_that_are_not_clear_are_left_out_and_told(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    more = [
        ["2O10301", "字母"],
        ["20139", "另一个名称"],
        ["2010301", "行政运转"],
        ["201030101", "四级"],
    ]
    path.write_text(csv_text([*PLAIN, ["2010302", "一般行政管理事务"], *more]), "utf-8")
    listed = read_subject_list(path, standard)
    codes = [one.code for one in listed.subjects["functional"]]
    assert codes == ["2010350", "2013904", "21299", "2010302", "2010301"]
    told = "".join(listed.left)
    for words in ("2O10301", "两个名称", "位数不对", "2010301“行政运转”（原为“行政运行”）"):
        assert words in told


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([["部门编码", "部门名称"], ["201", "某局"], ["202", "某办"], ["203", "某委"]], "科目编码"),
        (
            [["编码", "名称"], *([f"20{one}", f"某局{one}"] for one in range(1, 9))],
            "像是别的编码表",
        ),
        (
            [["编码", "名称"], *(["2.01E+06", f"名{one}"] for one in range(9)), PLAIN[1]],
            "只有1行能取用",
        ),
        ([["编码", "名称"], ["101", "税收收入"], ["10101", "增值税"]], "分不清是哪一类科目"),
    ],
)
def test_other_files_are_refused(
    lines: list[list[str]], said: str, standard: Standard, tmp_path: Path
) -> None:
    path = tmp_path / "别的.csv"
    path.write_text(csv_text(lines), "utf-8")
    with pytest.raises(UnusableFileError, match=said):
        read_subject_list(path, standard)


def test_a_long_list_and_a_later_one(example_file: Path, tmp_path: Path) -> None:
    """Two thousand subjects find room; what a later list calls otherwise is told and written where it is asked for."""
    path = tmp_path / "目录.csv"
    levels = ((205, 206, 207), range(30, 54), range(1, 29))
    codes = [f"{top}{second:02}{third:02}" for top, second, third in product(*levels)]
    path.write_text(csv_text([PLAIN[0], *([code, "甲"] for code in codes)]), "utf-8")
    assert len(codes) > 2000
    plan = plan_import(Workbook(example_file), [path])
    Workbook(example_file).patch(tmp_path / "预算.xlsm", plan.edits, plan.afterwards)
    book = Workbook(tmp_path / "预算.xlsm")
    assert len(read_book(book).subjects["functional"]) == len(codes)
    path.write_text(csv_text([PLAIN[0], [codes[0], "乙"]]), "utf-8")
    kept, changed = (plan_import(book, [path], overwrite=over) for over in (False, True))
    assert kept.conflicts == 1
    assert "甲" in kept.said
    assert not kept.edits
    assert [edit.value for edit in changed.edits if edit.sheet == "科目字典"] == ["乙"]


def test_a_new_workbook_takes_the_same_files(tmp_path: Path) -> None:
    book = tmp_path / "新.xlsm"
    path = files(tmp_path)["点号.csv"]
    assert run(["new", str(book), "--year", "2025", "--subjects", "functional", str(path)]) == 0
    found = {one.code: one.name for one in read_book(book).subjects["functional"]}
    assert found.items() >= {code: WANTED[code] for code in ("20139", "2013904")}.items()


@pytest.mark.office
def test_an_old_workbook_of_another_program(standard: Standard, tmp_path: Path) -> None:
    source = xlsx(tmp_path / "三栏.xlsx", LEVELS)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(source)], check=True, capture_output=True)
    path = tmp_path / "三栏.xls"
    assert looks_like_list(open_tables(path), standard)
    (subjects,) = read_subject_list(path, standard).subjects.values()
    assert WANTED.items() <= {one.code: one.name for one in subjects}.items()


def test_tables_of_amounts_are_no_list(standard: Standard, tmp_path: Path) -> None:
    amounts = [[*PLAIN[0], "合计"], *([*line, "1.00"] for line in PLAIN[1:])]
    path = tmp_path / "表.csv"
    detail = [
        [*PLAIN[0], "项目", "申报数"],
        *([*PLAIN[at], "甲", "12"] for at in (1, 1, 1, 2, 2, 2)),
    ]
    whole = [[*PLAIN[0], "核定"], *([*line, "1200000"] for line in PLAIN[1:])]
    small = [[*PLAIN[0], "核定（万元）"], *([*line, "12"] for line in PLAIN[1:])]
    often = [[*PLAIN[0], "项目"], *([*PLAIN[1], f"项目{at}"] for at in range(6))]
    for lines in (amounts, detail, whole, small, often):
        path.write_text(csv_text(lines), "utf-8")
        assert not looks_like_list(open_tables(path), standard)


def test_the_command_takes_a_list_without_being_told(
    example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "预算.xlsm"
    book.write_bytes(example_file.read_bytes())
    lists = files(tmp_path)
    assert run(["import", str(lists["gb18030.csv"]), str(book), "--yes"]) == 0
    assert "科目字典：科目4个（取自“gb18030.csv”）" in capsys.readouterr().out
    read = read_book(book)
    assert {one.code for found in read.subjects.values() for one in found} == (
        set(WANTED) - {"21299"}  # that name the standard has
    )
    assert read.text("subject_lists") == "按科目字典补充"
    # A list that says what they mean too, then the same once more: all is there.
    assert run(["import", str(lists["utf8.csv"]), str(book), "--yes"]) == 0
    assert "写入" in capsys.readouterr().out
    means = {one.code: one.meaning for found in read_book(book).subjects.values() for one in found}
    assert means == {code: f"反映{name}" for code, name in WANTED.items()}
    assert run(["import", str(lists["utf8.csv"]), str(book), "--yes"]) == 0
    assert "没有需要写入的格" in capsys.readouterr().out


def test_the_button_takes_it_too(example_file: Path, tmp_path: Path) -> None:
    path = files(tmp_path)["三栏.xlsx"]
    plan = plan_import(Workbook(example_file), [path])
    assert {edit.sheet for edit in plan.edits} >= {"科目字典"}
    assert "科目字典：科目" in plan.said


def test_a_lists_definitions_explain_what_the_standard_does_not(standard: Standard) -> None:
    """The standard's own explanation stays, of another name nothing is said, and a person's word is the last."""
    book = with_names(standard, read_folder(CULTURE, standard))
    named = {"20503": "职业教育"}
    rows = [
        row._replace(label=named.get(row.key, row.label)) for row in book.blocks["expenditure"].rows
    ]
    book = book._replace(blocks={**book.blocks, "expenditure": BlockData.of(rows)})
    official = (
        Subject("20503", "职业教育", meaning="反映各部门举办的各类职业教育支出。"),
        Subject("2050302", "中等职业教育", meaning="反映中等职业教育的支出。"),
        Subject("2050399", "别的名称", meaning="反映不相干的事。"),
        Subject("201", "一般公共服务支出", meaning="反映另一种说法。"),
    )
    listed = with_subjects(standard, {"functional": official})
    texts = [paragraph.text for paragraph in glossary(listed, book).paragraphs]
    assert any(one.endswith("职业教育（款）：反映各部门举办的各类职业教育支出。") for one in texts)
    assert any(one.endswith("中等职业教育（项）：反映中等职业教育的支出。") for one in texts)
    assert not any("不相干" in one or "另一种说法" in one for one in texts)
    (key,) = (one.key for one in standard.keyed if one.title == "科目名词解释")
    own = book._replace(keyed={**book.keyed, key: {"中等职业教育": "本单位的说法"}})
    texts = [paragraph.text for paragraph in glossary(listed, own).paragraphs]
    assert any(one.endswith("中等职业教育（项）：指本单位的说法。") for one in texts)


def test_a_definition_leaves_the_other_entries_of_its_code(standard: Standard) -> None:
    listed = standard.subjects["functional"]
    before, after = (
        Subject("20199", "旧名", last=2024),
        Subject("20199", "新名", 2025, aliases=("别名",)),
    )
    two = listed.extended([before, after])
    told = two.extended([after._replace(meaning="反映某事")])
    assert told.by_code["20199"] == (before, after._replace(meaning="反映某事"))
