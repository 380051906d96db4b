/** The commands on how masks and image look: each makes another look of the one that there is. */

import type { Command } from "@/commands/command";
import { CHANNELS, type Look, PLAIN_LOOK, toggleChannel } from "@/editor/look";

interface LookCommand extends Pick<Command, "id" | "title" | "key" | "what" | "words"> {
  why?(look: Look): string | null;
  change(look: Look): Look;
}

const CHANNEL_WORDS = "channel microscopy grey";

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
  {
    ...{ id: "view.channel.all", title: "All channels of the image", words: CHANNEL_WORDS },
    change: (look) => ({ ...look, channels: CHANNELS }),
  },
  ...CHANNELS.flatMap((channel): LookCommand[] => [
    {
      ...{ id: `view.channel.${channel}`, title: `Only the ${channel} channel` },
      words: CHANNEL_WORDS,
      change: (look) => ({ ...look, channels: [channel] }),
    },
    {
      ...{ id: `view.channel.${channel}.toggle`, title: `Show or hide the ${channel} channel` },
      words: CHANNEL_WORDS,
      why: (look) => (toggleChannel(look, channel) === look ? "No other channel is shown." : null),
      change: (look) => toggleChannel(look, channel),
    },
  ]),
  {
    ...{ id: "view.plain", title: "Reset how masks and image look" },
    words: "brightness contrast gamma channel opacity",
    change: () => PLAIN_LOOK,
  },
];
