import { createServer } from "node:net";

/** A port of this computer that no program uses now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const tries = 4;

/** Starts a server on a free port. Another process may take the port first: then on another one. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (count === tries) throw error;
    }
  }
}
