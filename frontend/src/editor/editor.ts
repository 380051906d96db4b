/**
 * The editor of one image: what a person's gestures do to the annotations.
 *
 * No DOM and no framework: the stage draws it, the page shows it, both by its signals.
 */

import { type DecodePrompts, Draft, isAmbiguous, type Target } from "@/editor/draft";
import { type EffortMeter, shareEffort } from "@/editor/effort";
import { logitsOfMask } from "@/editor/frame";
import { type Box, clamp, type ImagePoint, type SizeHW } from "@/editor/geometry";
import { type Mask, maskFromRLE, maskToRLE } from "@/editor/mask";
import type { Annotations, LabelId, Operation, Prompt } from "@/editor/operations";
import { isSameRef, type ObjectRef, objectAt, pendingProposals, rowOf } from "@/editor/picking";
import { Signal } from "@/editor/signal";
import type { AnnotationStore, OperationDraft } from "@/editor/store";
import { paintStroke, type Stroke } from "@/editor/stroke";
import { BoxTool } from "@/editor/tools/box-tool";
import { BrushTool } from "@/editor/tools/brush-tool";
import { EraserTool } from "@/editor/tools/eraser-tool";
import { PointTool } from "@/editor/tools/point-tool";
import { SelectTool } from "@/editor/tools/select-tool";
import type { Desk, Tool, ToolName } from "@/editor/tools/tool";

export interface EditorOptions {
  readonly size_hw: SizeHW;
  readonly store: AnnotationStore;
  readonly meter: EffortMeter;
  readonly decode: DecodePrompts;
  /** Keep operations and send them; called at the end of each gesture. */
  readonly save: (operations: readonly Operation[]) => void;
  readonly onError: (error: unknown) => void;
}

const LARGEST_BRUSH_PX = 512;

export class Editor implements Desk {
  readonly size_hw: SizeHW;
  readonly store: AnnotationStore;
  readonly meter: EffortMeter;
  readonly draft: Draft;
  readonly annotations: Signal<Annotations>;
  readonly tool: Signal<Tool>;
  readonly selection = new Signal<ObjectRef | null>(null);
  readonly hover = new Signal<ObjectRef | null>(null);
  readonly label = new Signal<LabelId | null>(null);
  readonly brush = new Signal(12); // radius in image pixels
  readonly hidden = new Signal<ReadonlySet<string>>(new Set());
  readonly showsProposals = new Signal(true);
  readonly threshold = new Signal(0.9); // of the predicted IoU, for accepting many at once
  readonly stroke = new Signal<Stroke | null>(null);
  readonly box = new Signal<Box | null>(null);
  readonly isReadOnly = new Signal(false);
  pixelsPerScreenPixel = 1;
  #options: EditorOptions;
  #tools: Record<ToolName, Tool>;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.size_hw = options.size_hw;
    this.store = options.store;
    this.meter = options.meter;
    this.draft = new Draft(options.size_hw, options.decode, options.onError);
    this.annotations = new Signal(options.store.annotations);
    this.#tools = {
      select: new SelectTool(this),
      point: new PointTool(this),
      box: new BoxTool(this),
      brush: new BrushTool(this),
      eraser: new EraserTool(this),
    };
    this.tool = new Signal<Tool>(this.#tools.point);
    options.store.subscribe(() => {
      this.annotations.set(options.store.annotations);
      this.#letGoOfWhatIsGone();
    });
  }

  get brushRadius_px(): number {
    return this.brush.get();
  }

  // Tools and what is under the pointer.

  takeTool(name: ToolName): void {
    this.tool.get().onCancel();
    this.tool.set(this.#tools[name]);
  }

  setBrush(radius_px: number): void {
    this.brush.set(clamp(radius_px, 0.5, LARGEST_BRUSH_PX));
  }

  pointAt(at: ImagePoint | null): void {
    const found = at === null ? null : objectAt(this.annotations.get(), at, this.isShown);
    if (!isSameRef(found, this.hover.get())) this.hover.set(found);
  }

  selectAt(at: ImagePoint): void {
    this.selection.set(objectAt(this.annotations.get(), at, this.isShown));
  }

  readonly isShown = (ref: ObjectRef): boolean =>
    !this.hidden.get().has(ref.id) && (ref.kind === "mask" || this.showsProposals.get());

  setHidden(id: string, isHidden: boolean): void {
    const hidden = new Set(this.hidden.get());
    if (isHidden) hidden.add(id);
    else hidden.delete(id);
    this.hidden.set(hidden);
  }

  /** Step through the proposals, the surest first. */
  selectProposal(step: 1 | -1): void {
    const rows = pendingProposals(this.annotations.get());
    const now = rows.findIndex(({ id }) => id === this.selection.get()?.id);
    const next = rows.at(now === -1 && step === -1 ? -1 : (now + step) % Math.max(rows.length, 1));
    if (next !== undefined) this.selection.set({ kind: "proposal", id: next.id });
  }

  // Gestures that make a draft.

  prompt(prompt: Prompt, time_ms: number): void {
    if (this.isReadOnly.get()) return;
    const selected = this.draft.state.get() === null ? this.selection.get() : null;
    const row = rowOf(this.annotations.get(), selected);
    const target: Target = selected === null || row === null ? { kind: "new" } : selected;
    const logits = row === null ? null : logitsOfMask(maskFromRLE(row.rle));
    void this.draft.addPrompt(prompt, { target, logits }, time_ms);
  }

  showBox(box: Box | null): void {
    this.box.set(box);
  }

  showStroke(stroke: Stroke | null): void {
    this.stroke.set(this.isReadOnly.get() ? null : stroke);
  }

  /** Escape: drop the gesture, then the draft, then the selection. */
  cancel(): void {
    this.tool.get().onCancel();
    if (this.draft.state.get() !== null) this.draft.clear();
    else this.selection.set(null);
  }

  // Gestures that change the annotations: each ends in one commit and one save.

  finishStroke(stroke: Stroke): void {
    if (this.isReadOnly.get()) return;
    this.meter.noteStroke();
    const target = this.strokeTarget(stroke);
    const before = this.maskOf(target);
    const mask = paintStroke(before, stroke, this.size_hw);
    if (before !== null && isSameMask(before, mask)) return;
    this.selection.set(this.#keep(target, mask)); // the next stroke goes on with it
  }

  /** What a stroke changes: the draft, the selection, or (erasing) what it begins on. */
  strokeTarget({ value, points }: Stroke): Target {
    const draft = this.draft.state.get();
    if (draft !== null) return draft.target;
    const selected = this.selection.get();
    if (rowOf(this.annotations.get(), selected) !== null) return selected as ObjectRef;
    const [first] = points;
    if (value === 1 || first === undefined) return { kind: "new" };
    return objectAt(this.annotations.get(), first, this.isShown) ?? { kind: "new" };
  }

  /** Accept the draft, or the selected proposal, or the one under the pointer. */
  accept(): void {
    if (this.isReadOnly.get()) return;
    const draft = this.draft.state.get();
    const mask = this.draft.mask;
    if (draft !== null) {
      if (mask === null || draft.isDecoding) return;
      this.#keep(draft.target, mask);
      this.selection.set(null); // room for the next object
      return;
    }
    const ref = this.#proposalInMind();
    if (ref === null) return;
    const next = this.#nextAfter(ref.id);
    const label = rowOf(this.annotations.get(), ref)?.label ?? this.label.get();
    const verdict = { proposal: ref.id, verdict: "accepted", mask: crypto.randomUUID() } as const;
    this.#commit([{ kind: "verdict", ...verdict, label, effort: this.meter.take() }]);
    this.selection.set(next);
  }

  /** Drop the draft, or reject the selected proposal, or the one under the pointer. */
  reject(): void {
    if (this.draft.state.get() !== null) {
      this.draft.clear();
      return;
    }
    const ref = this.#proposalInMind();
    if (ref === null || this.isReadOnly.get()) return;
    const next = this.#nextAfter(ref.id);
    this.#commit([{ kind: "verdict", proposal: ref.id, verdict: "rejected" }]);
    this.selection.set(next);
  }

  /** Delete the selected mask, or the one under the pointer. */
  remove(): void {
    const ref = this.selection.get() ?? this.hover.get();
    if (this.isReadOnly.get() || rowOf(this.annotations.get(), ref) === null || ref === null)
      return;
    if (ref.kind === "proposal") this.reject();
    else this.#commit([{ kind: "delete", mask: ref.id, effort: this.meter.take() }]);
  }

  /** Give the selected mask a label; without one, the next masks get it. */
  setLabel(label: LabelId | null): void {
    this.label.set(label);
    const ref = this.selection.get();
    if (this.draft.state.get() !== null || ref?.kind !== "mask" || this.isReadOnly.get()) return;
    const row = rowOf(this.annotations.get(), ref);
    if (row === null || row.label === label) return;
    this.#commit([{ kind: "revise", mask: ref.id, label, effort: this.meter.take() }]);
  }

  /** Accept every proposal at or above the threshold, as one step of undo. */
  acceptAbove(threshold: number): void {
    const rows = pendingProposals(this.annotations.get()).filter(
      ({ predicted_iou }) => predicted_iou >= threshold,
    );
    if (rows.length === 0 || this.isReadOnly.get()) return;
    const efforts = shareEffort(this.meter.take(), rows.length);
    this.#commit(
      rows.map(({ id, label }, index) => ({
        kind: "verdict",
        proposal: id,
        verdict: "accepted",
        mask: crypto.randomUUID(),
        label: label ?? this.label.get(),
        effort: efforts[index],
      })),
    );
  }

  undo(): void {
    if (this.draft.undoPrompt() || this.isReadOnly.get()) return;
    this.#options.save(this.store.undo());
  }

  redo(): void {
    if (!this.isReadOnly.get()) this.#options.save(this.store.redo());
  }

  choose(index: 0 | 1 | 2): void {
    this.draft.choose(index);
  }

  get isAmbiguous(): boolean {
    return isAmbiguous(this.draft.state.get());
  }

  /** Save what a gesture made of its target. Returns the mask, null when nothing is left of it. */
  #keep(target: Target, mask: Mask): ObjectRef | null {
    const draft = this.draft.state.get();
    const effort = this.meter.take(draft?.prompts, draft?.picked);
    this.draft.clear();
    if (mask.area_px === 0) {
      if (target.kind === "mask") this.#commit([{ kind: "delete", mask: target.id, effort }]);
      return null; // a proposal that was erased still waits for its verdict
    }
    const rle = maskToRLE(mask);
    if (target.kind === "mask") {
      this.#commit([{ kind: "revise", mask: target.id, rle, effort }]);
      return target;
    }
    const proposal = target.kind === "proposal" ? rowOf(this.annotations.get(), target) : null;
    const id = crypto.randomUUID();
    const label = proposal?.label ?? this.label.get();
    const origin = proposal === null ? {} : { proposal: proposal.id };
    this.#commit([{ kind: "create", mask: id, label, rle, ...origin, effort }]);
    return { kind: "mask", id };
  }

  #commit(drafts: readonly OperationDraft[]): void {
    this.#options.save(this.store.commit(drafts));
  }

  /** The mask that a gesture on a target begins with. */
  maskOf(target: Target): Mask | null {
    if (this.draft.state.get() !== null) return this.draft.mask;
    if (target.kind === "new") return null;
    const row = rowOf(this.annotations.get(), target);
    return row === null ? null : maskFromRLE(row.rle);
  }

  #proposalInMind(): ObjectRef | null {
    for (const ref of [this.selection.get(), this.hover.get()]) {
      if (ref?.kind === "proposal" && rowOf(this.annotations.get(), ref) !== null) return ref;
    }
    return null;
  }

  /** The proposal to look at once this one is decided, if the person goes through them in turn. */
  #nextAfter(id: string): ObjectRef | null {
    if (this.selection.get()?.id !== id) return this.selection.get();
    const rows = pendingProposals(this.annotations.get());
    const at = rows.findIndex((row) => row.id === id);
    const next = rows[at + 1] ?? rows[at - 1];
    return next === undefined ? null : { kind: "proposal", id: next.id };
  }

  #letGoOfWhatIsGone(): void {
    for (const signal of [this.selection, this.hover]) {
      if (rowOf(this.annotations.get(), signal.get()) === null) signal.set(null);
    }
    const draft = this.draft.state.get();
    if (draft === null || draft.target.kind === "new") return;
    if (rowOf(this.annotations.get(), draft.target) === null) this.draft.clear();
  }
}

function isSameMask(a: Mask, b: Mask): boolean {
  return a.ends.length === b.ends.length && a.ends.every((end, index) => end === b.ends[index]);
}
