"""The words of the map: OpenStreetMap's values → the kinds of the Protomaps basemap schema, and their first zooms.

Every kind that protomaps-leaflet 5.1's default rules paint or label, and a few more that a delivery map wants
(points of interest, farmland, districts). Tables only: how they are applied is `basemap_kinds`' business.
Source of the kinds: https://docs.protomaps.com/basemaps/layers and protomaps-leaflet's default_style/style.ts.
"""

from collections.abc import Mapping

FIRST_ZOOM = 6
LAST_ZOOM = 14

# highway=* → kind, rank, first zoom
HIGHWAYS: Mapping[str, tuple[str, int, int]] = {
    "motorway": ("highway", 90, 6),
    "trunk": ("major_road", 80, 6),
    "primary": ("major_road", 70, 8),
    "secondary": ("major_road", 60, 10),
    "tertiary": ("major_road", 50, 11),
    "residential": ("minor_road", 40, 12),
    "unclassified": ("minor_road", 41, 12),
    "living_street": ("minor_road", 39, 12),
    "road": ("minor_road", 38, 12),
    "busway": ("minor_road", 37, 13),
    "raceway": ("minor_road", 36, 13),
    "service": ("minor_road", 30, 13),
    "pedestrian": ("path", 28, 13),
    "track": ("path", 20, 13),
    "cycleway": ("path", 16, 14),
    "bridleway": ("path", 14, 14),
    "path": ("path", 12, 14),
    "footway": ("path", 10, 14),
    "steps": ("path", 8, 14),
}
LINK_ZOOM = 11
BACKYARD_SERVICE = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access"})

# railway=* → rank, first zoom
RAILWAYS: Mapping[str, tuple[int, int]] = {
    "rail": (66, 9),
    "light_rail": (65, 11),
    "narrow_gauge": (64, 11),
    "funicular": (63, 12),
    "monorail": (63, 12),
    "subway": (62, 12),
    "tram": (61, 13),
}

# key → value → landuse kind, the telling keys first
LANDUSES: Mapping[str, Mapping[str, str]] = {
    "aeroway": {"aerodrome": "aerodrome", "heliport": "aerodrome"},
    "amenity": {
        "hospital": "hospital",
        "clinic": "hospital",
        "school": "school",
        "kindergarten": "school",
        "university": "university",
        "college": "college",
        "grave_yard": "cemetery",
    },
    "tourism": {"zoo": "zoo"},
    "military": {"airfield": "airfield", "naval_base": "naval_base"},
    "boundary": {"national_park": "national_park"},
    "leisure": {
        "park": "park",
        "dog_park": "park",
        "recreation_ground": "park",
        "garden": "grass",
        "playground": "playground",
        "golf_course": "golf_course",
        "nature_reserve": "nature_reserve",
        "pitch": "pitch",
        "stadium": "stadium",
        "beach_resort": "beach",
    },
    "landuse": {
        "cemetery": "cemetery",
        "forest": "forest",
        "village_green": "village_green",
        "allotments": "allotments",
        "recreation_ground": "park",
        "grass": "grass",
        "meadow": "grassland",
        "greenfield": "grassland",
        "industrial": "industrial",
        "brownfield": "industrial",
        "depot": "industrial",
        "quarry": "industrial",
        "railway": "railway",
        "commercial": "commercial",
        "retail": "commercial",
        "residential": "residential",
        "military": "military",
        "education": "school",
        "farmland": "farmland",
        "farmyard": "farmland",
        "orchard": "farmland",
        "vineyard": "farmland",
        "plant_nursery": "farmland",
    },
    "natural": {
        "wood": "wood",
        "scrub": "scrub",
        "heath": "scrub",
        "grassland": "grassland",
        "fell": "grassland",
        "wetland": "wetland",
        "beach": "beach",
        "shingle": "beach",
        "sand": "sand",
        "glacier": "glacier",
        "bare_rock": "bare_rock",
        "scree": "bare_rock",
    },
    "man_made": {"pier": "pier", "breakwater": "pier", "groyne": "pier"},
    "place": {"square": "pedestrian"},
    "area:highway": {"pedestrian": "pedestrian", "footway": "pedestrian"},
}

WATER_KINDS: Mapping[str, str] = {
    "lake": "lake",
    "reservoir": "lake",
    "pond": "lake",
    "lagoon": "lake",
    "oxbow": "lake",
    "basin": "lake",
    "river": "river",
    "canal": "river",
    "stream": "stream",
}
DRY_BASINS = frozenset({"detention", "infiltration", "infiltration_basin"})
# A canal is painted as a river: the default rules know no other broad line of water.
WATERWAYS: Mapping[str, tuple[str, int]] = {
    "river": ("river", 9),
    "canal": ("river", 12),
    "stream": ("stream", 13),
    "ditch": ("stream", 14),
    "drain": ("stream", 14),
}
OPEN_WATERS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "place": {"ocean": ("ocean", 6), "sea": ("sea", 6)},
    "natural": {"bay": ("bay", 11), "strait": ("strait", 10)},
}

# place=* → kind, min_zoom of the label, people if the tag does not say
SETTLEMENTS: Mapping[str, tuple[str, int, int]] = {
    "country": ("country", 5, 0),
    "state": ("region", 7, 0),
    "province": ("region", 7, 0),
    "city": ("locality", 7, 50_000),
    "town": ("locality", 9, 10_000),
    "village": ("locality", 11, 2_000),
    "hamlet": ("locality", 13, 200),
    "isolated_dwelling": ("locality", 14, 10),
    "farm": ("locality", 15, 10),
    "locality": ("locality", 15, 0),
    "suburb": ("neighbourhood", 12, 5_000),
    "quarter": ("neighbourhood", 13, 2_000),
    "neighbourhood": ("neighbourhood", 14, 500),
}
COUNTRY_LAST_ZOOM = 7
REGION_LAST_ZOOM = 9

POPULATION_BREAKS = (
    *(0, 200, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000),
    *(1_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 1_000_000_000),
)
MILLION_RANK = 12
LARGE_CITY_RANK = 10

BOUNDARY_ZOOM: Mapping[int, int] = {2: 6, 3: 7, 4: 7, 5: 8, 6: 9, 7: 11, 8: 11}
"""admin_level → first zoom; finer borders are not drawn."""
BOUNDARY_KINDS: Mapping[int, str] = {2: "country", 3: "region", 4: "region", 5: "county", 6: "county"}

POIS: Mapping[str, frozenset[str] | None] = {
    "amenity": frozenset(
        {
            *("hospital", "clinic", "pharmacy", "school", "kindergarten", "university", "college", "library"),
            *("post_office", "post_depot", "parcel_locker", "police", "fire_station", "townhall", "courthouse"),
            *("embassy", "bank", "fuel", "charging_station", "parking", "bus_station", "ferry_terminal"),
            *("marketplace", "place_of_worship", "theatre", "cinema", "restaurant", "cafe", "fast_food", "bar"),
            *("pub", "community_centre", "social_facility", "nursing_home"),
        }
    ),
    "shop": None,
    "tourism": frozenset({"hotel", "hostel", "guest_house", "museum", "attraction", "zoo", "gallery"}),
    "railway": frozenset({"station", "halt"}),
    "aeroway": frozenset({"aerodrome", "terminal"}),
    "leisure": frozenset({"stadium", "sports_centre", "park", "marina"}),
    "office": None,
}
"""Key → the values that count, or `None` for all; without a name nothing is a point of interest."""
LANDMARKS = frozenset({"hospital", "university", "station", "aerodrome", "bus_station", "ferry_terminal", "mall"})

KEYS = (
    *("highway", "railway", "aeroway", "route", "waterway", "natural", "water", "landuse", "leisure", "amenity"),
    *("tourism", "military", "boundary", "man_made", "building", "place", "shop", "office", "addr:housenumber"),
    "area:highway",
)
"""An object with none of these keys is never drawn."""
