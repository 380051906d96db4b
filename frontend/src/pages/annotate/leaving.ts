/** Images that a page gives back while the next page opens: that one claims only afterwards. */

let leaving: Promise<unknown> = Promise.resolve();

/** Note that images are being given back. */
export function leave(givingBack: Promise<unknown>): void {
  leaving = Promise.allSettled([leaving, givingBack]);
}

/** Resolves once everything is given back: a claim before that would be given back too. */
export function whenLeft(): Promise<unknown> {
  return leaving;
}
