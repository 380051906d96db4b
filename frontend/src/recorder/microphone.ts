/** The microphone in the browser: choosing it, its level, and its chunks. */

import type { Mime } from "@/api/types";
import { loudness } from "./level";
import type { AudioSource } from "./take";

const MIMES: readonly Mime[] = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

export class MicrophoneError extends Error {}

export interface Microphone {
  readonly stream: MediaStream;
  /** How loud it is now, 0 to 1. */
  level(): number;
  close(): void;
}

export async function openMicrophone(deviceId: string | null): Promise<Microphone> {
  const stream = await openStream(deviceId);
  const context = new AudioContext();
  if (context.state === "suspended") void context.resume(); // else the level would stay at zero
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);

  return {
    stream,
    level() {
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    close() {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

/** Named only after the person has let the page use a microphone. */
export async function listMicrophones(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "audioinput" && device.deviceId !== "");
}

async function openStream(deviceId: string | null): Promise<MediaStream> {
  if (!navigator.mediaDevices)
    throw new MicrophoneError("Recording needs a secure address. Open this page by https.");
  if (typeof MediaRecorder === "undefined")
    throw new MicrophoneError("This browser cannot record sound. Use a newer one, or write.");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(deviceId ? { deviceId: { ideal: deviceId } } : {}),
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
      },
    });
  } catch (error) {
    throw new MicrophoneError(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The browser does not let this page use the microphone. Allow it beside the address, then try again.";
  if (name === "NotFoundError") return "No microphone was found. Plug one in, then try again.";
  if (name === "NotReadableError")
    return "Another program holds the microphone. Close it there, then try again.";
  return "The microphone could not be opened. Try another one.";
}

/** MediaRecorder as a take uses it. Chunks are handed over in the order they were cut. */
export function sourceOf(stream: MediaStream): AudioSource {
  const mime = MIMES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "audio/webm";
  const recorder = new MediaRecorder(stream, { mimeType: mime, audioBitsPerSecond: 48_000 });
  let tail = Promise.resolve();
  let isAsked = false; // to stop, by us

  return {
    mime,
    start(timesliceMs, onChunk) {
      recorder.ondataavailable = ({ data }) => {
        const cutMs = performance.now();
        if (data.size > 0) tail = tail.then(async () => onChunk(await data.arrayBuffer(), cutMs));
      };
      recorder.start(timesliceMs);
    },
    onLost(listener) {
      // A recorder whose microphone went away hands over what it has, and stops by itself.
      recorder.addEventListener("stop", () => {
        if (!isAsked) void tail.then(listener);
      });
    },
    pause: () => recorder.pause(),
    resume: () => recorder.resume(),
    async stop() {
      isAsked = true;
      if (recorder.state !== "inactive") {
        const stopped = new Promise((resolve) => {
          recorder.addEventListener("stop", resolve, { once: true });
        });
        recorder.stop();
        await stopped;
      }
      await tail;
    },
  };
}
