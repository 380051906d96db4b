/**
 * The editor of one image: what a person's gestures do to the annotations.
 *
 * No DOM and no framework: the stage draws it, the page shows it, both by its signals.
 */

import { withDefaults } from "@/editor/attribute-rules";
import type { Definitions } from "@/editor/attributes";
import type { CommentPlace } from "@/editor/comment-place";
import { type DecodePrompts, Draft, isAmbiguous, type Target } from "@/editor/draft";
import { charged, type EffortMeter } from "@/editor/effort";
import { Foresight } from "@/editor/foresight";
import { logitsOfMask } from "@/editor/frame";
import { type Box, clamp, type ImagePoint, isInside, type SizeHW } from "@/editor/geometry";
import { type Hand, inHand, selectedTarget, strokeTarget } from "@/editor/hand";
import { emptyMask, type Mask, maskFromRLE, maskToRLE } from "@/editor/mask";
import { deleteMasks, labelSelected } from "@/editor/mask-commands";
import { isSameMask } from "@/editor/mask-sets";
import { NearDuplicates } from "@/editor/near-duplicates";
import { ObjectView } from "@/editor/object-view";
import type { Annotations, LabelId, Operation, Prompt, ProposalRow } from "@/editor/operations";
import { offerAfter, type PartOffer } from "@/editor/part-offer";
import { isSameRef, type ObjectRef, objectAt, rowOf } from "@/editor/picking";
import { labelOf, relabelSelected } from "@/editor/proposal-labels";
import type { Schedule } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import type { AnnotationStore, OperationDraft } from "@/editor/store";
import type { Stroke } from "@/editor/stroke";
import { deskOf } from "@/editor/tools/desk";
import type { Desk, Ghost, OpenLine, Sketch, Tool, ToolName } from "@/editor/tools/tool";
import { makeTools } from "@/editor/tools/tools";
import { Unsent } from "@/editor/unsent";
import {
  acceptAll,
  acceptProposal,
  proposalLike,
  rejectProposal,
  selectProposal,
} from "@/editor/verdicts";

export interface EditorOptions {
  readonly size_hw: SizeHW;
  readonly store: AnnotationStore;
  readonly meter: EffortMeter;
  readonly decode: DecodePrompts;
  readonly schedule: Schedule;
  /** Keep operations and send them; called at the end of each gesture. */
  readonly save: (operations: readonly Operation[]) => void;
  readonly onError: (error: unknown) => void;
}

/** More operations of the same gesture; `id` is the mask that was kept. */
export type AlsoDo = (id: string) => readonly OperationDraft[];

const LARGEST_BRUSH_PX = 512;

export class Editor {
  readonly size_hw: SizeHW;
  readonly store: AnnotationStore;
  readonly meter: EffortMeter;
  readonly draft: Draft;
  readonly annotations: Signal<Annotations>;
  readonly nearDuplicates: NearDuplicates;
  readonly tool: Signal<Tool>;
  readonly selection = new Signal<ObjectRef | null>(null);
  /** Masks that are selected besides. */
  readonly alsoSelected = new Signal<ReadonlySet<string>>(new Set());
  readonly hover = new Signal<ObjectRef | null>(null);
  readonly label = new Signal<LabelId | null>(null);
  /** What the person calls proposals that wait. */
  readonly relabelled = new Signal<ReadonlyMap<string, LabelId | null>>(new Map());
  readonly definitions = new Signal<Definitions>(new Map()); // of the attributes of labels
  /** What a plain click of Points says: 1 is the object, 0 beside it. Each object begins with 1. */
  readonly pointLabel = new Signal<0 | 1>(1);
  readonly brush = new Signal(12); // radius in image pixels
  readonly view = new ObjectView();
  readonly threshold = new Signal(0.9); // of the predicted IoU, for accepting many at once
  readonly stroke = new Signal<Stroke | null>(null);
  readonly box = new Signal<Box | null>(null);
  readonly sketch = new Signal<Sketch | null>(null);
  readonly ghost = new Signal<Ghost | null>(null);
  /** Between the clicks of a polygon: its corners so far. */
  readonly openLine = new Signal<OpenLine | null>(null);
  /** What the mask that was just made may be a part of. */
  readonly partOffer = new Signal<PartOffer | null>(null);
  /** Where a comment is being written. */
  readonly commenting = new Signal<CommentPlace | null>(null);
  /** The comment that is being answered. */
  readonly answering = new Signal<string | null>(null);
  readonly unsent = new Unsent();
  /** Why the last gesture came to nothing; null once another one begins. */
  readonly notice = new Signal<string | null>(null);
  readonly isReadOnly = new Signal(false);
  pixelsPerScreenPixel = 1;
  /** What tools ask for. */
  readonly desk: Desk;
  #options: EditorOptions;
  #tools: Record<ToolName, Tool>;
  #foresight: Foresight;
  #redoDepth = 0; // steps that could be redone when a prompt was taken back last
  #isLeft = false;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.size_hw = options.size_hw;
    this.store = options.store;
    this.meter = options.meter;
    this.#foresight = new Foresight(options.decode, options.schedule);
    this.draft = new Draft(options.size_hw, this.#foresight.decode, options.onError);
    this.annotations = new Signal(options.store.annotations);
    this.nearDuplicates = new NearDuplicates(this.annotations, options.schedule);
    this.desk = deskOf(this);
    this.#tools = makeTools(this.desk);
    this.tool = new Signal<Tool>(this.#tools.point);
    this.meter.tool = "point";
    this.selection.subscribe(() => this.alsoSelected.set(new Set()));
    const onHandChange = (): void => this.tool.get().onHandChange?.();
    options.store.subscribe((changeSet) => {
      this.annotations.set(options.store.annotations);
      this.#letGoOfWhatIsGone();
      if (changeSet.origin === "local") this.partOffer.set(offerAfter(this, changeSet));
      onHandChange();
    });
    this.selection.subscribe(onHandChange);
    this.draft.state.subscribe(onHandChange);
    this.selection.subscribe(() => this.pointLabel.set(1));
    this.draft.state.subscribe(() => {
      const draft = this.draft.state.get();
      if (draft === null) this.pointLabel.set(1);
      else if (draft.target.kind === "new") this.selection.set(null); // it is another object
    });
  }

  /** Whether nothing can be changed: the page says so, or the image is being left. */
  get isFrozen(): boolean {
    return this.#isLeft || this.isReadOnly.get();
  }

  /** Take no more changes. The page is not told: what it shows is about to go. */
  freeze(): void {
    this.#isLeft = true;
  }

  get hidden(): Signal<ReadonlySet<string>> {
    return this.view.hidden;
  }

  get showsProposals(): Signal<boolean> {
    return this.view.showsProposals;
  }

  // Tools and what is under the pointer.

  /** A gesture of the last tool that can be ended is ended: nothing drawn is thrown away. */
  takeTool(name: ToolName): void {
    const before = this.tool.get();
    before.finish?.();
    before.onCancel();
    this.notice.set(null);
    this.expectPromptAt(null);
    this.tool.set(this.#tools[name]);
    this.meter.tool = name;
    this.#tools[name].onHandChange?.();
  }

  setBrush(radius_px: number): void {
    this.brush.set(clamp(radius_px, 0.5, LARGEST_BRUSH_PX));
  }

  pointAt(at: ImagePoint | null): void {
    const found = at === null ? null : objectAt(this.annotations.get(), at, this.isWithinReach);
    if (!isSameRef(found, this.hover.get())) this.hover.set(found);
  }

  selectAt(at: ImagePoint): void {
    this.selection.set(objectAt(this.annotations.get(), at, this.isWithinReach));
  }

  readonly isShown = (ref: ObjectRef): boolean => this.view.isShown(ref);

  readonly isWithinReach = (ref: ObjectRef): boolean => this.view.isWithinReach(ref);

  setHidden(id: string, isHidden: boolean): void {
    this.view.setHidden([id], isHidden);
  }

  /** Step through the proposals, the surest first. */
  selectProposal(step: 1 | -1): void {
    selectProposal(this, step);
  }

  // Gestures that make a draft.

  prompt(prompts: readonly Prompt[], time_ms: number): void {
    if (this.isFrozen || prompts.length === 0) return;
    const selected = this.draft.state.get() === null ? this.selection.get() : null;
    const row = rowOf(this.annotations.get(), selected);
    const target: Target = selected === null || row === null ? { kind: "new" } : selected;
    if (!this.mayChange(target)) return;
    const mask = row === null ? null : maskFromRLE(row.rle);
    const logits = mask === null ? null : logitsOfMask(mask);
    void this.draft.addPrompts(prompts, { target, logits, mask }, time_ms);
  }

  /** Let the decoder think ahead, where a click would begin a new object; null: no click comes. */
  expectPromptAt(at: ImagePoint | null): void {
    const isIdle = this.draft.state.get() === null && this.selection.get() === null;
    const isPossible = isIdle && !this.isFrozen && at !== null;
    if (isPossible && isInside(at, this.size_hw)) this.#foresight.expect(at);
    else this.#foresight.forget();
  }

  /** Escape: drop the gesture, close the comment, drop the draft, close the history, or deselect. */
  cancel(): void {
    const tool = this.tool.get();
    this.notice.set(null);
    this.partOffer.set(null);
    if (tool.isBusy) tool.onCancel();
    else if (this.commenting.get() !== null) this.commenting.set(null);
    else if (this.draft.state.get() !== null) this.draft.clear();
    else if (this.view.historyOf.get() !== null) this.view.historyOf.set(null);
    else this.selection.set(null);
  }

  // Gestures that change the annotations: each ends in one commit and one save.

  /**
   * Accept the draft, or let go of the selected mask, or accept the selected proposal, or the one
   * under the pointer. Whatever was in hand is done with: there is room for the next object.
   */
  accept(): void {
    if (this.isFrozen || this.tool.get().finish?.()) return;
    const draft = this.draft.state.get();
    if (draft === null) {
      if (this.selection.get()?.kind === "mask") this.selection.set(null);
      else acceptProposal(this);
      return;
    }
    const mask = this.draft.mask;
    if (mask === null || draft.isDecoding) return;
    this.keep(draft.target, mask);
    this.selection.set(null);
  }

  /** Drop the draft, or reject the selected proposal, or the one under the pointer. */
  reject(): void {
    if (this.draft.state.get() !== null) this.draft.clear();
    else if (!this.isFrozen) rejectProposal(this);
  }

  /** The last part of the gesture or draft, else the selected masks, else the one under the pointer. */
  remove(): void {
    const tool = this.tool.get();
    if (this.isFrozen || tool.stepBack?.() || tool.removePart?.()) return;
    const draft = this.draft.state.get();
    if (draft !== null) {
      void this.draft.removePrompt(draft.active ?? draft.prompts.length - 1, performance.now());
      return;
    }
    const ref = this.selection.get() ?? this.hover.get();
    if (rowOf(this.annotations.get(), ref) === null || ref === null) return;
    if (ref.kind === "proposal") this.reject();
    else deleteMasks(this, new Set([ref.id, ...this.alsoSelected.get()]));
  }

  /** Give what is selected a label; the next masks get it, too. */
  setLabel(label: LabelId | null): void {
    this.label.set(label);
    if (this.draft.state.get() !== null || this.isFrozen) return;
    relabelSelected(this, label);
    labelSelected(this, label);
  }

  /** Accept many proposals as one step of undo. */
  acceptAll(rows: readonly ProposalRow[]): void {
    if (!this.isFrozen) acceptAll(this, rows);
  }

  undo(): void {
    this.notice.set(null);
    const isInGesture = this.tool.get().stepBack?.() || this.#undoPrompt();
    if (!isInGesture && (this.isFrozen || !this.store.canUndo)) return;
    this.meter.noteUndo();
    if (!isInGesture) this.#saveReplay("undo", this.store.undo());
  }

  #undoPrompt(): boolean {
    if (!this.draft.undoPrompt()) return false;
    this.#redoDepth = this.store.history.redo.length;
    return true;
  }

  /** Steps that were undone after the prompts of a draft come back before them. */
  redo(): void {
    if (this.isFrozen) return;
    const isStepNext = this.store.history.redo.length > this.#redoDepth;
    if (this.draft.canRedo && !isStepNext) this.#redoPrompt();
    else this.#saveReplay("redo", this.store.redo());
  }

  #redoPrompt(): void {
    this.draft.redoPrompt();
    this.#letGoOfWhatIsGone(); // others may have deleted its target meanwhile
  }

  choose(index: 0 | 1 | 2): void {
    this.draft.choose(index);
  }

  get isAmbiguous(): boolean {
    return isAmbiguous(this.draft.state.get());
  }

  /** The mask that a gesture on a target begins with. */
  maskOf(target: Target): Mask | null {
    if (this.draft.state.get() !== null) return this.draft.mask;
    if (target.kind === "new") return null;
    const row = rowOf(this.annotations.get(), target);
    return row === null ? null : maskFromRLE(row.rle);
  }

  strokeTarget({ value, points }: Stroke): Target {
    return strokeTarget(this, value, points[0]);
  }

  inHand(at: ImagePoint | null): Hand | null {
    return inHand(this, at);
  }

  /** What the next gesture would change, for the page to say so. */
  get target(): Target | null {
    return selectedTarget(this);
  }

  /** Change one mask, or begin one, as one step of undo. It stays in hand until it is accepted. */
  reshape(target: Target, edit: (mask: Mask) => Mask, also?: AlsoDo): void {
    if (!this.mayChange(target)) return;
    const before = this.maskOf(target) ?? emptyMask(this.size_hw);
    const mask = edit(before);
    if (also === undefined && isSameMask(before, mask)) return;
    const kept = this.keep(target, mask, also);
    if (!isSameRef(kept, this.selection.get())) this.selection.set(kept);
  }

  /** Whether a target may be changed; if not, the notice says why. */
  mayChange(target: Target): boolean {
    if (this.isFrozen) return false;
    if (target.kind === "new" || !this.view.locked.get().has(target.id)) return true;
    this.notice.set("This mask is locked.");
    return false;
  }

  /** Save what a gesture made of its target. Returns the mask, null when nothing is left of it. */
  keep(target: Target, mask: Mask, also: AlsoDo = () => []): ObjectRef | null {
    const draft = this.draft.state.get();
    const effort = this.meter.take(draft?.prompts, draft?.taken);
    this.draft.clear();
    if (mask.area_px === 0) {
      if (target.kind === "mask") this.commit([{ kind: "delete", mask: target.id, effort }]);
      return null; // a proposal that was erased still waits for its verdict
    }
    const rle = maskToRLE(mask);
    if (target.kind === "mask") {
      this.commit([{ kind: "revise", mask: target.id, rle, effort }, ...also(target.id)]);
      return target;
    }
    const { annotations } = this.store;
    const isNew = target.kind === "new";
    const proposal = isNew ? proposalLike(annotations, mask) : rowOf(annotations, target);
    const id = crypto.randomUUID();
    const own = this.label.get();
    const named = proposal === null ? own : labelOf(this, proposal);
    const label = isNew ? (own ?? named) : named; // what was drawn is the person's to name
    const origin = proposal === null ? {} : { proposal: proposal.id };
    this.commit([{ kind: "create", mask: id, label, rle, ...origin, effort }, ...also(id)]);
    return { kind: "mask", id };
  }

  /** Do and save what one gesture asks, as one step of undo. */
  commit(drafts: readonly OperationDraft[]): void {
    this.draft.forgetUndone();
    const whole = withDefaults(drafts, this.annotations.get(), this.definitions.get());
    this.#options.save(this.store.commit(whole));
  }

  #saveReplay(command: "undo" | "redo", operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    this.meter.during(command, () => this.#options.save(charged(operations, this.meter.take())));
  }

  #letGoOfWhatIsGone(): void {
    const annotations = this.annotations.get();
    for (const signal of [this.selection, this.hover]) {
      if (rowOf(annotations, signal.get()) === null) signal.set(null);
    }
    const also = [...this.alsoSelected.get()];
    const left = also.filter((id) => rowOf(annotations, { kind: "mask", id }) !== null);
    if (left.length < also.length) this.alsoSelected.set(new Set(left));
    const draft = this.draft.state.get();
    if (draft === null || draft.target.kind === "new") return;
    if (rowOf(annotations, draft.target) === null) this.draft.clear();
  }
}
