/** An editor with masks drawn on a small image, and what it saved. */

import type { DecodePrompts } from "@/editor/draft";
import { Editor } from "@/editor/editor";
import { EffortMeter } from "@/editor/effort";
import { type Mask, maskFromRLE, maskToRLE, runsOf } from "@/editor/mask";
import type { MaskRow, Operation, ProposalRow } from "@/editor/operations";
import { liveMasks } from "@/editor/picking";
import type { Decoded } from "@/editor/sam";
import { AnnotationStore } from "@/editor/store";
import type { ToolName } from "@/editor/tools/tool";
import { annotationsOf, maskRow, proposalRow } from "./annotations";
import { rowsOf } from "./drawings";
import { at } from "./pointer";

export interface Bench {
  readonly editor: Editor;
  readonly saved: Operation[][];
  /** The masks by their ids, drawn. */
  drawn(): Record<string, string[]>;
  /** Press, move and lift along places. */
  drag(...along: (readonly [number, number])[]): void;
  click(x: number, y: number, change?: Parameters<typeof at>[2]): void;
}

export interface Setting {
  readonly masks?: Record<string, Mask>;
  readonly rows?: Record<string, Partial<MaskRow>>;
  readonly proposals?: Record<string, Mask>;
  /** The labels of proposals that the model is sure of. */
  readonly called?: Record<string, number>;
  readonly decode?: DecodePrompts;
  readonly size_hw?: readonly [number, number];
  readonly tool?: ToolName;
  readonly selected?: string;
  /** The clock of effort; it stands still if there is none. */
  readonly now_s?: () => number;
  /** Hears what went wrong, which is thrown if nobody does. */
  readonly onError?: (error: unknown) => void;
}

export function bench(setting: Setting): Bench {
  const masks = Object.entries(setting.masks ?? {});
  const proposals = Object.entries(setting.proposals ?? {});
  const rows = masks.map(([id, mask]) => maskRow(id, maskToRLE(mask), setting.rows?.[id]));
  const proposed: ProposalRow[] = proposals.map(([id, mask]) => ({
    ...proposalRow(id, maskToRLE(mask), 0.9),
    label: setting.called?.[id] ?? null,
  }));
  const saved: Operation[][] = [];
  const editor = new Editor({
    size_hw: setting.size_hw ?? [...masks, ...proposals][0]?.[1].size_hw ?? [20, 30],
    store: new AnnotationStore(annotationsOf(rows, proposed), "ada"),
    meter: new EffortMeter(setting.now_s ?? (() => 0)),
    decode: setting.decode ?? (() => Promise.resolve(null)),
    schedule: () => () => undefined,
    save: (operations) => {
      if (operations.length > 0) saved.push([...operations]);
    },
    onError:
      setting.onError ??
      ((error) => {
        throw error;
      }),
  });
  editor.pixelsPerScreenPixel = 0.05; // near enough to tell the pixels of a small image apart
  if (setting.tool) editor.takeTool(setting.tool);
  const { selected } = setting;
  if (selected !== undefined) {
    const kind = selected in (setting.masks ?? {}) ? "mask" : "proposal";
    editor.selection.set({ kind, id: selected });
  }
  return {
    editor,
    saved,
    drawn: () =>
      Object.fromEntries(
        liveMasks(editor.annotations.get()).map((row) => [row.id, rowsOf(maskFromRLE(row.rle))]),
      ),
    drag(first, ...rest) {
      const tool = editor.tool.get();
      tool.onPointerDown(at(...first));
      for (const place of rest) tool.onPointerMove(at(...place));
      tool.onPointerUp(at(...(rest.at(-1) ?? first)));
    },
    click(x, y, change) {
      editor.tool.get().onPointerDown(at(x, y, change));
      editor.tool.get().onPointerUp(at(x, y, change));
    },
  };
}

/** What the decoder answers: one mask and no others. */
export function decodedAs(mask: Mask): Decoded {
  const logits = new Float32Array(65_536);
  return {
    bundle: "b1",
    mask: { token: 0, runs: runsOf(mask), predicted_iou: 0.9, logits },
    others: Promise.resolve([]),
    timings: { decoder_ms: 1, upscale_ms: 1 },
  };
}
