/** How numbers, sizes and times are written for people. */

const count = new Intl.NumberFormat("en");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const timeOfDay = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const instant = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
});
const dayOfWeek = new Intl.DateTimeFormat("en-GB", {
  ...{ weekday: "short", day: "numeric", month: "short" },
});
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export function formatCount(value: number): string {
  return count.format(value);
}

/** "1 image", "3 images". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** Minutes and seconds: 75 is "1:15". */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** "10 s", "4 min 10 s", "1 h 4 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

/** To the second below a minute, else to the minute: "40 s", "14 min", "1 h 5 min". */
export function formatAbout(seconds: number): string {
  if (Math.round(seconds) < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function formatMoment(iso: string): string {
  return moment.format(new Date(iso));
}

/** To the second; with the day, unless that is today. */
export function formatInstant(ms: number, now = Date.now()): string {
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  return (isToday ? timeOfDay : instant).format(ms);
}

/** "Today", "Yesterday", "Thu 26 Nov"; both are dates without a time: "2026-11-26". */
export function formatDay(day: string, today: string): string {
  const days = (Date.parse(today) - Date.parse(day)) / 86_400_000;
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : dayOfWeek.format(new Date(`${day}T00:00`)).replace(",", "");
}

/** "3 minutes ago". */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps = [
    ["year", 31_536_000],
    ["month", 2_592_000],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  return "just now";
}

/** Days for which the trash keeps what was deleted (DESIGN P9; TRASH_DAYS on the server). */
export const TRASH_DAYS = 30;

/** How long something in the trash can still be brought back: "12 days left". */
export function formatDaysLeft(deletedAt: string, now = Date.now()): string {
  const days = TRASH_DAYS - Math.floor((now - new Date(deletedAt).getTime()) / 86_400_000);
  return days <= 1 ? "last day" : `${days} days left`;
}
