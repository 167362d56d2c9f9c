/** The figures of a bench, by job and by who did it. */
export class Measures {
  readonly #values = new Map<string, number[]>();

  add(job: string, who: string, value: number): void {
    const key = `${job}\0${who}`;
    this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
  }

  /** The median; undefined when nobody measured it. */
  median(job: string, who: string): number | undefined {
    const sorted = (this.#values.get(`${job}\0${who}`) ?? []).toSorted((left, right) => left - right);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 || sorted.length === 0
      ? sorted[middle]
      : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  /** Median and, of more than one figure, smallest and largest: `2.9 (2.8–3.4)`. */
  text(job: string, who: string, digits: number): string {
    const median = this.median(job, who);
    if (median === undefined) return "–";
    const values = this.#values.get(`${job}\0${who}`)!;
    const spread = `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
    return values.length === 1 ? median.toFixed(digits) : `${median.toFixed(digits)} (${spread})`;
  }

  max(job: string, who: string): number | undefined {
    const values = this.#values.get(`${job}\0${who}`);
    return values === undefined ? undefined : Math.max(...values);
  }

  toJSON(): Record<string, Record<string, readonly number[]>> {
    const result: Record<string, Record<string, readonly number[]>> = {};
    for (const [key, values] of this.#values) {
      const [job, who] = key.split("\0") as [string, string];
      (result[job] ??= {})[who] = values;
    }
    return result;
  }
}
