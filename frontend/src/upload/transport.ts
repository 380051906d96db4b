/** The doors an upload goes through: requests of the API and PUTs to the object store. */

import { UnreachableError } from "@/api/problem";
import type { UploadPlan, UploadState } from "@/api/types";
import {
  beginUpload,
  cancelUpload,
  completeUpload,
  type FinishedPart,
  isUploadKnown,
  type NewUpload,
} from "@/api/uploads";

export interface UploadTransport {
  begin(project: number, upload: NewUpload): Promise<UploadPlan>;
  /** Puts bytes at a presigned address and returns their ETag. */
  put(
    url: string,
    bytes: Blob,
    onSent: (bytes: number) => void,
    stop: AbortSignal,
  ): Promise<string>;
  complete(id: string, parts: FinishedPart[]): Promise<{ state: UploadState }>;
  isKnown(project: number, id: string): Promise<boolean>;
  cancel(project: number, id: string): Promise<unknown>;
}

/** XMLHttpRequest, because fetch does not report the progress of what it sends. */
function put(
  url: string,
  bytes: Blob,
  onSent: (bytes: number) => void,
  stop: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    stop.addEventListener("abort", abort);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () =>
      request.status < 300
        ? resolve(request.getResponseHeader("ETag") ?? "")
        : reject(new UnreachableError());
    request.onerror = () => reject(new UnreachableError());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => stop.removeEventListener("abort", abort);
    request.open("PUT", url);
    request.send(bytes);
  });
}

export const httpTransport: UploadTransport = {
  begin: beginUpload,
  put,
  complete: completeUpload,
  isKnown: isUploadKnown,
  cancel: cancelUpload,
};
