/** What keys do with a proposed description. */

import type { Command } from "@/commands/command";

export interface ProposalDesk {
  readonly isBusy: boolean;
  accept(): void;
  edit(): void;
  dismiss(): void;
}

const GROUP = "Proposed description";

export const ACCEPT = { id: "proposal.accept", title: "Accept the description", key: "A" };
export const EDIT = { id: "proposal.edit", title: "Edit the description", key: "E" };
export const DISMISS = { id: "proposal.dismiss", title: "Write the description anew", key: "X" };

export function proposalCommands({ isBusy, accept, edit, dismiss }: ProposalDesk): Command[] {
  const commands = [
    { ...ACCEPT, words: "confirm caption", run: accept },
    { ...EDIT, words: "correct caption", run: edit },
    { ...DISMISS, words: "hide caption proposal own words", run: dismiss },
  ];
  const why = () => (isBusy ? "The description is being saved." : null);
  return commands.map((command) => ({ ...command, group: GROUP, isOnce: true, why }));
}
