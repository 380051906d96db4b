import { afterEach, expect, test, vi } from "vitest";
import { waitFor } from "./wait-for";

afterEach(() => vi.unstubAllGlobals());

const session = (id: number) => ({ user: { id, username: `person-${id}` } });

/** A page that person 1 began, and whoever the server says is logged in since. */
async function openPage() {
  const server = { user: 1 };
  const page = { origin: "http://anneal.test", reload: vi.fn() };
  vi.stubGlobal("location", page);
  vi.stubGlobal("document", { cookie: "" });
  const sent: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    return Response.json(session(server.user));
  });
  vi.resetModules(); // whose page it is, is found out once
  const { sessionQuery, consentQuery, logIn, giveConsent } = await import("@/api/session");
  const { setLogin } = await import("@/api/client");
  const asked = vi.fn(async () => undefined);
  setLogin(asked);
  const read = sessionQuery.queryFn as () => Promise<unknown>;
  await read();
  const readConsent = consentQuery.queryFn as () => Promise<unknown>;
  return { ...{ server, page, asked, sent, read, readConsent, logIn, giveConsent } };
}

test("where somebody else logs in in another tab, the person of the page is asked to", async () => {
  const { server, page, asked, read } = await openPage();
  server.user = 2;

  const reading = read();

  await expect(reading).rejects.toThrow("Somebody else has logged in");
  expect(asked).toHaveBeenCalledOnce();
  expect(page.reload).not.toHaveBeenCalled();
});

test("who logs in on the page of somebody else begins a page of their own", async () => {
  const { server, page, logIn } = await openPage();
  server.user = 2;

  void logIn({ username: "person-2", password: "any" });

  await waitFor(() => expect(page.reload).toHaveBeenCalledOnce());
});

test("who logs in again goes on with their page", async () => {
  const { page, read, logIn } = await openPage();

  const again = await logIn({ username: "person-1", password: "any" });

  expect(again).toEqual(session(1));
  expect(await read()).toEqual(session(1));
  expect(page.reload).not.toHaveBeenCalled();
});

test("a page says whose it is with all that it asks and sends, but for a login", async () => {
  const { sent, readConsent, giveConsent, logIn } = await openPage();

  await readConsent();
  await giveConsent(1);
  await logIn({ username: "person-1", password: "any" });

  expect(sent.map(({ method, headers }) => [method, headers.get("X-Anneal-User")])).toEqual([
    ["GET", null],
    ["GET", "1"],
    ["POST", "1"],
    ["POST", null],
  ]);
});
