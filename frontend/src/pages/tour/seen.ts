/** Who has seen the tour, or does not want to, on this device. */

const KEPT_AS = "anneal-tour";
const VERSION = 1;

type Store = Pick<Storage, "getItem" | "setItem">;

export function hasSeenTour(storage: Store, user: number): boolean {
  return seenBy(storage).includes(user);
}

export function noteTourSeen(storage: Store, user: number): void {
  const users = seenBy(storage);
  if (users.includes(user)) return;
  storage.setItem(KEPT_AS, JSON.stringify({ version: VERSION, users: [...users, user] }));
}

function seenBy(storage: Store): number[] {
  try {
    const { version, users } = JSON.parse(storage.getItem(KEPT_AS) ?? "{}");
    return version === VERSION && Array.isArray(users) ? users : [];
  } catch {
    return []; // whatever is there, an offer too many is no harm
  }
}
