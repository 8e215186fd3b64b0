"""Templates to texts: Jinja2, sandboxed, and no more of it than messages need, so that every template comes to an end.

A template is read before it is used. It may print fields, choose by `if`, and go over the `articles` with `for`; it
may not set, call, define, include or calculate. So neither time nor length can grow beyond what is written down, and
no clock has to watch it. What it may not is said in words, with the line.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import CODE_MARK, Channel, Event, Template
from dispatcher.messages.fields import Facts, known_in, values
from dispatcher.messages.segments import plainer, segments_of

LONGEST_TEMPLATE = 4_000
MOST_SEGMENTS = 10
LONGEST_EMAIL = 20_000
LONGEST_SUBJECT = 150

FILTERS = ("upper", "lower", "capitalize", "title", "trim", "default", "join", "first", "length", "truncate")
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Filter, nodes.Keyword,
)  # fmt: skip
_WHAT = {
    nodes.Call: "calls something", nodes.Assign: "sets a value", nodes.AssignBlock: "sets a value",
    nodes.Macro: "defines a macro", nodes.Include: "includes another one", nodes.Import: "imports another one",
    nodes.FromImport: "imports another one", nodes.Extends: "extends another one", nodes.BinExpr: "calculates",
    nodes.UnaryExpr: "calculates", nodes.Getattr: "reaches into a field", nodes.Getitem: "reaches into a field",
}  # fmt: skip
_LINK = re.compile(r"\w+://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A message in words."""

    text: str
    subject: str = ""


def _environment() -> ImmutableSandboxedEnvironment:
    # what comes out is plain text, never HTML: escaping would put &amp; into short messages
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


_ENVIRONMENT = _environment()


def text_of(template: Template, facts: Facts) -> Text:
    """The words of a template about these facts. Raises `BadInput` as `require_sense` does, and for one too long."""
    require_sense(template)
    said = values(facts, template.event, template.language)
    text = _rendered(template, template.text, said)
    text = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip()
    if template.channel is Channel.SMS:
        text = plainer(text)
    _require_length(template, text)
    subject = " ".join(_rendered(template, template.subject, said).split())[:LONGEST_SUBJECT]
    return Text(text, subject if template.channel is Channel.EMAIL else "")


def require_sense(template: Template) -> None:
    """Raises `BadInput` for a template with an unknown field, what may not be in one, or a link beside a code."""
    if not template.text.strip():
        raise BadInput(f"{_name(template)} is empty.", "Write it, or take the program's.")
    if len(template.text) + len(template.subject) > LONGEST_TEMPLATE:
        raise BadInput(f"{_name(template)} is longer than {LONGEST_TEMPLATE:,} characters.", "Shorten it.")
    used = {name for source in (template.text, template.subject) for name in _fields_of(template, source)}
    if template.event is not Event.CODE:
        return
    if _LINK.search(template.text) or _LINK.search(template.subject):
        raise BadInput(f"{_name(template)} has a link beside the code.", "Send links in another message.")
    if "code" not in used:
        raise BadInput(f"{_name(template)} does not say the code.", "Put {{ code }} where it is to stand.")


def _fields_of(template: Template, source: str) -> frozenset[str]:
    try:
        return _looked_through(source, template.event)
    except _Unfit as fault:
        where = f", line {fault.line}" if fault.line else ""
        raise BadInput(f"{_name(template)}{where}: {fault}", fault.remedy) from None


class _Unfit(Exception):
    def __init__(self, what: str, remedy: str, line: int = 0) -> None:
        super().__init__(what)
        self.remedy, self.line = remedy, line


@lru_cache(maxsize=256)
def _looked_through(source: str, event: Event) -> frozenset[str]:
    """The fields that are used. Raises `_Unfit`."""
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as fault:
        raise _Unfit(
            f"{fault.message or 'it cannot be read'}.", "Mend it; see the list of fields.", fault.lineno
        ) from None
    except RecursionError:
        raise _Unfit("it is nested too deep.", "Make it simpler.") from None
    known, loops = known_in(event), list(tree.find_all(nodes.For))
    _require_short_loops(loops)
    own = {loop.target.name for loop in loops if isinstance(loop.target, nodes.Name)}
    used = set()
    for node in _within(tree):
        if not isinstance(node, _ALLOWED):
            what = next((words for kind, words in _WHAT.items() if isinstance(node, kind)), "has what no message needs")
            raise _Unfit(
                f"it {what}.", "Templates print fields, choose by “if”, and go over the articles.", node.lineno
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise _Unfit(f"there is no “{node.name}”.", f"There are: {', '.join(FILTERS)}.", node.lineno)
        if isinstance(node, nodes.Name) and node.name not in own:
            _require_known(node, event)
            used.add(node.name)
    return frozenset(used & known.keys())


def _within(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    yield from tree.find_all(nodes.Node)


def _require_short_loops(loops: list[nodes.For]) -> None:
    """One loop over the articles at a time: anything else could last."""
    for loop in loops:
        over = loop.iter.name if isinstance(loop.iter, nodes.Name) else ""
        if over != "articles" or loop.recursive or not isinstance(loop.target, nodes.Name):
            raise _Unfit("it has a loop that is not over the articles.", "Write {% for a in articles %}.", loop.lineno)
        if any(isinstance(inner, nodes.For) for inner in loop.find_all(nodes.For)):
            raise _Unfit("it has a loop within a loop.", "Go over the articles once.", loop.lineno)


def _require_known(node: nodes.Name, event: Event) -> None:
    known = known_in(event)
    if node.ctx == "load" and node.name in known:
        return
    elsewhere = [other.value for other in Event if node.name in known_in(other)]
    near = difflib.get_close_matches(node.name, known, 1)
    if elsewhere:
        what = f"the field “{node.name}” says nothing in “{event.value}”, only in: {', '.join(elsewhere)}."
    else:
        what = f"there is no field “{node.name}”." + (f" “{near[0]}” was meant?" if near else "")
    raise _Unfit(what, f"There are: {', '.join(known)}.", node.lineno)


@lru_cache(maxsize=256)
def _compiled(source: str) -> Compiled:
    return _ENVIRONMENT.from_string(source)


def _rendered(template: Template, source: str, said: Mapping[str, object]) -> str:
    try:
        return _compiled(source).render(**said)
    except (TemplateError, TypeError, ValueError) as fault:
        raise BadInput(f"{_name(template)} cannot be filled in: {fault}.", "Mend it.") from fault


def _require_length(template: Template, text: str) -> None:
    if not text:
        raise BadInput(f"{_name(template)} comes out empty.", "Say something outside of “if”.")
    if template.channel is Channel.EMAIL and len(text) > LONGEST_EMAIL:
        raise BadInput(f"{_name(template)} comes out longer than {LONGEST_EMAIL:,} characters.", "Shorten it.")
    if (
        template.channel is Channel.SMS
        and (parts := segments_of(text.replace(CODE_MARK, "123456")).count) > MOST_SEGMENTS
    ):
        raise BadInput(f"{_name(template)} takes {parts} short messages; up to {MOST_SEGMENTS} fit.", "Shorten it.")


def _name(template: Template) -> str:
    return f"The template “{template.event.value}” ({template.channel.value}, {template.language})"
