/** What a finished mask costs, in words. */

export interface EffortPoint {
  round: string;
  seconds: number | null; // null: nobody measured it
  clicks: number | null;
}

/** What is known before there are two rounds to compare; what nobody measured is left out. */
export function beginning(only: EffortPoint | undefined): string {
  if (only === undefined) return "The curve begins with the first finished image with proposals.";
  const { round, seconds, clicks } = only;
  const costs = [
    seconds === null ? null : `${seconds.toFixed(1)} seconds`,
    clicks === null ? null : `${clicks.toFixed(1)} clicks`,
  ].filter((cost) => cost !== null);
  const next = "The curve begins with the second round that people work with.";
  return costs.length === 0 ? next : `${round}: ${costs.join(" and ")}. ${next}`;
}
