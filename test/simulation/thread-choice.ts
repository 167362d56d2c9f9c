/**
 * On how many worker threads copies run in the world of the moment. The engine uses none on a simulated file system; the
 * simulation's is the machine's own, whose calls are counted, but for those of the worker threads.
 */
export const threadChoice = { threads: 0 };
