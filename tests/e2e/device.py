"""What a page keeps on its device."""

from typing import Any

from playwright.sync_api import Page

ROWS = """async ([database, store]) => {
  const done = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const db = await done(indexedDB.open(database));
  const rows = await done(db.transaction(store).objectStore(store).getAll());
  db.close();
  return rows;
}"""


def kept_in(page: Page, database: str, store: str) -> list[Any]:
    """Return the rows of a store of the page's IndexedDB, without their bytes."""
    rows: list[Any] = page.evaluate(ROWS, [database, store])
    return rows
