/** Looking for what was said, on the server and on this device. */

import { cleanCaption, readRecording } from "@/api/descriptions";
import type { Looking } from "@/recorder/hearing";
import { sender, store } from "@/recorder/service";

export const looking: Looking = {
  read: readRecording,
  clean: async (text) => (await cleanCaption(text)).text,
  isHere: async (recording) => (await store.recording(recording)) !== undefined,
  refusal: (recording) =>
    sender.state.refused.find((each) => each.recording.id === recording)?.reason ?? null,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
