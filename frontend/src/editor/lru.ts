/** A map that keeps what was used last and lets go of the rest. */
export class LRU<Key, Value> {
  #entries = new Map<Key, Value>();
  #capacity: number;
  #onDrop: (value: Value) => void;

  constructor(capacity: number, onDrop: (value: Value) => void = () => undefined) {
    this.#capacity = capacity;
    this.#onDrop = onDrop;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.drop(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.drop(oldest);
  }

  drop(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#onDrop(value);
  }
}
