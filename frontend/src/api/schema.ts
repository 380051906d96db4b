// biome-ignore lint/suspicious/noExplicitAny: replaced by `npm run gen:api`.
export type paths = any;
