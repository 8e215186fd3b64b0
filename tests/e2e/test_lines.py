"""Lines on real servers: what arrives there, and what is said of every fault a server or a network can have."""

import json
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatcher.domain.messages import MailLine, Security, SmsLine, SmsWay
from dispatcher.gateway.tls import prepare
from dispatcher.messages.lines import Outgoing, Verdict
from dispatcher.messages.lines_http import HttpLine, preset
from dispatcher.messages.lines_mail import SmtpLine
from tests.fixtures.lines import DROP, HANG, Gateway, MailServer, closed_port, gateway, mail_server, raw_server

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
PAGE = "https://track.example.org/t/abc"
OUT = Outgoing("id-1", "maija@example.org", "Hyvää päivää\n.dot\n..two\nend", "Tilaus 7 – tänään", NOW, PAGE)
SMS = Outgoing("id-1", "+358401234567", 'A "quoted" {secret} & more\nline €', "", NOW)


def mail(port: int, security: Security = Security.NONE, user: str = "") -> MailLine:
    return MailLine("127.0.0.1", port, security, user, "Aachen Nord <depot@example.org>")


def trusting(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context, by a depot's own authority."""
    server = prepare(folder, "Test", ["127.0.0.1"], datetime.now(UTC))
    return server, ssl.create_default_context(cafile=folder / "ca.pem")


# --- e-mail ---------------------------------------------------------------------------------------------------------


def test_mail_arrives_as_it_was_written() -> None:
    with mail_server(MailServer()) as server:
        line = SmtpLine(mail(server.port))
        handed = line.hand(OUT)
        line.close()
    (received,) = server.received
    assert (handed.verdict, handed.line_id) == (Verdict.TAKEN, "taken as M1")
    assert received["Subject"] == OUT.subject
    assert received["Message-ID"] == "<id-1@example.org>"
    assert received["List-Unsubscribe"] == f"<{PAGE}>"
    assert received["From"] == "Aachen Nord <depot@example.org>"
    assert received.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip("\n") == OUT.text  # type: ignore[union-attr]


def test_one_connection_serves_many_and_is_made_anew_when_the_server_closed_it() -> None:
    with mail_server(MailServer()) as server:
        line = SmtpLine(mail(server.port))
        first = line.hand(OUT)
        kept = line._server
        assert line.hand(OUT).verdict is Verdict.TAKEN
        assert line._server is kept
        assert kept
        assert kept.sock
        kept.sock.shutdown(socket.SHUT_RDWR)
        again = line.hand(OUT)
        line.close()
    assert first.verdict is again.verdict is Verdict.TAKEN
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("450 mailbox busy", Verdict.LATER),
        ("550 no such user", Verdict.REFUSED),
        ("530 log in first", Verdict.NO_LINE),
        ("421 going down", Verdict.NO_LINE),
    ],
)
def test_what_a_server_says_of_an_address(answer: str, verdict: Verdict) -> None:
    with mail_server(MailServer(rcpt=lambda _to: answer)) as server:
        line = SmtpLine(mail(server.port))
        handed = line.hand(OUT)
        line.close()
    assert handed.verdict is verdict
    assert answer in handed.words
    assert not server.received


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("451 later", Verdict.LATER), ("554 spam", Verdict.REFUSED), (DROP, Verdict.UNKNOWN)],
)
def test_what_a_server_says_of_a_message(answer: str, verdict: Verdict) -> None:
    with mail_server(MailServer(data=lambda _to: answer)) as server:
        line = SmtpLine(mail(server.port))
        handed = line.hand(OUT)
        line.close()
    assert handed.verdict is verdict


def test_a_refused_address_does_not_spoil_the_next_message() -> None:
    with mail_server(MailServer(rcpt=lambda to: "550 no" if to.startswith("maija") else None)) as server:
        line = SmtpLine(mail(server.port))
        assert line.hand(OUT).verdict is Verdict.REFUSED
        handed = line.hand(Outgoing("id-2", "eero@example.org", "Hei", "Hei", NOW))
        line.close()
    assert handed.verdict is Verdict.TAKEN
    assert server.got() == {"eero@example.org": 1}


def test_a_mail_server_that_is_not_there() -> None:
    handed = SmtpLine(mail(closed_port())).hand(OUT)
    assert (handed.verdict, handed.words) == (Verdict.NO_LINE, "it is not there (connection refused)")


def test_a_mail_server_that_hangs() -> None:
    with raw_server(lambda _connection, _over: None) as port:
        handed = SmtpLine(mail(port), answer_s=0.2).hand(OUT)
    assert (handed.verdict, handed.words) == (Verdict.NO_LINE, "it does not answer")


def test_a_mail_server_that_hangs_after_the_message() -> None:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        with suppress(OSError):
            connection.sendall(b"220 hello\r\n")
            talk = connection.makefile("rb")
            for line in talk:
                if line.upper().startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")
                    for part in talk:
                        if part == b".\r\n":
                            over.wait()
                            return
                else:
                    connection.sendall(b"250 fine\r\n")

    with raw_server(answer) as port:
        handed = SmtpLine(mail(port), answer_s=0.3).hand(OUT)
    assert handed.verdict is Verdict.UNKNOWN
    assert "does not answer" in handed.words


def test_a_mail_server_that_answers_letter_by_letter() -> None:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        with suppress(OSError):
            connection.sendall(b"220 hello\r\n")
            while not over.wait(0.02):
                connection.sendall(b"2")

    with raw_server(answer) as port:
        handed = SmtpLine(mail(port), whole_s=0.3).hand(OUT)
    assert handed.verdict is Verdict.NO_LINE


def test_mail_by_starttls_with_a_login(tmp_path: Path) -> None:
    server_side, client_side = trusting(tmp_path)
    with mail_server(MailServer(), starttls=server_side, login=("depot", "password")) as server:
        line = SmtpLine(mail(server.port, Security.STARTTLS, "depot"), "password", client_side)
        handed = line.hand(OUT)
        line.close()
        wrong = SmtpLine(mail(server.port, Security.STARTTLS, "depot"), "guess", client_side).hand(OUT)
        foreign = SmtpLine(mail(server.port, Security.STARTTLS, "depot"), "pässword", client_side).hand(OUT)
        unknown = SmtpLine(mail(server.port, Security.STARTTLS, "depot"), "password").hand(OUT)
    assert handed.verdict is Verdict.TAKEN
    assert foreign.verdict is Verdict.NO_LINE
    assert "ASCII" in foreign.words
    assert wrong.verdict is Verdict.NO_LINE
    assert "user and password" in wrong.words
    assert unknown.verdict is Verdict.NO_LINE
    assert "certificate is not trusted" in unknown.words
    assert len(server.received) == 1


def test_mail_by_tls_and_a_server_that_has_none(tmp_path: Path) -> None:
    server_side, client_side = trusting(tmp_path)
    with mail_server(MailServer(), tls=server_side) as server:
        line = SmtpLine(mail(server.port, Security.TLS), context=client_side)
        assert line.hand(OUT).verdict is Verdict.TAKEN
        line.close()
    with mail_server(MailServer()) as plain:
        by_tls = SmtpLine(mail(plain.port, Security.TLS), context=client_side, answer_s=1).hand(OUT)
        by_starttls = SmtpLine(mail(plain.port, Security.STARTTLS), context=client_side).hand(OUT)
    assert (by_tls.verdict, by_starttls.verdict) == (Verdict.NO_LINE, Verdict.NO_LINE)
    assert "STARTTLS" in by_starttls.words
    assert not plain.received


# --- HTTP -----------------------------------------------------------------------------------------------------------


def test_json_says_what_was_written() -> None:
    with gateway(Gateway()) as served:
        line = HttpLine(SmsLine(SmsWay.HTTP, url=served.url, id_path="id", headers=("X-Key: {secret}",)), "s3cret")
        handed = line.hand(SMS)
    (asked,) = served.received
    assert (handed.verdict, handed.line_id) == (Verdict.TAKEN, "G1")
    assert json.loads(asked["body"]) == {"to": SMS.to, "text": SMS.text, "reference": "id-1"}
    assert asked["headers"]["X-Key"] == "s3cret"
    assert asked["headers"]["Content-Type"] == "application/json; charset=utf-8"


def test_a_form_and_an_address_say_what_was_written() -> None:
    with gateway(Gateway()) as served:
        form = SmsLine(SmsWay.HTTP, url=served.url, body="to={to}&text={text}&key={secret}")
        address = SmsLine(SmsWay.HTTP, "GET", f"{served.url}?to={{to}}&text={{text}}&key={{secret}}", body="")
        for line in (form, address):
            assert HttpLine(line, "s&=cret").hand(SMS).verdict is Verdict.TAKEN
    by_form, by_address = served.received
    said = {"to": [SMS.to], "text": [SMS.text], "key": ["s&=cret"]}
    assert parse_qs(by_form["body"]) == said
    assert parse_qs(urlsplit(by_address["path"]).query) == said
    assert by_address["body"] == ""


def test_an_android_phone_is_asked_as_its_app_wants() -> None:
    with gateway(Gateway()) as served:
        handed = HttpLine(preset(SmsLine(SmsWay.ANDROID, url=served.url)), "token").hand(SMS)
    (asked,) = served.received
    assert handed.verdict is Verdict.TAKEN
    assert json.loads(asked["body"]) == {"to": SMS.to, "message": SMS.text}
    assert asked["headers"]["Authorization"] == "token"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((200, '{"status": "ok"}'), Verdict.TAKEN),
        ((200, '{"status": "error", "why": "no credit"}'), Verdict.LATER),
        ((400, "bad number"), Verdict.REFUSED),
        ((401, "who are you"), Verdict.NO_LINE),
        ((404, "nothing here"), Verdict.NO_LINE),
        ((302, "elsewhere"), Verdict.NO_LINE),
        ((408, ""), Verdict.LATER),
        ((429, "slower"), Verdict.LATER),
        ((500, "broken"), Verdict.LATER),
        ((504, "nobody behind me"), Verdict.UNKNOWN),
        (DROP, Verdict.UNKNOWN),
    ],
)
def test_what_a_gateway_answers(answer: tuple[int, str] | str, verdict: Verdict) -> None:
    with gateway(Gateway(answers=lambda _asked: answer)) as served:
        handed = HttpLine(SmsLine(SmsWay.HTTP, url=served.url, taken='"status": "ok"')).hand(SMS)
    assert handed.verdict is verdict
    assert verdict is Verdict.TAKEN or handed.words
    assert len(served.received) == 1


def test_a_gateway_that_hangs_may_have_taken_it() -> None:
    with gateway(Gateway(answers=lambda _asked: HANG)) as served:
        handed = HttpLine(SmsLine(SmsWay.HTTP, url=served.url), answer_s=0.3).hand(SMS)
    assert handed.verdict is Verdict.UNKNOWN
    assert "does not answer" in handed.words


def test_a_gateway_that_is_not_there_has_not_taken_it() -> None:
    handed = HttpLine(SmsLine(SmsWay.HTTP, url=f"http://127.0.0.1:{closed_port()}/")).hand(SMS)
    assert handed.verdict is Verdict.NO_LINE


def test_a_gateway_whose_answer_has_no_end() -> None:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        with suppress(OSError):
            connection.recv(65_536)
            while not over.wait(0.02):
                connection.sendall(b"H")

    with raw_server(answer) as port:
        handed = HttpLine(SmsLine(SmsWay.HTTP, url=f"http://127.0.0.1:{port}/"), whole_s=0.3).hand(SMS)
    assert handed.verdict is Verdict.UNKNOWN


def test_a_gateway_by_tls_is_verified(tmp_path: Path) -> None:
    server_side, client_side = trusting(tmp_path)
    with gateway(Gateway(), tls=server_side) as served:
        line = SmsLine(SmsWay.HTTP, url=served.url.replace("http:", "https:"))
        assert HttpLine(line, context=client_side).hand(SMS).verdict is Verdict.TAKEN
        stranger = HttpLine(line).hand(SMS)
    assert stranger.verdict is Verdict.NO_LINE
    assert "certificate is not trusted" in stranger.words
