/** The attributes of proposals before they are masks: their label's defaults, and what was set. */

import {
  type AttributeChanges,
  type AttributeDefinition,
  type Attributes,
  type AttributeValue,
  type Definitions,
  defaultsOf,
  missingOf,
  withChanges,
} from "@/editor/attributes";
import type { LabelId } from "@/editor/operations";
import { Signal } from "@/editor/signal";

export class ProposalAttributes {
  readonly definitions = new Signal<Definitions>(new Map());
  /** What the person set, by proposal. It outlives a verdict that is taken back. */
  readonly changes = new Signal<ReadonlyMap<string, AttributeChanges>>(new Map());
  #given = new Map<string, ReadonlySet<string>>(); // what earlier acceptances set, by proposal

  definitionsOf(label: LabelId | null): readonly AttributeDefinition[] {
    return label === null ? [] : (this.definitions.get().get(label) ?? []);
  }

  /** What an acceptance under a label gives: values set under another label wait for that one. */
  valuesOf(proposal: string, label: LabelId | null): Attributes {
    const own = this.definitionsOf(label);
    const changes = Object.entries(this.changes.get().get(proposal) ?? {});
    const ownChanges = changes.filter(([id]) => own.some((definition) => definition.id === id));
    return withChanges(defaultsOf(own), Object.fromEntries(ownChanges));
  }

  /** Null takes a value away, a default too. */
  set(proposal: string, attribute: string, value: AttributeValue | null): void {
    const before = this.changes.get();
    const changes = { ...before.get(proposal), [attribute]: value };
    this.changes.set(new Map(before).set(proposal, changes));
  }

  missingOf(proposal: string, label: LabelId | null): AttributeDefinition[] {
    const attributes = this.valuesOf(proposal, label);
    return missingOf({ label, attributes }, this.definitions.get());
  }

  /**
   * `{ attributes }` for an acceptance, or nothing where there is nothing to set.
   *
   * A mask that was deleted keeps its values: what an earlier acceptance set and this one does not
   * is taken away.
   */
  accept(proposal: string, label: LabelId | null): { attributes?: AttributeChanges } {
    const values = this.valuesOf(proposal, label);
    const given = this.#given.get(proposal) ?? new Set();
    const gone = [...given].filter((id) => !(id in values)).map((id) => [id, null] as const);
    const attributes: AttributeChanges = { ...Object.fromEntries(gone), ...values };
    const ids = Object.keys(attributes);
    this.#given.set(proposal, new Set(ids));
    return ids.length === 0 ? {} : { attributes };
  }
}
