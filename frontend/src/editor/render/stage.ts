/** The stacked canvases of the editor: redraws, once a frame, only the layers that changed. */

import type { Editor } from "@/editor/editor";
import { type Area, afterResize, fitView, type ImagePoint, type View } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import type { LabelId } from "@/editor/operations";
import { liveMasks, masksAside, type ObjectRef, pendingProposals, rowOf } from "@/editor/picking";
import { instanceColour, SET_COLOURS } from "@/editor/render/colours";
import { ImageFilter } from "@/editor/render/image-filter";
import { drawInImage, type Layer, type StageLayers } from "@/editor/render/layer";
import { MaskLayer } from "@/editor/render/mask-layer";
import { OverlayLayer, type Shown } from "@/editor/render/overlay-layer";
import { drawPixelGrid, gridBox } from "@/editor/render/pixel-grid";
import type { MaskScene } from "@/editor/render/shapes";
import { schedule } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import { recordClickToMask } from "@/editor/timings";

// A click is drawn with its mask, for which the decoder wants every core, or alone if that is late.
const LATE_MS = 200;
// A moving or a new image is drawn with less care, which takes a third of the time, until it rests.
const SETTLE_MS = 90;
const MARGIN_PX = 24;
const HINT_PX = 62; // what the page's one line at the lower edge takes, with room above it
const SHARP_FROM_SCALE = 6; // from here on the image shows its pixels instead of blurring them

type Part = "image" | "masks" | "view" | "overlay";

interface Coloured {
  readonly id: string;
  readonly label: LabelId | null;
  readonly slot?: number;
}

export interface StageOptions {
  /** To draw on, from the first line: they may show another image still. */
  readonly layers: StageLayers;
  readonly labelColour: (label: LabelId) => string | undefined;
}

export class Stage {
  readonly view: Signal<View>;
  readonly pointer = new Signal<ImagePoint | null>(null);
  readonly hasCross = new Signal(false); // keys move the pointer, which no mouse shows then
  readonly size = new Signal<Area>({ width: 1, height: 1 });
  readonly area: Area;
  #editor: Editor;
  #options: StageOptions;
  #image: Layer;
  #maskCanvas: Layer;
  #masks: MaskLayer;
  #overlayCanvas: Layer;
  #overlay: OverlayLayer;
  #bitmap: ImageBitmap;
  #isFitted = true;
  #stale: Record<Part, boolean> = { image: false, masks: true, view: true, overlay: true };
  #frame = 0;
  #isStrokeDone = false; // since the last frame
  #sharpen = 0;
  #cleanups: (() => void)[] = [];

  constructor(host: HTMLElement, editor: Editor, bitmap: ImageBitmap, options: StageOptions) {
    this.#editor = editor;
    this.#bitmap = bitmap;
    this.#options = options;
    this.area = { width: editor.size_hw[1], height: editor.size_hw[0] };
    this.view = new Signal(this.fitted());
    this.#image = options.layers.image;
    this.#maskCanvas = options.layers.masks;
    this.#overlayCanvas = options.layers.overlay;
    this.#overlayCanvas.clear();
    this.#masks = new MaskLayer(this.#maskCanvas);
    this.#overlay = new OverlayLayer(this.#overlayCanvas);
    const observer = new ResizeObserver(() => this.#resize(host));
    observer.observe(host);
    this.#cleanups.push(() => observer.disconnect());
    this.#watch();
    this.#resize(host);
  }

  /** Show the whole image, and keep doing so when the window changes. */
  fit(): void {
    this.#isFitted = true;
    this.view.set(this.fitted());
  }

  /** Whether the whole image is shown, and stays so when the window changes. */
  get isFitted(): boolean {
    return this.#isFitted;
  }

  /** The view that shows the whole image, above the line of hints. */
  fitted(): View {
    return fitView(this.size.get(), this.area, MARGIN_PX, HINT_PX);
  }

  setView(view: View): void {
    this.#isFitted = false;
    this.view.set(view);
  }

  readonly colourOf = ({ id, label, slot = 0 }: Coloured): string => {
    if (this.#editor.view.comparesSets.get()) return SET_COLOURS[slot > 0 ? 1 : 0];
    const isByLabel = label !== null && this.#editor.view.look.get().colourBy === "label";
    return (isByLabel ? this.#options.labelColour(label) : undefined) ?? instanceColour(id);
  };

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#sharpen);
    for (const cleanup of this.#cleanups) cleanup();
    this.#masks.dispose();
  }

  #watch(): void {
    const editor = this.#editor;
    const { hidden, solo, showsProposals, comparesSets, look } = editor.view;
    const shown = [hidden, solo, showsProposals, comparesSets, look];
    const masks = [editor.annotations, ...shown, editor.threshold];
    const { selection, alsoSelected, hover, box, label, sketch } = editor;
    const overlay = [selection, alsoSelected, hover, box, label, sketch];
    const pen = [editor.brush, editor.tool];
    const on = (signals: readonly Signal<unknown>[], stale: Part): void => {
      for (const signal of signals) {
        this.#cleanups.push(signal.subscribe(() => this.#invalidate(stale)));
      }
    };
    on(masks as readonly Signal<unknown>[], "masks");
    on([...overlay, ...pen] as readonly Signal<unknown>[], "overlay");
    on([this.view as Signal<unknown>], "view");
    // Only a pen and a cross are drawn where the pointer is: else a frame would show nothing new.
    this.#cleanups.push(
      this.pointer.subscribe(() => {
        if (this.#isPainting || this.hasCross.get()) this.#invalidate("overlay");
      }),
    );
    on([this.hasCross], "overlay");
    const filter = new ImageFilter(this.#image.canvas);
    const onLook = (): void => {
      filter.show(look.get());
      this.#invalidate("image");
    };
    this.#cleanups.push(look.subscribe(onLook), () => filter.remove());
    onLook();
    // What a stroke or a draft replaces is drawn on the overlay, so the masks go without it.
    let replaced: string | null = null;
    const onReplace = (): void => {
      const now = this.#replaced();
      this.#invalidate(now === replaced ? "overlay" : "masks");
      replaced = now;
    };
    const onStroke = (): void => {
      this.#isStrokeDone = editor.stroke.get() === null;
      onReplace();
    };
    this.#cleanups.push(editor.stroke.subscribe(onStroke));
    let callOff: () => void = () => undefined;
    const onDraft = (): void => {
      callOff();
      const draft = editor.draft.state.get();
      const isAsked = draft?.isDecoding && draft.active === null;
      if (isAsked) callOff = schedule(onReplace, LATE_MS);
      else onReplace();
    };
    this.#cleanups.push(editor.draft.state.subscribe(onDraft), () => callOff());
    this.#cleanups.push(editor.ghost.subscribe(onReplace));
  }

  #resize(host: HTMLElement): void {
    const size = { width: host.clientWidth, height: host.clientHeight };
    const before = this.size.get();
    const isSame = size.width === before.width && size.height === before.height;
    if (isSame && this.#image.ratio === devicePixelRatio) return; // an observer's first call
    for (const layer of [this.#image, this.#maskCanvas, this.#overlayCanvas]) {
      layer.resize(size, devicePixelRatio);
    }
    this.size.set(size);
    if (this.#isFitted) this.fit();
    else this.view.set(afterResize(this.view.get(), before, size));
    this.#invalidate("masks");
    this.#invalidate("view");
    this.#draw(); // at once: a canvas that was resized is empty
  }

  #invalidate(what: Part): void {
    this.#stale[what] = true;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#onFrame());
  }

  /**
   * The frame in which a stroke becomes a mask has enough to do: the mask is drawn in the next one,
   * and the stroke stays where it is until then.
   */
  #onFrame(): void {
    if (this.#isStrokeDone) this.#frame = requestAnimationFrame(() => this.#draw());
    else this.#draw();
    this.#isStrokeDone = false;
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { image, masks, view } = this.#stale;
    this.#stale = { image: false, masks: false, view: false, overlay: false };
    const at = this.view.get();
    this.#editor.pixelsPerScreenPixel = 1 / at.scale;
    if (image) this.#drawImage(at, "high");
    else if (view) {
      this.#drawImage(at, "low");
      this.#sharpenLater();
    }
    if (masks) this.#masks.draw(this.#maskScene(), at);
    else if (view) this.#masks.move(this.#maskScene(), at);
    this.#drawOverlay(at);
    recordClickToMask(this.#editor.draft.state.get());
  }

  #sharpenLater(): void {
    clearTimeout(this.#sharpen);
    this.#sharpen = window.setTimeout(() => this.#invalidate("image"), SETTLE_MS);
  }

  #drawImage(view: View, quality: ImageSmoothingQuality): void {
    const { context, ratio } = this.#image;
    this.#image.clear();
    drawInImage(context, view, ratio);
    context.imageSmoothingEnabled = view.scale * ratio < SHARP_FROM_SCALE;
    context.imageSmoothingQuality = quality;
    context.drawImage(this.#bitmap, 0, 0, this.area.width, this.area.height);
    if (!this.#editor.view.look.get().hasPixelGrid) return;
    const grid = gridBox(view, this.size.get(), this.area);
    if (grid !== null) drawPixelGrid(this.#image, grid, view);
  }

  #maskScene(): MaskScene {
    const editor = this.#editor;
    const annotations = editor.annotations.get();
    const replaced = this.#replaced();
    const look = editor.view.look.get();
    const isDrawn = (kind: ObjectRef["kind"]) => (row: { id: string }) =>
      editor.isShown({ kind, id: row.id }) && row.id !== replaced;
    const aside = editor.view.comparesSets.get() ? masksAside(annotations) : [];
    return {
      masks: [...liveMasks(annotations), ...aside].filter(isDrawn("mask")),
      proposals: pendingProposals(annotations).filter(isDrawn("proposal")),
      threshold: editor.threshold.get(),
      fill: look.isOutlineOnly ? 0 : look.fill,
      colourOf: this.colourOf,
    };
  }

  #drawOverlay(view: View): void {
    const editor = this.#editor;
    const draft = editor.draft.state.get();
    const stroke = editor.stroke.get();
    const at = this.pointer.get();
    const target = draft?.target ?? editor.selection.get();
    const label = editor.label.get();
    this.#overlay.draw(
      {
        hover: stroke === null && draft === null ? this.#shown(editor.hover.get()) : null,
        selection: this.#replaced() === null ? this.#selected() : [],
        draft:
          draft === null
            ? null
            : { mask: this.#draftMask(), prompts: draft.prompts, active: draft.active },
        draftColour:
          this.#shown(target?.kind === "new" ? null : target)?.colour ??
          (label === null ? undefined : this.#options.labelColour(label)) ??
          "#7b86ee",
        stroke,
        strokeBase: this.#erasedMask(),
        box: editor.box.get(),
        sketch: editor.sketch.get(),
        ghost: editor.ghost.get(),
        pen: this.#isPainting && at !== null ? { at, radius_px: editor.brush.get() } : null,
        cross: this.hasCross.get() ? at : null,
      },
      view,
    );
  }

  get #isPainting(): boolean {
    return ["brush", "eraser"].includes(this.#editor.tool.get().name);
  }

  /** The mask or proposal that the overlay shows in its new form. */
  #replaced(): string | null {
    const draft = this.#editor.draft.state.get();
    const stroke = this.#editor.stroke.get();
    const ghost = this.#editor.ghost.get();
    if (ghost !== null) return ghost.target.kind === "new" ? null : ghost.target.id;
    if (draft !== null) {
      const isShown = draft.hypotheses.length > 0 && draft.target.kind !== "new";
      return isShown ? draft.target.id : null;
    }
    if (stroke === null || stroke.value === 1) return null;
    const target = this.#editor.strokeTarget(stroke);
    return target.kind === "new" ? null : target.id;
  }

  /** What an eraser's stroke under way takes from. */
  #erasedMask(): Mask | null {
    const stroke = this.#editor.stroke.get();
    if (stroke === null || stroke.value === 1) return null;
    return this.#editor.maskOf(this.#editor.strokeTarget(stroke));
  }

  /** The draft's mask, unless it is on its way to another place. */
  #draftMask(): Mask | null {
    return this.#editor.ghost.get() === null ? this.#editor.draft.mask : null;
  }

  #selected(): Shown[] {
    const { selection, alsoSelected } = this.#editor;
    const also = [...alsoSelected.get()].map((id) => ({ kind: "mask", id }) as const);
    return [selection.get(), ...also].flatMap((ref) => this.#shown(ref) ?? []);
  }

  #shown(ref: ObjectRef | null): Shown | null {
    const row = rowOf(this.#editor.annotations.get(), ref);
    if (row === null || ref === null || !this.#editor.isShown(ref)) return null;
    return { row, colour: ref.kind === "proposal" ? instanceColour(row.id) : this.colourOf(row) };
  }
}
