"""Words by which an address says what it is, in the languages of the depots we know. Data only.

Each word is matched whole, without regard to case and accents. Longer lists belong here, not rules.
"""

from collections.abc import Mapping, Sequence

KINDS: Mapping[str, Sequence[str]] = {
    "locker": (
        "packstation", "parcel locker", "locker", "paketbox", "paketshop", "postautomat", "pakettiautomaatti",
        "noutopiste", "paketskap", "consigne", "punto pack",
    ),
    "care": (
        "hospital", "clinic", "surgery", "nursing home", "care home", "krankenhaus", "klinik", "klinikum", "praxis",
        "arztpraxis", "pflegeheim", "altenheim", "seniorenheim", "seniorenresidenz", "sairaala", "terveysasema",
        "hoivakoti", "palvelutalo", "sjukhus", "vardcentral", "aldreboende", "hopital", "clinique", "ehpad",
        "ospedale", "clinica", "szpital", "ziekenhuis", "verpleeghuis",
    ),
    "school": (
        "school", "kindergarten", "nursery", "college", "university", "library", "schule", "grundschule", "gymnasium",
        "realschule", "gesamtschule", "kita", "kindertagesstatte", "universitat", "hochschule", "bibliothek", "koulu",
        "paivakoti", "lukio", "yliopisto", "kirjasto", "skola", "forskola", "dagis", "ecole", "lycee", "creche",
        "universite", "scuola", "escuela", "colegio", "szkola", "przedszkole", "basisschool",
    ),
    "shop": (
        "shop", "store", "restaurant", "cafe", "bakery", "pharmacy", "salon", "hotel", "bar", "supermarket", "laden",
        "apotheke", "backerei", "friseur", "gaststatte", "gasthof", "kiosk", "metzgerei", "liike", "myymala", "kauppa",
        "ravintola", "apteekki", "kahvila", "kampaamo", "butik", "restaurang", "apotek", "bageri", "magasin",
        "boutique", "pharmacie", "boulangerie", "winkel", "negozio", "farmacia", "ristorante", "tienda", "sklep",
        "apteka",
    ),
    "business": (
        "gmbh", "mbh", "ag", "ohg", "gbr", "e k", "oy", "oyj", "ky", "tmi", "ab", "hb", "ltd", "limited", "llp", "plc",
        "inc", "llc", "corp", "bv", "nv", "vof", "sarl", "sas", "srl", "spa", "sl", "sp z o o", "a s", "aps", "company",
        "office", "reception", "warehouse", "workshop", "garage", "firma", "buro", "buero", "empfang", "lager",
        "werkstatt", "kanzlei", "toimisto", "varasto", "korjaamo", "kontor", "verkstad", "bureau", "entrepot",
        "kantoor", "ufficio", "oficina", "biuro",
    ),
    "flat": (
        "flat", "apartment", "apt", "apartments", "staircase", "wohnung", "whg", "etage", "stock", "obergeschoss",
        "treppenhaus", "hinterhaus", "vorderhaus", "stiege", "mehrfamilienhaus", "dachgeschoss", "asunto", "kerros",
        "krs", "rappu", "porras", "kerrostalo", "lagenhet", "lgh", "trappa", "vaning", "appartement", "appt",
        "escalier", "appartamento", "scala", "piso", "mieszkanie", "floor", "og", "concierge",
    ),
    "farm": ("farm", "bauernhof", "gutshof", "maatila", "gard", "ferme", "boerderij", "fattoria"),
    "house": (
        "house", "detached", "terraced", "einfamilienhaus", "reihenhaus", "doppelhaus", "villa", "omakotitalo",
        "rivitalo", "paritalo", "radhus", "maison", "pavillon", "huis", "casa", "dom",
    ),
}  # fmt: skip
"""What kind of address; where several fit, the first."""

NO_LIFT: Sequence[str] = (
    "no lift", "without lift", "no elevator", "kein aufzug", "ohne aufzug", "kein lift", "ohne lift", "ei hissia",
    "ilman hissia", "ingen hiss", "utan hiss", "sans ascenseur", "pas d ascenseur", "geen lift", "senza ascensore",
    "sin ascensor", "bez windy",
)  # fmt: skip

LIFT: Sequence[str] = (
    "lift", "elevator", "aufzug", "fahrstuhl", "hissi", "hiss", "ascenseur", "ascensore", "ascensor", "winda",
)  # fmt: skip

CARE_OF: Sequence[str] = ("c o", "care of", "z hd", "z hdn", "bei", "chez")

GROUND: Sequence[str] = (
    "ground floor", "erdgeschoss", "eg", "parterre", "katutaso", "bottenvaning", "rez de chaussee", "begane grond",
    "piano terra", "planta baja", "parter",
)  # fmt: skip

ORDINALS: Mapping[str, int] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "erster": 1, "zweiter": 2, "dritter": 3, "vierter": 4, "funfter": 5, "erste": 1, "zweite": 2, "dritte": 3,
    "vierte": 4, "funfte": 5, "ersten": 1, "zweiten": 2, "dritten": 3, "vierten": 4, "funften": 5,
}  # fmt: skip

FLOORS: Sequence[str] = (
    "floor", "storey", "og", "obergeschoss", "stock", "stockwerk", "etage", "krs", "kerros", "vaning", "van", "trappor",
    "tr", "piso", "piano", "verdieping", "pietro",
)  # fmt: skip
"""After, or before, a number: how many flights up."""

UNITS: Sequence[str] = (
    "flat", "apartment", "apt", "unit", "suite", "wohnung", "whg", "asunto", "as", "lgh", "lagenhet", "appartement",
    "appt", "appartamento", "int", "mieszkanie",
)  # fmt: skip
"""Words before the number of a flat."""
