/** The commands on how masks and image look: each makes another look of the one that there is. */

import type { Command } from "@/commands/command";
import { CHANNELS, type Look, PLAIN_LOOK } from "@/editor/look";

interface LookCommand extends Pick<Command, "id" | "title" | "key" | "what" | "words"> {
  change(look: Look): Look;
}

export const LOOK_COMMANDS: readonly LookCommand[] = [
  {
    ...{ id: "view.outlines", title: "Outlines only, or filled masks", key: "Shift+O" },
    change: (look) => ({ ...look, isOutlineOnly: !look.isOutlineOnly }),
  },
  {
    ...{ id: "view.colours", title: "Colour by object, or by label" },
    change: (look) => ({ ...look, colourBy: look.colourBy === "label" ? "object" : "label" }),
  },
  {
    ...{ id: "view.minimap", title: "Show or hide the minimap", key: "Shift+M" },
    what: "Show or hide the minimap, which is there when zoomed in",
    change: (look) => ({ ...look, hasMinimap: !look.hasMinimap }),
  },
  {
    ...{ id: "view.pixel-grid", title: "Show or hide the pixel grid" },
    what: "Show or hide the lines between pixels, which are there when zoomed in far",
    change: (look) => ({ ...look, hasPixelGrid: !look.hasPixelGrid }),
  },
  ...CHANNELS.map(
    (channel): LookCommand => ({
      ...{ id: `view.channel.${channel}`, words: "channel microscopy grey" },
      title: channel === "all" ? "All channels of the image" : `Only the ${channel} channel`,
      change: (look) => ({ ...look, channel }),
    }),
  ),
  {
    ...{ id: "view.plain", title: "Reset how masks and image look" },
    words: "brightness contrast gamma channel opacity",
    change: () => PLAIN_LOOK,
  },
];
