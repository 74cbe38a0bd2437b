"""The draft of a mail: another program reads back what was put in, and no header can be smuggled in."""

from __future__ import annotations

import email
import mailbox
from email import policy
from email.header import decode_header, make_header
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING

import pytest

from own_standards import copied, file_of
from xlbudget.errors import MailError, StandardError
from xlbudget.publishing.mail import Address, Attachment, Letter, address_of, draft, size_text
from xlbudget.publishing.package import key_figures
from xlbudget.standard.layers import layers_of

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

NAMES = (
    "某市某局（本级）2024年部门预算.xlsx",
    "很长的名称" * 30 + ".docx",
    "plain name.pdf",
    "带'引号%和;分号.html",
)
BYTES = bytes(range(256)) * 300 + b"\r\n.\r\n--=_xlbudget\n\n"
SUBJECT = "某市某局（本级）2024年部门预算" * 3
TO = (Address("a@example.cn", "张处长办公室"), Address("b@example.cn"))


def letter(**changes: object) -> Letter:
    attachments = tuple(Attachment(name, BYTES + name.encode()) for name in NAMES)
    made = Letter(
        SUBJECT, "正文\n第二行\n", "<p>正文</p>\n", attachments, TO, Address("me@example.cn")
    )
    return made._replace(**changes)


def test_a_mail_program_reads_back_everything() -> None:
    message = email.message_from_bytes(draft(letter()), policy=policy.default)
    assert message.defects == []
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == SUBJECT
    assert [one.addr_spec for one in message["To"].addresses] == [one.plain for one in TO]
    assert message["To"].addresses[0].display_name == TO[0].name
    assert message["From"] == "me@example.cn"
    assert "Date" not in message and "Bcc" not in message
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "正文\n第二行\n"
    page = message.get_body(("html",))
    assert page is not None and "<p>正文</p>" in page.get_content()
    found = [
        (one.get_filename(), one.get_payload(decode=True)) for one in message.iter_attachments()
    ]
    assert found == [(name, BYTES + name.encode()) for name in NAMES]
    assert all(not one.defects for one in message.walk())


def test_an_older_program_reads_the_names_and_bytes(tmp_path: Path) -> None:
    """By a mailbox and the old rules: names from RFC 2231 and, for others, from RFC 2047."""
    box = mailbox.mbox(tmp_path / "box")
    box.add(draft(letter()))
    box.flush()
    (message,) = list(box)
    box.close()
    parts = [one for one in message.walk() if one.get_content_disposition() == "attachment"]
    assert [one.get_payload(decode=True) for one in parts] == [
        BYTES + one.encode() for one in NAMES
    ]
    for part, name in zip(parts, NAMES, strict=True):
        assert (
            collapse_rfc2231_value(part.get_param("filename", header="content-disposition")) == name
        )
        plain = str(part.get_param("name"))
        assert str(make_header(decode_header(plain))) == name
    assert str(make_header(decode_header(message["Subject"]))) == SUBJECT


def test_lines_are_ascii_and_short() -> None:
    data = draft(letter())
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert max(map(len, lines)) < 998
    assert not any(line.startswith(b".") for line in lines)


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert draft(letter()) == draft(letter())
    assert draft(letter(sender=None, to=())).startswith(b"X-Unsent: 1\r\nSubject: ")


@pytest.mark.parametrize("bad", ["甲\r\nBcc: x@example.cn", "甲\nX: 1", "甲\x85X\u2028Y\x00"])
def test_a_line_break_never_makes_a_header(bad: str) -> None:
    made = draft(letter(subject=bad, attachments=(Attachment(f"{bad}.pdf", b"1"),)))
    message = email.message_from_bytes(made, policy=policy.default)
    assert set(message.keys()) == {
        "X-Unsent",
        "From",
        "To",
        "Subject",
        "MIME-Version",
        "Content-Type",
    }
    (one,) = message.iter_attachments()
    assert one.get_filename().startswith("甲_") and one.get_filename().endswith(".pdf")
    assert set(one.keys()) == {
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
    }


@pytest.mark.parametrize(
    "bad",
    [
        "a@example.cn\r\nBcc: x@example.cn",
        "a@example.cn\n",
        "甲\x00 <a@example.cn>",
        "甲\u2028乙 <a@example.cn>",
        "a@example.cn, b@example.cn",
        "a@example.cn;b@example.cn",
        "a b@example.cn",
        "a@",
        "@example.cn",
        "a@example",
        "a@exa mple.cn",
        "<a@example.cn> x",
        "..a@example.cn",
        "",
        "张三",
        "x" * 65 + "@example.cn",
    ],
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(MailError, match=r"地址") as told:
        address_of(bad)
    assert "\n" not in str(told.value) and "\r" not in str(told.value)


def test_addresses_as_people_write_them() -> None:
    assert address_of("a@example.cn") == Address("a@example.cn")
    assert address_of(" 预算处 <a.b+c@mail.example.cn> ") == Address(
        "a.b+c@mail.example.cn", "预算处"
    )
    assert address_of('"处, 室" <a@example.cn>') == Address("a@example.cn", "处, 室")
    assert address_of("a@财政.cn").plain == "a@" + "财政.cn".encode("idna").decode("ascii")


def test_too_large_is_said_with_the_file() -> None:
    big = Attachment("大图.xlsx", b"x" * 1_200_000)
    with pytest.raises(MailError, match=r"上限1 MB.*“大图\.xlsx”，1\.2 MB.*--no-pdf.*--mail-limit"):
        draft(letter(attachments=(Attachment("小.pdf", b"1"), big)), limit=1)
    assert draft(letter(attachments=(big,)), limit=2)
    assert (size_text(1_200_000), size_text(1500), size_text(3)) == ("1.2 MB", "1.5 KB", "0.1 KB")


def test_key_figures_are_the_books(standard: Standard, example: Book) -> None:
    assert key_figures(standard, example) == [
        ("总收入", "6,295.86万元"),
        ("总支出", "6,295.86万元"),
        ("一般公共预算支出", "6,295.86万元"),
        ("“三公”经费", "19.95万元"),
    ]


def test_a_standard_that_names_no_such_fact(
    standard: Standard, example: Book, tmp_path: Path
) -> None:
    folder = copied(tmp_path, standard.layers)
    own = standard._replace(layers=layers_of(folder))
    path = file_of(folder, "package.toml")
    path.write_text('[[figure]]\nfact = "nothing"\ntitle = "甲"\n', encoding="utf-8")
    with pytest.raises(StandardError, match="nothing"):
        key_figures(own, example)
    path.write_text("[[figure]\n", encoding="utf-8")
    with pytest.raises(StandardError, match=r"package\.toml"):
        key_figures(own, example)
    path.unlink()
    assert key_figures(own, example) == []
