import { clampToImage, type ImagePoint, isInside } from "@/editor/geometry";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/**
 * Each click is a point prompt: on the object, or with Alt or the right button beside it.
 *
 * A point that is there already is dragged elsewhere, and removed by Alt or the right button.
 */
export class PointTool implements Tool {
  readonly name = "point";
  #desk: Desk;
  #held: { prompt: number; isMoving: boolean } | null = null;
  #hasPut = false; // a point, by the press that is under way

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#held !== null;
  }

  onPointerDown({ at, altKey, isSecondary, time_ms }: ToolPointer): void {
    if (!isInside(at, this.#desk.size_hw)) return;
    const isOther = altKey || isSecondary;
    const prompt = this.#desk.promptAt(at);
    if (prompt === null) {
      const label = isOther ? 0 : this.#desk.pointLabel;
      this.#desk.prompt([{ kind: "point", xy: [at.x, at.y], label }], time_ms);
      this.#hasPut = this.#desk.promptAt(at) !== null;
    } else if (isOther) this.#desk.removePrompt(prompt, time_ms);
    else {
      this.#held = { prompt, isMoving: false };
      this.#desk.takePrompt(prompt);
    }
  }

  onHover(at: ImagePoint): void {
    this.#desk.expectPromptAt(at);
  }

  onPointerMove({ at, time_ms }: ToolPointer): void {
    if (this.#held === null) return;
    const { prompt, isMoving } = this.#held;
    if (!isMoving) {
      if (this.#desk.promptAt(at) === prompt) return; // a hand that shakes moves nothing
      this.#held = { prompt, isMoving: true };
      this.#desk.beginMovingPrompt();
    }
    this.#desk.movePrompt(prompt, clampToImage(at, this.#desk.size_hw), time_ms);
  }

  onPointerUp(pointer: ToolPointer): void {
    if (this.#held?.isMoving) this.onPointerMove(pointer);
    this.#held = null;
    this.#hasPut = false;
  }

  onCancel(): void {
    if (this.#held?.isMoving) this.#desk.dropPrompt();
    this.#held = null;
    this.#hasPut = false;
  }

  dropPress(): void {
    if (this.#hasPut) this.#desk.dropPrompt();
    this.onCancel();
  }
}
