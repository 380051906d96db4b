/** What a full description answers (PixMo-Cap, arXiv 2409.17146, appendix). */

export const QUESTIONS = [
  "What is the image at first glance?",
  "What are the objects, and how many?",
  "What does the text say?",
  "Where are the objects?",
  "Which subtle details are there?",
  "What is in the background?",
  "What are the style and the colours?",
] as const;

/** How long a good description is spoken. */
export const GOOD_SECONDS = { from: 60, to: 90 } as const;
