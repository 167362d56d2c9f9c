import type { Job, ResultOf } from "./jobs.ts";
import type { Pipeline } from "./pipeline.ts";

export interface Planned<J extends Job, C> {
  readonly job: J;
  /** What the receiver needs to know of the job besides its result. */
  readonly context: C;
}

/**
 * Runs jobs through a pipeline and hands over results in the order of the jobs. Jobs are drawn only when
 * there is room for them. After a failure or an abort no job is left running when this rejects.
 */
export async function runInOrder<J extends Job, C>(
  pipeline: Pipeline,
  planned: Iterable<Planned<J, C>>,
  receive: (result: ResultOf<J>, context: C, job: J) => void,
  signal?: AbortSignal,
): Promise<void> {
  const underWay: { context: C; job: J; result: Promise<ResultOf<J>> }[] = [];
  const receiveNext = async (): Promise<void> => {
    const { result, context, job } = underWay[0]!;
    const value = await result;
    underWay.shift();
    receive(value, context, job);
    signal?.throwIfAborted();
  };
  try {
    signal?.throwIfAborted();
    for (const { job, context } of planned) {
      const result = pipeline.run(job);
      // A rejection is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      underWay.push({ context, job, result });
      if (underWay.length >= pipeline.width) await receiveNext();
    }
    while (underWay.length > 0) await receiveNext();
  } catch (error) {
    await Promise.allSettled(underWay.map((entry) => entry.result));
    throw error;
  }
}
