import { useEffect } from "react";
import { type Offer, offer } from "./on-offer";

/** Keep commands on offer while the component is there. Takes a value that stays the same. */
export function useOffer(made: Offer): void {
  useEffect(() => offer(made), [made]);
}
