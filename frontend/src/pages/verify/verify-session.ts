/**
 * A person's way through the proposals of a project, one after another or many at once.
 *
 * Two batches are here at any time, so that the next proposal needs no server. No DOM: the page
 * shows what the signals say.
 */

import type { Attributes, AttributeValue } from "@/editor/attributes";
import { type EffortMeter, shareEffort } from "@/editor/effort";
import type { Effort, LabelId, Operation } from "@/editor/operations";
import type { OutboxStatus } from "@/editor/outbox";
import type { Place } from "@/editor/outbox-db";
import type { RLE } from "@/editor/rle";
import { Signal } from "@/editor/signal";
import type { ImageToVerify, VerifyBatch } from "./api";
import { decidedBy, HeldImage, type Holding } from "./held-image";
import { overallStatus } from "./overall-status";
import { ProposalAttributes } from "./proposal-attributes";
import {
  type Acceptance,
  type Decision,
  operationFor,
  operationsBack,
  type Verdict,
  type VerifyItem,
} from "./verdict-operations";

export type VerifyPhase =
  | { kind: "loading" }
  | { kind: "ready" }
  | { kind: "empty" }
  | { kind: "failed"; error: unknown };

export interface VerifyOptions extends Holding {
  readonly meter: EffortMeter;
  claim(known: readonly string[]): Promise<VerifyBatch>;
  extend(assignment: number): Promise<unknown>;
  onError(error: unknown): void;
}

const AHEAD = 20; // with fewer than these besides the batch in hand, more are fetched
const UNDO_STEPS = 20; // images further back are given to whoever completes or corrects them
const MOST_KNOWN = 1000;

export class VerifySession {
  readonly phase = new Signal<VerifyPhase>({ kind: "loading" });
  /** The proposals to come; the first is being looked at. */
  readonly ahead = new Signal<readonly VerifyItem[]>([]);
  readonly done = new Signal(0);
  readonly left = new Signal(0); // still to come, these included
  readonly status = new Signal<OutboxStatus>(overallStatus([]));
  /** What an unlabelled proposal becomes. */
  readonly label = new Signal<LabelId | null>(null);
  readonly attributes = new ProposalAttributes();
  readonly relabelled = new Signal<ReadonlyMap<string, LabelId | null>>(new Map());
  #options: VerifyOptions;
  #held = new Map<number, HeldImage>();
  #leaving = new Map<HeldImage, Promise<void>>(); // given back once they are saved
  #steps: (readonly Decision[])[] = [];
  #known: string[] = [];
  #behind = 0; // on the server, not fetched yet
  #isFetching = false;
  #fetching: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  get current(): VerifyItem | null {
    return this.ahead.get()[0] ?? null;
  }

  get canUndo(): boolean {
    return this.#steps.length > 0;
  }

  /** Fetch proposals until there are enough ahead, or no more. */
  refill(): Promise<void> {
    if (!this.#isFetching && !this.#isClosed) this.#fetching = this.#fetch();
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    try {
      do {
        await this.#take(await this.#options.claim(this.#known.slice(-MOST_KNOWN)));
        if (this.#isClosed) return;
      } while (this.ahead.get().length <= AHEAD && this.#behind > 0);
      this.#show();
    } catch (error) {
      if (this.current === null) this.phase.set({ kind: "failed", error });
      else this.#options.onError(error);
    } finally {
      this.#isFetching = false;
    }
  }

  /** The label that accepting a proposal gives. */
  labelOf({ proposal }: VerifyItem): LabelId | null {
    const given = this.relabelled.get().get(proposal.id);
    return given === undefined ? (proposal.label ?? this.label.get()) : given;
  }

  /** Name the proposal being looked at; unlabelled ones that follow get the same. */
  setLabel(label: LabelId | null): void {
    const item = this.current;
    if (item === null) return;
    this.relabelled.set(new Map(this.relabelled.get()).set(item.proposal.id, label));
    if (item.proposal.label === null) this.label.set(label);
  }

  /** Whether the label of the proposal being looked at has attributes. */
  get hasAttributes(): boolean {
    const label = this.current === null ? null : this.labelOf(this.current);
    return this.attributes.definitionsOf(label).length > 0;
  }

  /** The attributes that accepting a proposal gives. */
  attributesOf(item: VerifyItem): Attributes {
    return this.attributes.valuesOf(item.proposal.id, this.labelOf(item));
  }

  /** Give the proposal being looked at a value; null takes it away. */
  setAttribute(attribute: string, value: AttributeValue | null): void {
    if (this.current !== null) this.attributes.set(this.current.proposal.id, attribute, value);
  }

  /** The names of what a proposal's label requires and nobody has given. */
  lacksOf(item: VerifyItem): string[] {
    const missing = this.attributes.missingOf(item.proposal.id, this.labelOf(item));
    return missing.map(({ name }) => name);
  }

  /** Why the proposal being looked at cannot have a verdict; null if it can. */
  whyNot(verdict: Verdict): string | null {
    const lacks = this.current === null ? [] : this.lacksOf(this.current);
    if (verdict !== "accepted" || lacks.length === 0) return null;
    return `Not accepted: it still needs ${lacks.join(", ")}.`;
  }

  /** Decide the proposal being looked at. */
  decide(verdict: Verdict): void {
    if (this.current === null || this.whyNot(verdict) !== null) return;
    this.decideAll([{ item: this.current, verdict }]);
  }

  /** Decide many as one step of undo. */
  decideAll(decisions: readonly Decision[]): void {
    if (decisions.length === 0) return;
    const efforts = shareEffort(this.#options.meter.take(), decisions.length);
    this.#save(decisions, (decision, index) => [this.#operationOf(decision, efforts[index])]);
    this.#steps.push(decisions);
    const gone = new Set(decisions.map(({ item }) => item.proposal.id));
    this.#setAhead(this.ahead.get().filter(({ proposal }) => !gone.has(proposal.id)));
    this.done.set(this.done.get() + decisions.length);
    this.#giveBackFinished();
    this.#show();
    if (this.ahead.get().length <= AHEAD && this.#behind > 0) void this.refill();
  }

  /** Take the last step back: its proposals come first again, but for what others went on with. */
  undo(): void {
    const last = this.#steps.pop();
    if (last === undefined) return;
    const isKept = ({ item }: Decision): boolean =>
      this.#held.get(item.image.id)?.isTakenOn(item.proposal.id) ?? false;
    const step = last.filter((decision) => !isKept(decision));
    this.#tellKept(last.length - step.length);
    if (step.length === 0) return;
    this.#options.meter.noteUndo();
    const effort = this.#options.meter.take();
    this.#save(step, ({ item, verdict }, index) => operationsBack(item, verdict, index, effort));
    this.#setAhead([...step.map(({ item }) => item), ...this.ahead.get()]);
    this.done.set(this.done.get() - step.length);
    this.#show();
  }

  keepLeases(): void {
    for (const { place } of this.#held.values()) {
      this.#options.extend(place.id).catch(this.#options.onError);
    }
  }

  /** Keep what was spent on each image on this device: a crash does not lose it. */
  keepSeconds(): void {
    for (const [id, held] of this.#held) held.keepSeconds(this.#lookingSeconds(id));
  }

  /** Send now: the network is back. */
  resume(): void {
    for (const { outbox } of this.#all()) outbox.resume();
  }

  /** Throw away what the server refused, once the person has read why. */
  async discardRefused(): Promise<void> {
    await Promise.all(this.#all().map(({ outbox }) => outbox.discardRefused()));
  }

  /** Give all images back. Resolves when nothing more is sent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#fetching; // what it claims is given back as well
    for (const id of [...this.#held.keys()]) this.#giveBack(id, this.#lookingSeconds(id));
    await Promise.all(this.#leaving.values());
  }

  holds(image: number): boolean {
    return this.#isClosed || this.#held.has(image);
  }

  async #take({ proposals, images, assignments, left }: VerifyBatch): Promise<void> {
    const ids = new Set(this.#known);
    const fresh = proposals.filter(({ id }) => !ids.has(id));
    this.#known.push(...fresh.map(({ id }) => id));
    const items = fresh.flatMap((proposal): VerifyItem[] => {
      const image = images.find(({ id }) => id === proposal.image);
      return image === undefined ? [] : [{ proposal, image, mask: crypto.randomUUID() }];
    });
    this.#behind = fresh.length === 0 ? 0 : left;
    for (const place of assignments) {
      const facts = images.find(({ id }) => id === place.image);
      if (facts !== undefined && !this.#held.has(facts.id)) await this.#hold(facts, place, items);
    }
    const waiting = new Set(
      [...this.#held.values()].flatMap(({ outbox }) => decidedBy(outbox.pending)),
    );
    const isMine = ({ image, proposal }: VerifyItem): boolean =>
      this.#held.has(image.id) && !waiting.has(proposal.id);
    this.#setAhead([...this.ahead.get(), ...items.filter(isMine)]);
    this.#show();
  }

  async #hold(image: ImageToVerify, place: Place, items: readonly VerifyItem[]): Promise<void> {
    const held = await HeldImage.open({
      ...this.#options,
      ...{ image, place },
      rleOf: (id) => {
        const known = [...items, ...this.ahead.get(), ...this.#steps.flat().map((one) => one.item)];
        return (known.find(({ proposal }) => proposal.id === id)?.proposal.rle as RLE) ?? null;
      },
      onStatus: () => this.#report(),
      onDecided: (proposals) => this.#drop(proposals),
      onKept: (proposals) => this.#keep(proposals),
    });
    if (held !== null) this.#held.set(image.id, held);
  }

  #save(
    decisions: readonly Decision[],
    operationsOf: (decision: Decision, index: number) => Operation[],
  ): void {
    const byImage = new Map<number, Operation[]>();
    for (const [index, decision] of decisions.entries()) {
      const { id } = decision.item.image;
      byImage.set(id, [...(byImage.get(id) ?? []), ...operationsOf(decision, index)]);
    }
    for (const [image, operations] of byImage) {
      const seconds = operations.reduce((sum, { effort }) => sum + (effort?.seconds ?? 0), 0);
      this.#held.get(image)?.push(operations, seconds).catch(this.#options.onError);
    }
    this.keepSeconds();
    this.#report();
  }

  #operationOf(decision: Decision, effort: Effort | undefined): Operation {
    const label = this.labelOf(decision.item);
    const accept = (): Acceptance => ({
      label,
      ...this.attributes.accept(decision.item.proposal.id, label),
    });
    return operationFor(decision, accept, effort);
  }

  /** Others have decided them: they need no look any more. */
  #drop(proposals: readonly string[]): void {
    const gone = new Set(proposals);
    this.#setAhead(this.ahead.get().filter(({ proposal }) => !gone.has(proposal.id)));
    this.#show();
  }

  /** Others had changed the masks before an undo arrived: its verdicts stand after all. */
  #keep(proposals: readonly string[]): void {
    const before = this.ahead.get().length;
    this.#drop(proposals);
    this.done.set(this.done.get() + before - this.ahead.get().length); // else decided again by now
    this.#tellKept(proposals.length);
  }

  #tellKept(count: number): void {
    if (count === 0) return;
    const masks = count === 1 ? "the mask" : `${count} masks`;
    this.#options.onError(new Error(`Not undone: somebody has changed ${masks} since.`));
  }

  #giveBackFinished(): void {
    if (this.#isFetching) return; // an image may have more proposals on their way
    while (this.#steps.length > UNDO_STEPS) this.#steps.shift();
    const inUse = new Set([
      ...this.ahead.get().map(({ image }) => image.id),
      ...this.#steps.flat().map(({ item }) => item.image.id),
    ]);
    for (const id of [...this.#held.keys()]) if (!inUse.has(id)) this.#giveBack(id);
  }

  /** What was spent on an image since the last verdict: all of it, on the one being looked at. */
  #lookingSeconds(image: number): number {
    return image === this.current?.image.id ? this.#options.meter.unspent_s : 0;
  }

  #giveBack(image: number, looking_s = 0): void {
    const held = this.#held.get(image);
    if (held === undefined) return;
    this.#held.delete(image);
    const leaving = held.giveBack(looking_s).catch(this.#options.onError);
    this.#leaving.set(
      held,
      leaving.then(() => {
        this.#leaving.delete(held);
        this.#report();
      }),
    );
  }

  #all(): HeldImage[] {
    return [...this.#held.values(), ...this.#leaving.keys()];
  }

  #setAhead(items: readonly VerifyItem[]): void {
    this.ahead.set(items);
    this.left.set(items.length + this.#behind);
  }

  #show(): void {
    if (this.current !== null) this.phase.set({ kind: "ready" });
    else this.phase.set({ kind: this.#behind > 0 ? "loading" : "empty" });
  }

  #report(): void {
    this.status.set(overallStatus(this.#all().map(({ status }) => status)));
  }
}
