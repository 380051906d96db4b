/** The command that leads from the image to the attributes, under one key wherever they are edited. */
export const EDIT_ATTRIBUTES = { id: "mask.attributes", title: "Edit the attributes", key: "U" };

/** Put the focus into the first field of a panel. */
export function focusFirstField(panel: HTMLElement | null): void {
  panel?.querySelector<HTMLElement>("button, input")?.focus();
}
