"""Questions of an import on a terminal: what was answered on the command line, before, or is asked now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from xlbudget.errors import UnusableFileError
from xlbudget.setup.answers import remember, remembered
from xlbudget.setup.system import System

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlbudget.importing.imported import Question


class Asking(Protocol):
    """What was read or planned with the answers so far: its open questions, and the layout of its source."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that no answer answers."""

    @property
    def layout(self) -> str:
        """Tells sources of one layout; "" where answers are not kept."""


answer_option = click.option(
    "--answer",
    multiple=True,
    metavar="问题=回答",
    help="回答导入时要问的，如 --answer 金额单位=元 --answer 资金年度=当年预算，可写多次。",
)
_Done = TypeVar("_Done", bound=Asking)
_MOST_DIGITS = 8


class Answers:
    """The answers to questions: ``given`` on the command line as 问题=回答, kept on this machine, or typed now."""

    def __init__(self, given: Sequence[str], *, ask_again: bool = False, yes: bool = False) -> None:
        self.given = dict(map(_pair, given))
        self.ask_again = ask_again
        self.asks = sys.stdin.isatty() and not yes
        self.lasting: dict[str, str] = {}
        self.used: dict[str, str] = {}

    def settle(self, make: Callable[[Mapping[str, str]], _Done]) -> _Done:
        """What ``make`` gives once all is answered that can be."""
        done = make(self.given)
        answers = dict(self.given)
        if done.layout and not self.ask_again:
            kept = remembered(System(), done.layout)
            self.used = {key: text for key, text in kept.items() if key not in answers}
            if self.used:
                answers = {**kept, **answers}
                done = make(answers)
        while self.asks and done.questions:
            for question in done.questions:
                answers[question.key] = _ask(question)
                if answers[question.key] in question.lasting:
                    self.lasting[question.key] = answers[question.key]
            done = make(answers)
        for question in done.questions:
            if question.needed:
                choices = "、".join(question.choices)
                raise UnusableFileError(
                    f"{question.sentence}没有写入；请加 --answer {question.key}=回答，可用的有：{choices}。"
                )
        return done

    def keep(self, layout: str) -> str:
        """Remember what holds for the layout; why that failed, or ""."""
        return remember(System(), layout, self.lasting) if layout and self.lasting else ""

    @property
    def said(self) -> str:
        """What was taken from earlier answers, for the preview."""
        if not self.used:
            return ""
        pairs = "，".join(f"{key}＝{text}" for key, text in self.used.items())
        return f"按本机上次的回答：{pairs}（要重新回答请加 --ask-again）。"


def _pair(text: str) -> tuple[str, str]:
    key, sign, answer = text.partition("=")
    if not sign or not key.strip():
        raise UnusableFileError(
            f"--answer 应写成“问题=回答”，如 --answer 金额单位=元；“{text}”不能用。"
        )
    return key.strip(), answer.strip()


def typed_number(text: str) -> int | None:
    """The number of a choice as somebody types it; None for anything else, and for more digits than choices have."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _ask(question: Question) -> str:
    """One answer: the number of a choice, its text, or any text where that may be."""
    click.echo(question.sentence)
    for number, choice in enumerate(question.choices, 1):
        click.echo(f"  {number} {choice}")
    wanted = f"请输入1到{len(question.choices)}" + ("，或直接写" if question.free else "") + "："
    while True:
        click.echo(wanted, nl=False)
        line = sys.stdin.readline()
        if not line:
            raise UnusableFileError("没有回答，没有写入。")
        text = line.strip()
        wished = typed_number(text)
        if wished is not None and 1 <= wished <= len(question.choices):
            return question.choices[wished - 1]
        if text in question.choices or (question.free and text):
            return text
