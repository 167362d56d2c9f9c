/** Runs `work` for the first caller, and gives all callers its result. What fails is run again for the next one. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    if (running !== undefined) return running;
    const started = work();
    running = started;
    started.catch(() => (running = undefined));
    return started;
  };
}
