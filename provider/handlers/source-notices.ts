import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { said } from "../message.ts";
import { Notice } from "./notice.ts";

/** What an item's machine and its disks look like now, which no cycle has met yet. */
export async function sourceNotices(engine: Engine, id: string): Promise<Notice[]> {
  const texts = await engine.lookAtSource(id);
  return texts.map((text) => new Notice("warning", said`${nameOf(id)}: ${text}`));
}
