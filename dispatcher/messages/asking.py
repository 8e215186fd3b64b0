"""What a reply asks for by one word: no more messages, or messages again.

The words of the CTIA's and the FCC's lists (47 CFR 64.1200(a)(10)) with those of the languages that messages are in.
Only a reply that is nothing but such a word counts, so that "stop at the blue door" stays a sentence.
"""

import re
import unicodedata

STOP = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
        *("stopp", "abmelden", "abbestellen", "ende"),
        *("arret", "arreter", "desabonner", "desinscrire", "desinscription"),
        *("lopeta", "peruuta", "seis"),
        *("sluta", "avsluta"),
    }
)
"""In English, German, French, Finnish and Swedish."""
START = frozenset({"start", "unstop", "anmelden", "demarrer", "reprendre", "aloita", "jatka", "starta"})
_POLITE = frozenset({"please", "bitte", "svp", "kiitos", "tack", "danke", "merci", "thanks", "sms", "all"})


def asked(text: str) -> bool | None:
    """`True` for no more messages, `False` for messages again, `None` for neither."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    joined = re.sub(r"\bopt[\s-]+out\b", "optout", plain)
    words = [word for word in re.findall(r"\w+", joined) if word not in _POLITE]
    if not words or len(set(words)) != 1:
        return None
    return True if words[0] in STOP else False if words[0] in START else None
