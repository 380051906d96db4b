/** The labels that there are to choose from, and the keys of the first ones. */

export interface LabelChoice {
  readonly id: number;
  readonly name: string;
  readonly color: string;
}

export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
