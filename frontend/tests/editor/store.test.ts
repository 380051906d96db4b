import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Annotations,
  applyOperations,
  type MissedOperation,
  UnknownRowError,
} from "@/editor/operations";
import { liveMasks, pendingProposals } from "@/editor/picking";
import { AnnotationStore, type ChangeSet, type OperationDraft } from "@/editor/store";
import { annotationsOf, maskRow, proposalRow, square } from "./annotations";

function seen({ masks, proposals }: Annotations) {
  return {
    masks: [...masks.values()]
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ id, label, parent, rle, attributes }) => [id, label, parent, rle.counts, attributes])
      .sort(),
    proposals: [...proposals.values()].map(({ id, state }) => [id, state]).sort(),
  };
}

function start(): AnnotationStore {
  const masks = [maskRow("m1", square(1, 1, 4)), maskRow("m2", square(8, 8, 5), { label: 3 })];
  const proposals = [
    proposalRow("p1", square(2, 2, 3), 0.9),
    proposalRow("p2", square(9, 1, 3), 0.8),
  ];
  return new AnnotationStore(annotationsOf(masks, proposals), "ada");
}

test("a commit changes the annotations and says what to save", () => {
  const store = start();
  const heard: ChangeSet[] = [];
  store.subscribe((changeSet) => heard.push(changeSet));

  const operations = store.commit([{ kind: "revise", mask: "m1", label: 7 }]);

  expect(store.annotations.masks.get("m1")).toMatchObject({ label: 7, author: "ada" });
  expect(operations).toMatchObject([{ kind: "revise", mask: "m1", label: 7 }]);
  expect(heard).toMatchObject([{ origin: "local", operations }]);
});

test("undo of an acceptance deletes the mask and opens the proposal again; redo accepts again", () => {
  const store = start();
  const rle = square(2, 2, 3);
  store.commit([{ kind: "create", mask: "new", label: 1, rle, proposal: "p1" }]);

  const undone = store.undo();
  const whileUndone = seen(store.annotations);
  const redone = store.redo();

  expect(undone).toMatchObject([
    { kind: "delete", mask: "new" },
    { kind: "verdict", proposal: "p1", verdict: "pending" },
  ]);
  expect(whileUndone).toEqual(seen(start().annotations));
  expect(redone).toMatchObject([
    { kind: "verdict", proposal: "p1", verdict: "accepted", mask: "new" },
    { kind: "revise", mask: "new", rle },
  ]);
  expect(store.annotations.proposals.get("p1")?.state).toBe("accepted");
});

test("a mask of the other set is taken in, and undo puts it back with what made room for it", () => {
  const theirs = maskRow("b", square(2, 2, 4), { slot: 1, isAside: true });
  const store = new AnnotationStore(annotationsOf([maskRow("a", square(1, 1, 4)), theirs]), "eva");
  const before = liveMasks(store.annotations).map(({ id }) => id);

  store.commit([
    { kind: "revise", mask: "b", aside: false },
    { kind: "delete", mask: "a" },
  ]);
  const taken = liveMasks(store.annotations).map(({ id }) => id);
  const undone = store.undo();

  expect([before, taken]).toEqual([["a"], ["b"]]);
  expect(undone).toMatchObject([
    { kind: "revise", mask: "a", rle: square(1, 1, 4) },
    { kind: "revise", mask: "b", aside: true },
  ]);
  expect(liveMasks(store.annotations).map(({ id }) => id)).toEqual(["a"]);
});

test("who works at the second place says so of every new mask", () => {
  const masks = [maskRow("old", square(1, 1, 4), { slot: 1 })];
  const store = new AnnotationStore(annotationsOf(masks), "bob", 1);

  const operations = store.commit([
    { kind: "create", mask: "new", label: null, rle: square(3, 3, 3) },
    { kind: "revise", mask: "old", label: 2 },
  ]);

  expect(operations.map((operation) => "slot" in operation && operation.slot)).toEqual([1, false]);
  expect(liveMasks(store.annotations)).toHaveLength(2);
});

test("undo of a deletion brings the mask back as it was", () => {
  const store = start();
  store.commit([{ kind: "delete", mask: "m2" }]);

  const operations = store.undo();

  expect(operations).toMatchObject([{ kind: "revise", mask: "m2", label: 3 }]);
  expect(seen(store.annotations)).toEqual(seen(start().annotations));
});

test("undo leaves alone what someone else has changed since", () => {
  const store = start();
  store.commit([{ kind: "revise", mask: "m1", label: 7 }]);
  const theirs = { id: "op", kind: "revise", mask: "m1", label: 9 } as const;
  store.rebase([{ ...theirs, author: "grace", image_version: 2 }], []);

  const operations = store.undo();

  expect(operations).toEqual([]);
  expect(store.annotations.masks.get("m1")).toMatchObject({ label: 9, author: "grace" });
});

test("undo of several acceptances opens each proposal beside its mask, as the outbox reads it", () => {
  const store = start();
  const accept = { kind: "verdict", verdict: "accepted", label: 1 } as const;
  store.commit([
    { ...accept, proposal: "p1", mask: "one" },
    { ...accept, proposal: "p2", mask: "two" },
  ]);

  expect(store.undo()).toMatchObject([
    { kind: "delete", mask: "one" },
    { kind: "verdict", proposal: "p1" },
    { kind: "delete", mask: "two" },
    { kind: "verdict", proposal: "p2" },
  ]);
});

test("an acceptance with whose mask others have gone on is not undone, nor is its proposal opened", () => {
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;
  const author = { author: "grace", image_version: 2 };
  const reshaped = { id: "op", kind: "revise", mask: "own", rle: square(0, 0, 9) } as const;
  const part = { id: "op", kind: "create", mask: "part", label: 1, rle: square(2, 2, 2) } as const;

  for (const theirs of [reshaped, { ...part, parent: "own" }]) {
    const store = start();
    store.commit([{ ...accept, mask: "own" }]);
    store.rebase([{ ...theirs, ...author }], []);

    expect(store.undo()).toEqual([]);
    expect(store.annotations.masks.get("own")?.isDeleted).toBe(false);
  }
});

test("parts that others have drawn keep no deletion from being redone", () => {
  const store = start();
  const part = { id: "op", kind: "create", mask: "part", label: 1, rle: square(8, 8, 2) } as const;
  store.rebase([{ ...part, parent: "m2", author: "grace", image_version: 2 }], []);
  store.commit([{ kind: "delete", mask: "m2" }]);

  store.undo();

  expect(store.redo()).toMatchObject([{ kind: "delete", mask: "m2" }]);
  expect(store.undo()).toMatchObject([{ kind: "revise", mask: "m2" }]);
});

describe("where somebody else has made a mask of the proposal too", () => {
  const accept = { kind: "verdict", proposal: "p1", verdict: "accepted", label: 1 } as const;
  const undone = [{ kind: "delete", mask: "own" }];

  test("undo takes back my mask alone", () => {
    const store = start();
    store.commit([{ ...accept, mask: "own" }]);
    const theirs = { ...accept, id: "op", mask: "hers", author: "grace", image_version: 2 };
    const own = { kind: "create", mask: "own", label: 1, rle: square(2, 2, 3) } as const;
    store.rebase([theirs], [{ ...own, id: "as its own" }]);

    expect(store.undo()).toMatchObject(undone);
    expect(store.annotations.proposals.get("p1")?.state).toBe("accepted");
  });

  test("what waits to be decided once more here is still understood", () => {
    const store = start();
    store.commit([{ ...accept, mask: "own" }]);
    store.undo();
    const again = store.commit([{ ...accept, mask: "other" }]);
    const own = maskRow("own", square(2, 2, 3), { label: 1, proposal: "p1" });

    store.reload(annotationsOf([own]), again);

    expect(liveMasks(store.annotations).map(({ id }) => id)).toEqual(["own", "other"]);
    expect(store.annotations.proposals.get("p1")?.rle).toEqual(square(2, 2, 3));
  });

  test("and so it is where that was seen on the server", () => {
    const store = start();
    store.commit([{ ...accept, mask: "own" }]);
    const hers = maskRow("hers", square(2, 2, 3), { proposal: "p1" });
    const own = maskRow("own", square(2, 2, 3), { label: 1 });
    store.reload(annotationsOf([own, hers]), []);

    expect(store.undo()).toMatchObject(undone);
  });
});

test("rebasing takes in the others' work and keeps one's own on top", () => {
  const store = start();
  const own = store.commit([{ kind: "revise", mask: "m1", label: 7 }]);
  const missed: MissedOperation[] = [
    {
      id: "a",
      kind: "revise",
      mask: "m1",
      rle: square(0, 0, 2),
      author: "grace",
      image_version: 2,
    },
    { id: "b", kind: "delete", mask: "m2", author: "grace", image_version: 2 },
  ];

  store.rebase(missed, own);

  expect(seen(store.annotations).masks).toEqual([["m1", 7, null, square(0, 0, 2).counts, {}]]);
});

test("a decision on a proposal that is not shown is no news, unless it takes the one before back", () => {
  const store = start();
  const decided = { id: "a", kind: "verdict", proposal: "unseen", image_version: 2 } as const;
  const by = { author: "grace" };

  store.rebase([{ ...decided, ...by, verdict: "rejected" }], []);

  expect(seen(store.annotations)).toEqual(seen(start().annotations));
  expect(() => store.rebase([{ ...decided, ...by, verdict: "pending" }], [])).toThrow(
    UnknownRowError,
  );
});

test("looking again at the server takes in its news and leaves undo working", () => {
  const store = start();
  store.commit([{ kind: "delete", mask: "m2" }]);
  store.commit([{ kind: "create", mask: "new", label: 1, rle: square(2, 2, 3), proposal: "p1" }]);
  const rows = [
    maskRow("m1", square(1, 1, 4)),
    maskRow("new", square(2, 2, 3), { proposal: "p1", label: 1 }),
  ];
  const news = [proposalRow("p9", square(5, 5, 3), 0.7)];

  store.reload(annotationsOf(rows, news), []);
  const fresh = pendingProposals(store.annotations).map(({ id }) => id);
  store.undo();
  store.undo();

  expect(fresh).toEqual(["p9"]);
  expect(liveMasks(store.annotations).map(({ id }) => id)).toEqual(["m1", "m2"]);
  expect(store.annotations.proposals.get("p1")?.state).toBe("pending");
});

test("work on a mask that is gone waits unseen, and hides nothing else", () => {
  const store = start();
  const gone = { id: "a", kind: "revise", mask: "gone", label: 7 } as const;
  const kept = { id: "b", kind: "revise", mask: "m1", label: 7 } as const;

  store.reload(store.annotations, [gone, kept]);

  expect(store.annotations.masks.get("m1")?.label).toBe(7);
  expect(store.annotations.masks.has("gone")).toBe(false);
});

const anyDraft = fc.oneof(
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom("m1", "m2"),
    label: fc.constantFrom(null, 1, 2),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom("m1", "m2"),
    rle: fc.integer({ min: 1, max: 9 }).map((side) => square(1, 1, side)),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom("m1", "m2"),
    attributes: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom(null, 1, "red")),
  }),
  fc.record({ kind: fc.constant("delete" as const), mask: fc.constantFrom("m1", "m2") }),
  fc.uuid().map((mask) => ({ kind: "create" as const, mask, label: 1, rle: square(3, 3, 3) })),
  fc.record({
    kind: fc.constant("verdict" as const),
    proposal: fc.constant("p2"),
    verdict: fc.constantFrom("rejected" as const, "pending" as const),
  }),
  fc.uuid().map((mask) => ({
    kind: "create" as const,
    mask,
    label: 2,
    rle: square(2, 2, 3),
    proposal: "p1",
  })),
);

const anyWork = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.array(anyDraft, { minLength: 1, maxLength: 3 }) },
    { weight: 2, arbitrary: fc.constantFrom("undo" as const, "redo" as const) },
  ),
  { maxLength: 20 },
);

function work(store: AnnotationStore, steps: readonly (OperationDraft[] | "undo" | "redo")[]) {
  return steps.flatMap((step) => {
    if (step === "undo") return store.undo();
    return step === "redo" ? store.redo() : store.commit(step.filter((d) => isOffered(store, d)));
  });
}

/** The page offers a proposal for acceptance only while it waits. */
function isOffered({ annotations }: AnnotationStore, draft: OperationDraft): boolean {
  if (!("proposal" in draft) || draft.kind !== "create") return true;
  return annotations.proposals.get(draft.proposal ?? "")?.state === "pending";
}

test("the operations say all that happened: replayed elsewhere they give the same", () => {
  fc.assert(
    fc.property(anyWork, (steps) => {
      const store = start();
      const operations = work(store, steps);
      const elsewhere = applyOperations(start().annotations, operations, "ada");
      expect(seen(elsewhere)).toEqual(seen(store.annotations));
    }),
    { seed: 5 },
  );
});

test("replaying operations that are there already changes nothing", () => {
  fc.assert(
    fc.property(anyWork, (steps) => {
      const store = start();
      const operations = work(store, steps);
      const before = seen(store.annotations);
      store.reload(store.annotations, operations);
      expect(seen(store.annotations)).toEqual(before);
    }),
    { seed: 6 },
  );
});

test("undoing everything and redoing everything leads back", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyDraft, { minLength: 1, maxLength: 3 })), (steps) => {
      const store = start();
      work(store, steps);
      const after = seen(store.annotations);
      while (store.canUndo) store.undo();
      const before = seen(store.annotations);
      while (store.canRedo) store.redo();
      expect(before).toEqual(seen(start().annotations));
      expect(seen(store.annotations)).toEqual(after);
    }),
    { seed: 7 },
  );
});

test("lists hold what is there: live masks, and the surest proposals first", () => {
  const { annotations } = start();

  expect(liveMasks(annotations).map(({ id }) => id)).toEqual(["m1", "m2"]);
  expect(pendingProposals(annotations).map(({ id }) => id)).toEqual(["p1", "p2"]);
});

test("what verifying sent on is still there to be corrected, before what nobody has looked at", () => {
  const rows = [
    proposalRow("sure", square(1, 1, 3), 0.95),
    { ...proposalRow("sent", square(8, 1, 3), 0.6), state: "needs_work" as const },
  ];
  const store = new AnnotationStore(annotationsOf([], rows), "ada");
  expect(pendingProposals(store.annotations).map(({ id }) => id)).toEqual(["sent", "sure"]);

  const accept = { kind: "verdict", proposal: "sent", verdict: "accepted", mask: "m" } as const;
  store.commit([{ ...accept, label: null }]);
  expect(pendingProposals(store.annotations).map(({ id }) => id)).toEqual(["sure"]);
  store.undo();

  expect(store.annotations.proposals.get("sent")?.state).toBe("needs_work");
});
