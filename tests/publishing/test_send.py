"""Sending to a real SMTP server on this machine: encrypted or not at all, to all or to nobody."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import socket
import ssl
from email import policy
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from xlbudget.errors import MailError
from xlbudget.publishing.mail import Address, Attachment, Letter, MailSettings, as_sent, draft, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# aiosmtpd warns of servers that ask for a password without STARTTLS: two tests are about them.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

PASSWORD = "p@ss word"
TO = (Address("a@example.cn"), Address("b@example.cn"))
BYTES = bytes(range(256)) * 50
LETTER = Letter("某局预算", "正文\n.\n..点\n", "<p>正文</p>", (Attachment("预算.xlsx", BYTES),), TO)


class Certificate(NamedTuple):
    certificate: Path
    key: Path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-signed one for this machine, made anew."""
    folder = tmp_path_factory.mktemp("证书")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    alternatives = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Certificate(folder / "cert.pem", folder / "key.pem")
    found.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return found


class Inbox:
    """What a server accepted; addresses that begin with ``no`` are refused."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("no"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answer == "250 OK":
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


class Server(NamedTuple):
    inbox: Inbox
    settings: MailSettings


def _authenticate(
    server: Any, session: Any, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = data.login == b"me@example.cn" and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=right)


@pytest.fixture
def server(certificate: Certificate) -> Iterator[Callable[..., Server]]:
    """A function that starts a server on loopback: tls is starttls, ssl or none."""
    started: list[Controller] = []

    def start(tls: str = "starttls", **options: object) -> Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        inbox = Inbox()
        wanted: dict[str, object] = {"authenticator": _authenticate, "auth_required": True}
        if tls == "starttls":
            wanted |= {"tls_context": context, "require_starttls": True}
        elif tls == "ssl":
            wanted |= {"ssl_context": context, "auth_require_tls": False}
        else:
            wanted |= {"auth_require_tls": False}
        controller = Controller(inbox, hostname="127.0.0.1", port=0, **(wanted | options))
        controller.port = _free_port()
        controller.start()
        started.append(controller)
        settings = MailSettings(
            "localhost",
            controller.port,
            "ssl" if tls == "ssl" else "starttls",
            "me@example.cn",
            Address("me@example.cn"),
            str(certificate.certificate),
            10,
        )
        return Server(inbox, settings._replace(host="127.0.0.1"))

    yield start
    for one in started:
        one.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def sent(where: Server, to: tuple[Address, ...] = TO, password: str = PASSWORD) -> None:
    send(as_sent(draft(LETTER), where.settings), to, where.settings, password)


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_it_arrives_byte_for_byte(server: Callable[..., Server], tls: str) -> None:
    where = server(tls)
    sent(where)
    ((sender, people, data),) = where.inbox.mails
    assert sender == "me@example.cn"
    assert people == [one.plain for one in TO]
    message = email.message_from_bytes(data, policy=policy.default)
    assert message["Subject"] == LETTER.subject
    assert message["From"] == "me@example.cn"
    assert message["Message-ID"].endswith("@example.cn>")
    assert message["Date"] and "X-Unsent" not in message
    (one,) = message.iter_attachments()
    assert one.get_filename() == "预算.xlsx"
    assert one.get_payload(decode=True) == BYTES
    body = message.get_body(("plain",))
    assert body is not None and body.get_content().replace("\r\n", "\n") == LETTER.text


def test_the_password_is_in_no_message(server: Callable[..., Server]) -> None:
    where = server()
    with pytest.raises(MailError, match=r"不认可用户名或口令（535）.*没有发送.*授权码") as told:
        sent(where, password="wrong secret")
    assert "secret" not in str(told.value)
    with pytest.raises(MailError, match=r"口令里有英文以外的字，没有发送") as told:
        sent(where, password="口令 secret")
    assert "secret" not in str(told.value)
    assert where.inbox.mails == []


def test_a_refused_recipient_stops_it_for_all(server: Callable[..., Server]) -> None:
    where = server()
    people = (*TO, Address("no-such@example.cn"))
    with pytest.raises(MailError, match=r"不接受收件人no-such@example\.cn，没有发送给任何人"):
        sent(where, people)
    assert where.inbox.mails == []


def test_without_encryption_nothing_is_said(server: Callable[..., Server]) -> None:
    where = server("none")
    with pytest.raises(MailError, match=r"不支持加密或登录，没有发送.*tls 改为 ssl"):
        sent(where)
    assert where.inbox.mails == []


def test_a_certificate_that_nobody_vouches_for(server: Callable[..., Server]) -> None:
    where = server()
    strange = Server(where.inbox, where.settings._replace(ca_file=""))
    with pytest.raises(MailError, match=r"证书不可信.*没有发送.*ca_file"):
        sent(strange)
    assert where.inbox.mails == []


def test_ssl_at_a_port_for_starttls(server: Callable[..., Server]) -> None:
    where = server()
    with pytest.raises(MailError, match=r"没有发送.*核对端口与 tls"):
        sent(Server(where.inbox, where.settings._replace(tls="ssl")))


def test_a_server_that_is_down() -> None:
    settings = MailSettings("127.0.0.1", _free_port(), "starttls", "", Address("me@example.cn"))
    with pytest.raises(MailError, match=r"连不上邮件服务器“127\.0\.0\.1:\d+”，没有发送"):
        send(b"", TO, settings, "")
    unknown = settings._replace(host="没有这样的服务器.invalid")
    with pytest.raises(MailError, match="连不上"):
        send(b"", TO, unknown, "")


def test_a_server_that_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = MailSettings(
            "127.0.0.1", listening.getsockname()[1], "starttls", "", Address("a@b.cn"), "", 1
        )
        with pytest.raises(MailError, match="没有发送"):
            send(b"", TO, settings, "")


def test_too_large_for_the_server(server: Callable[..., Server]) -> None:
    where = server(data_size_limit=5_000)
    with pytest.raises(MailError, match=r"邮件服务器只收0\.0 MB，没有发送"):
        sent(where)
    assert where.inbox.mails == []


def test_a_server_that_takes_it_and_then_refuses(server: Callable[..., Server]) -> None:
    where = server()
    where.inbox.answer = "554 looks like spam"
    with pytest.raises(MailError, match=r"没有接受邮件（554），没有发送") as told:
        sent(where)
    assert "spam" not in str(told.value)


def test_nobody_to_send_to(server: Callable[..., Server]) -> None:
    with pytest.raises(MailError, match="没有收件人"):
        sent(server(), ())
