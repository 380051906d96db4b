import { afterEach, expect, test, vi } from "vitest";
import { openMicrophone, sourceOf } from "@/recorder/microphone";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A browser whose microphone fails to open with an error of this name. */
function stubFailing(name: string): void {
  const getUserMedia = () => Promise.reject(new DOMException("said in the browser's words", name));
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal("MediaRecorder", ScriptedRecorder);
}

test.each([
  ["NotAllowedError", /does not let this page use the microphone/],
  ["NotFoundError", /No microphone was found/],
  ["NotReadableError", /Another program holds the microphone/],
  ["AbortError", /could not be opened/],
])("a microphone that fails with %s says what to do", async (name, message) => {
  stubFailing(name);

  await expect(openMicrophone(null)).rejects.toThrow(message);
});

test("a page without a secure address, and a browser that cannot record, say so", async () => {
  vi.stubGlobal("navigator", {});
  await expect(openMicrophone(null)).rejects.toThrow(/https/);

  vi.stubGlobal("navigator", { mediaDevices: {} });
  await expect(openMicrophone(null)).rejects.toThrow(/cannot record sound/);
});

class ScriptedRecorder extends EventTarget {
  static latest: ScriptedRecorder;
  static isTypeSupported = (): boolean => true;
  state = "inactive";
  ondataavailable: (event: { data: Blob }) => void = () => {};
  constructor() {
    super();
    ScriptedRecorder.latest = this;
  }
  start(): void {
    this.state = "recording";
  }
  /** As a browser does, asked or when every track has ended. */
  stop(): void {
    this.state = "inactive";
    this.ondataavailable({ data: new Blob(["last"]) });
    this.dispatchEvent(new Event("stop"));
  }
}

function listen() {
  vi.stubGlobal("MediaRecorder", ScriptedRecorder);
  const source = sourceOf({} as MediaStream);
  const heard: string[] = [];
  const lost = new Promise<void>((resolve) => {
    source.onLost(() => {
      heard.push("lost");
      resolve();
    });
  });
  source.start(2000, async (bytes) => {
    heard.push(new TextDecoder().decode(bytes));
  });
  return { source, heard, lost };
}

test("a microphone that is unplugged is told of after its last sound was handed over", async () => {
  const { heard, lost } = listen();

  ScriptedRecorder.latest.stop();
  await lost;

  expect(heard).toEqual(["last", "lost"]);
});

test("a recording that was ended by the person has lost nothing", async () => {
  const { source, heard } = listen();

  await source.stop();
  await source.stop();

  expect(heard).toEqual(["last"]);
});
