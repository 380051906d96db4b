/** What the charts of rounds have in common to the eye. */
export const LOOK = {
  withLegend: true,
  legendProps: { verticalAlign: "bottom" }, // the room above is the highest tick's
  tickLine: "none",
} as const;

/** Around bars: for the highest tick and the axes' names. */
export const ROOM = { top: 10, left: 10, right: 5 };
