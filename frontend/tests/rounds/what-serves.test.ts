import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { waitFor } from "../wait-for";

afterEach(() => vi.unstubAllGlobals());

/** A server that answers nothing until it is told to, and a page that shows project 7. */
async function openPage() {
  const asked: { answer: (body: unknown) => void }[] = [];
  vi.stubGlobal("location", { origin: "http://anneal.test" });
  vi.stubGlobal("document", { cookie: "" });
  vi.stubGlobal(
    "fetch",
    () =>
      new Promise<Response>((resolve) =>
        asked.push({ answer: (body) => resolve(Response.json(body)) }),
      ),
  );
  vi.resetModules();
  const { askWhatServes, servedQuery } = await import("@/api/rounds");
  const { applyEvent } = await import("@/api/events");
  const { projectQuery } = await import("@/api/projects");
  const queries = new QueryClient();
  const told: string[] = [];
  const known = () => queries.getQueryData(projectQuery(7).queryKey);
  async function queryFn() {
    told.push(String(known()?.serving?.bundle));
    return told.length;
  }
  new QueryObserver(queries, projectQuery(7)).subscribe(() => undefined);
  new QueryObserver(queries, { queryKey: servedQuery(7).queryKey, queryFn }).subscribe(
    () => undefined,
  );
  const bundle = (name: string) => ({ id: 7, serving: { bundle: name } });
  asked[0]?.answer(bundle("old"));
  await waitFor(() => expect(known()?.serving?.bundle).toBe("old"));
  told.length = 0;
  return { queries, asked, told, bundle, askWhatServes, applyEvent, known };
}

test("what buttons act on comes before what tells of it, whoever asks meanwhile", async () => {
  const { queries, asked, told, bundle, askWhatServes, applyEvent } = await openPage();

  const mine = askWhatServes(queries, 7); // who rolled back
  await waitFor(() => expect(asked).toHaveLength(2));
  applyEvent(queries, 7, "jobs", [{ id: "a", finished_at: "2026-01-01T00:00:00Z" }]);
  await waitFor(() => expect(asked).toHaveLength(3));
  asked[1]?.answer(bundle("old")); // read before it was rolled back
  await new Promise((resolve) => setTimeout(resolve));
  asked[2]?.answer(bundle("new"));
  await mine;
  await waitFor(() => expect(told.length).toBeGreaterThan(0));

  expect(new Set(told)).toEqual(new Set(["new"]));
});

test("news that are older than what the page knows do not tell it what serves", async () => {
  const { queries, asked, told, bundle, askWhatServes, applyEvent, known } = await openPage();
  const mine = askWhatServes(queries, 7);
  await waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.answer(bundle("new"));
  await mine;

  applyEvent(queries, 7, "project", { ...bundle("old"), finished_since_round: 3 });

  expect(known()).toMatchObject({ serving: { bundle: "new" }, finished_since_round: 3 });
  await waitFor(() => expect(asked).toHaveLength(3)); // or they are newer: it looks
  asked[2]?.answer(bundle("newer"));
  await waitFor(() => expect(told.at(-1)).toBe("newer"));
});
