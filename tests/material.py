"""The standards that are shipped, each with the data folders of departments that are published by it."""

from __future__ import annotations

from pathlib import Path

from xlbudget.standard.layers import standard_ids

HERE = Path(__file__).parent
DEPARTMENTS = {
    "changchun": [
        HERE.parent / "examples" / "changchun-gov-office-2024",
        *sorted(one for one in (HERE / "departments").iterdir() if one.is_dir()),
        HERE / "cases" / "culture-bureau",
    ],
    "shanghai": sorted(one.parent for one in (HERE / "shanghai").glob("*/基础信息.toml")),
}
"""The departments by the id of their standard; one that is shipped without any fails the tests that use them."""

STANDARDS = standard_ids()
EVERY = [(identity, folder) for identity in STANDARDS for folder in DEPARTMENTS[identity]]
EVERY_NAME = [folder.name for _, folder in EVERY]
FIRST = [(identity, DEPARTMENTS[identity][0]) for identity in STANDARDS]
"""One department of each standard."""

LEDGERS: list[tuple[str, dict[str, str]]] = [
    *((identity, {}) for identity in (*STANDARDS, "qingjiang")),
    ("shanghai", {"report_kind": "单位", "summary_form": "分列"}),
]
"""Standards, and what 基础信息 says to choose a variant of one, whose tables follow from a ledger."""

OUTLINE = HERE / "standards" / "qingjiang"
"""A further one that is not shipped: another province's eleven tables on the national base."""
