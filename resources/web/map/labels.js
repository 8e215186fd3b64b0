// Names on the base map, and their inks: the library's own are too faint to read between routes.

/* global protomapsL */

const INKS = {
  light: { strong: "#2f3138", plain: "#4f525b", water: "#2f5fa8", halo: "#f8f6f3" },
  grayscale: { strong: "#26282d", plain: "#4a4d54", water: "#4a4d54", halo: "#f4f4f4" },
  dark: { strong: "#e6e8ee", plain: "#b3b8c4", water: "#9db4dd", halo: "#17191d" },
};

/** Label rules of protomaps-leaflet for a flavour, in the order in which they take their room. */
export function labelRules(flavour) {
  const { strong, plain, water, halo } = INKS[flavour];
  const inks = {
    roads_label_minor: plain, roads_label_minor_halo: halo, roads_label_major: plain, roads_label_major_halo: halo,
    ocean_label: water, city_label: strong, city_label_halo: halo,
    state_label: plain, state_label_halo: halo, country_label: plain,
  };
  const text = (dataLayer, minzoom, labelProps, font, fill, filter) => ({
    dataLayer, minzoom, filter,
    symbolizer: new protomapsL.CenteredTextSymbolizer({ labelProps, font, fill, stroke: halo, width: 3, lineHeight: 1.4 }),
  });
  return [
    text("places", 9, ["name"], "600 14px system-ui, sans-serif", strong,
      (zoom, { props }) => props.kind === "locality" && props.min_zoom <= zoom),
    text("places", 13, ["name"], "600 12px system-ui, sans-serif", plain,
      (zoom, { props }) => props.kind === "neighbourhood" && props.min_zoom <= zoom && zoom < 17),
    ...protomapsL.labelRules(inks, "").filter(({ dataLayer }) => dataLayer !== "places"),
    text("addresses", 18, ["addr_housenumber"], "400 11px system-ui, sans-serif", plain),
    text("pois", 18, ["name"], "400 11px system-ui, sans-serif", plain, (zoom, { props }) => props.min_zoom <= zoom),
  ];
}
