/** One queue for each project, living as long as the page, whichever route is shown. */

import { forgetOldUploads, memoryIn } from "./memory";
import { UploadQueue } from "./queue";
import { httpTransport } from "./transport";

const queues = new Map<number, UploadQueue>();

export function queueOf(project: number): UploadQueue {
  let queue = queues.get(project);
  if (!queue) {
    if (queues.size === 0) forgetOldUploads(localStorage);
    queue = new UploadQueue(project, httpTransport, memoryIn(localStorage));
    queues.set(project, queue);
  }
  return queue;
}

/** Warns before the page is left while files are on their way. */
addEventListener("beforeunload", (event) => {
  const busy = [...queues.values()].some((queue) =>
    queue.items.some((item) => item.state === "waiting" || item.state === "uploading"),
  );
  if (busy) event.preventDefault();
});
