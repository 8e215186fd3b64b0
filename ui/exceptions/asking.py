"""How what a remedy wants is asked. Knows the form, no other widget."""

from collections.abc import Callable
from datetime import date

from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions import Given, Offer
from ui.exceptions.form import Form

QUESTIONS = {
    Remedy.CALL: "{label}. What was said? Begin with “not reached” if nobody answered.",
    Remedy.MESSAGE: "{label}:",
    Remedy.REFUND: "What is refunded, and why?",
    Remedy.CLOSE: "What settled it?",
    Remedy.DECLINE: "What the customer is told:",
}
GO = {
    Remedy.CALL: "Keep",
    Remedy.MESSAGE: "Send",
    Remedy.CLOSE: "Close",
    Remedy.REFUND: "Keep",
    Remedy.CHANGE_REASON: "Change",
    Remedy.DECLINE: "Decline",
}
WANTED = {
    Given.TEXT: "{label}: some words, please.",
    Given.DAY: "{label}: which day, and at which hours?",
    Given.SLOT: "{label}: when?",
    Given.ADDRESS: "{label}: where to?",
    Given.DRIVER: "{label}: to whom?",
    Given.REASON: "{label}: what was it?",
}


def ask_for(form: Form, offer: Offer, then: Callable[[str], object], *, today: date) -> None:
    """Ask what this remedy wants."""
    question = QUESTIONS.get(offer.remedy, WANTED[offer.wants]).format(label=offer.label)
    go = GO.get(offer.remedy, "Do it")
    match offer.wants:
        case Given.DAY:
            form.ask_day(question, then, go=go, first=_first(offer, today), choices=offer.choices)
        case Given.SLOT | Given.DRIVER | Given.REASON:
            form.ask_choice(question, then, go=go, choices=offer.choices)
        case Given.ADDRESS:
            form.ask_address(question, then, go=go, text=offer.text)
        case _:
            proposed = "" if offer.remedy is Remedy.CALL else offer.text
            missing = "" if offer.remedy is Remedy.CALL else "Some words, please"
            form.ask_words(question, then, go=go, missing=missing, text=proposed)


def _first(offer: Offer, today: date) -> date:
    """The day that fits first; as the desk proposes it."""
    try:
        return date.fromisoformat(offer.text[:10])
    except ValueError:
        return today
