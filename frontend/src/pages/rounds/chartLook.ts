/** What the charts of rounds have in common to the eye. */
export const LOOK = {
  withLegend: true,
  legendProps: { verticalAlign: "bottom" }, // the room above is the highest tick's
  tickLine: "none",
} as const;
