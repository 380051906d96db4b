/** Lists that come page by page. */

export interface Page<Row> {
  results: Row[];
  next: string | null;
}

/** Reads a list to its end, for those who need the whole. */
export async function readAll<Row>(
  readPage: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const { results, next } = await readPage(cursor);
    rows.push(...results);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** The rows of the pages that were read so far. */
export function rowsOf<Row>(data: { pages: readonly Page<Row>[] } | undefined): Row[] {
  return data?.pages.flatMap(({ results }) => results) ?? [];
}
