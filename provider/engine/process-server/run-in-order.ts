import type { Batch, ResultOf } from "./batches.ts";
import type { Pipeline } from "./pipeline.ts";

export interface Planned<B extends Batch, C> {
  readonly batch: B;
  /** What the receiver needs to know of the batch besides its result. */
  readonly context: C;
}

/**
 * Runs batches through a pipeline and hands over results in the order of the batches. Batches are drawn only when
 * there is room for them. After a failure or an abort no batch is left running when this rejects.
 */
export async function runInOrder<B extends Batch, C>(
  pipeline: Pipeline,
  planned: Iterable<Planned<B, C>> | AsyncIterable<Planned<B, C>>,
  receive: (result: ResultOf<B>, context: C, batch: B) => void,
  signal?: AbortSignal,
): Promise<void> {
  const underWay: { context: C; batch: B; result: Promise<ResultOf<B>> }[] = [];
  const receiveNext = async (): Promise<void> => {
    const { result, context, batch } = underWay[0]!;
    const value = await result;
    underWay.shift();
    receive(value, context, batch);
    signal?.throwIfAborted();
  };
  try {
    signal?.throwIfAborted();
    for await (const { batch, context } of planned) {
      const result = pipeline.run(batch);
      // A rejection is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      underWay.push({ context, batch, result });
      if (underWay.length >= pipeline.width) await receiveNext();
    }
    while (underWay.length > 0) await receiveNext();
  } catch (error) {
    await Promise.allSettled(underWay.map((entry) => entry.result));
    throw error;
  }
}
