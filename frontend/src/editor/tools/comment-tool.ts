import type { ImagePoint } from "@/editor/geometry";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A click pins a comment: to the selected mask if it lies under it, else to the place. */
export class CommentTool implements Tool {
  readonly name = "comment";
  #desk: Desk;
  #at: ImagePoint | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#at !== null;
  }

  onPointerDown({ at }: ToolPointer): void {
    this.#at = at;
  }

  onPointerMove(): void {}

  /** Only now, as pressing a button on the image takes the keyboard to it. */
  onPointerUp(): void {
    if (this.#at !== null) this.#desk.commentAt(this.#at);
    this.#at = null;
  }

  onCancel(): void {
    this.#at = null;
  }
}
